//! A server of one's own: it listens, bounds what clients may hold, and ends in order.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::routes::metrics_router;
use crate::server::Server;

/// How long to wait before accepting again when the system has no more descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Headers of a request.
const HEADERS_MAX: usize = 64;

/// Serves `server` at `address` until `stop` is sent or dropped; then accepts nothing
/// more, finishes what was accepted, up to [`Config::shutdown_grace`](crate::Config), and
/// returns. `listening` is called once with the address that was bound. It blocks, and
/// runs a `tokio` runtime of its own.
///
/// # Errors
///
/// Those of binding, such as an address that is in use.
pub fn serve(
    server: &Server,
    address: SocketAddr,
    stop: oneshot::Receiver<()>,
    listening: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(server.0.config.writes_max.max(1) + 4)
        .build()?;
    let outcome = runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        if let Some(address) = server.0.config.metrics_listen {
            let listener = TcpListener::bind(address).await?;
            tokio::spawn(serve_metrics(server.clone(), listener));
        }
        listening(listener.local_addr()?);
        let stop = async move { drop(stop.await) };
        accept(server, server.router(), listener, stop).await;
        Ok(())
    });
    // Writes that were begun are finished: they were accepted.
    drop(runtime);
    outcome
}

/// Serves metrics and health until the server ends.
async fn serve_metrics(server: Server, listener: TcpListener) {
    let mut ending = server.0.ending.subscribe();
    let stop = async move { drop(ending.wait_for(|ends| *ends).await) };
    accept(&server, metrics_router(&server), listener, stop).await;
}

async fn accept(
    server: &Server,
    router: Router,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) {
    let mut stop = pin!(stop);
    let config = &server.0.config;
    let room = Arc::new(Semaphore::new(config.connections_max.max(1)));
    let graceful = GracefulShutdown::new();
    loop {
        let next = async {
            let permit = Arc::clone(&room).acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        match (accepted, permit) {
            (Ok((stream, _)), Ok(permit)) => {
                let service = TowerToHyperService::new(router.clone());
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(config.head_timeout)
                    .max_buf_size(config.head_bytes_max.max(8 * 1024))
                    .max_headers(HEADERS_MAX)
                    .serve_connection(TokioIo::new(quick(stream)), service);
                let counted = Counted::new(server.clone(), permit);
                let connection = graceful.watch(connection);
                tokio::spawn(async move {
                    // A client that breaks off is its own affair.
                    let _ = connection.await;
                    drop(counted);
                });
            }
            (Err(error), _) => {
                log::warn!("a connection can't be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            (_, Err(_)) => break,
        }
    }
    drop(listener);
    server.0.ending.send_replace(true);
    if tokio::time::timeout(config.shutdown_grace, graceful.shutdown())
        .await
        .is_err()
    {
        log::warn!("some requests were not finished in time and were cut off");
    }
}

/// Answers are small: they are sent at once.
fn quick(stream: TcpStream) -> TcpStream {
    // It is slower without, and that is all.
    let _ = stream.set_nodelay(true);
    stream
}

/// An open connection, which is counted until it is dropped.
struct Counted {
    server: Server,
    _permit: OwnedSemaphorePermit,
}

impl Counted {
    fn new(server: Server, permit: OwnedSemaphorePermit) -> Self {
        server.0.metrics.connections.fetch_add(1, Relaxed);
        Self {
            server,
            _permit: permit,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.server.0.metrics.connections.fetch_sub(1, Relaxed);
    }
}
