//! A server of one's own: it listens, bounds what clients may hold, and ends in order.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::map_request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::descriptors::room_for_connections;
use crate::rest::whole::EXPORTS_MAX;
use crate::routes::metrics_router;
use crate::server::Server;
use crate::tls::Encryption;

/// How long to wait before accepting again when the system has no more descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Threads for questions to other servers, and for looking after files.
const QUESTIONS: usize = 8;
/// Connections to the address of metrics.
const METRICS_CONNECTIONS_MAX: usize = 100;
/// Headers of a request.
const HEADERS_MAX: usize = 64;

/// Where a server listens, and what it has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listening {
    /// The address that was bound.
    pub address: SocketAddr,
    /// Connections that are open at the same time; further ones wait to be accepted. This is
    /// [`Config::connections_max`](crate::Config), or less where the system's limit of
    /// descriptors leaves no room for that many.
    pub connections_max: usize,
}

/// Serves `server` at `address` until `stop` is sent or dropped; then accepts nothing
/// more, finishes what was accepted, up to [`Config::shutdown_grace`](crate::Config), and
/// returns. `listening` is called once the address is bound. It blocks, runs a `tokio`
/// runtime of its own, and raises the process's soft limit of descriptors to the hard one.
///
/// # Errors
///
/// Those of binding, such as an address that is in use, and `InvalidData` for files of
/// [`Tls`](crate::Tls) that can't be used.
pub fn serve(
    server: &Server,
    address: SocketAddr,
    stop: oneshot::Receiver<()>,
    listening: impl FnOnce(Listening),
) -> io::Result<()> {
    let config = &server.0.config;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(
            config.writes_max.max(1) + config.scans_max.max(1) + EXPORTS_MAX + QUESTIONS,
        )
        .build()?;
    let outcome = runtime.block_on(async {
        let encryption = server
            .0
            .config
            .tls
            .as_ref()
            .map(Encryption::new)
            .transpose()?;
        if let Some(encryption) = encryption.clone() {
            tokio::spawn(encryption.follow_files());
        }
        let listener = TcpListener::bind(address).await?;
        if let Some(address) = server.0.config.metrics_listen {
            let listener = TcpListener::bind(address).await?;
            tokio::spawn(serve_metrics(server.clone(), listener));
        }
        let wanted = config.connections_max.max(1);
        let room = room_for_connections().unwrap_or(wanted);
        let limits = Listening {
            address: listener.local_addr()?,
            connections_max: wanted.min(room).max(1),
        };
        listening(limits);
        let stop = async move { drop(stop.await) };
        let entrance = Entrance {
            listener,
            encryption,
            connections_max: limits.connections_max,
        };
        accept(server, server.router(), entrance, stop).await;
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
    let entrance = Entrance {
        listener,
        encryption: None,
        connections_max: METRICS_CONNECTIONS_MAX,
    };
    accept(&server, metrics_router(&server), entrance, stop).await;
}

/// Where connections come from, and how many of them are taken.
struct Entrance {
    listener: TcpListener,
    encryption: Option<Encryption>,
    connections_max: usize,
}

async fn accept(
    server: &Server,
    router: Router,
    entrance: Entrance,
    stop: impl Future<Output = ()>,
) {
    let Entrance {
        listener,
        encryption,
        connections_max,
    } = entrance;
    let router = match encryption {
        Some(_) => router.layer(map_request(say_encrypted)),
        None => router,
    };
    let mut stop = pin!(stop);
    let config = &server.0.config;
    let room = Arc::new(Semaphore::new(connections_max));
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
                let counted = Counted::new(server.clone(), permit);
                let client = Client {
                    router: router.clone(),
                    encryption: encryption.clone(),
                    ends: graceful.watcher(),
                    server: server.clone(),
                };
                tokio::spawn(async move {
                    client.connection(stream).await;
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

/// What a connection is served with.
struct Client {
    router: Router,
    encryption: Option<Encryption>,
    ends: Watcher,
    server: Server,
}

impl Client {
    async fn connection(self, stream: TcpStream) {
        let stream = quick(stream);
        let Some(encryption) = &self.encryption else {
            return self.http(stream).await;
        };
        let shaken = encryption.accept(stream);
        // A client that breaks off or speaks no TLS is its own affair.
        if let Ok(Ok(stream)) =
            tokio::time::timeout(self.server.0.config.head_timeout, shaken).await
        {
            self.http(stream).await;
        }
    }

    async fn http(self, stream: impl AsyncRead + AsyncWrite + Unpin + 'static) {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.server.0.config.head_timeout)
            .max_buf_size(self.server.0.config.head_bytes_max.max(8 * 1024))
            .max_headers(HEADERS_MAX)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.router));
        // A client that breaks off is its own affair.
        let _ = self.ends.watch(connection).await;
    }
}

/// Tells the page that the connection is encrypted, in the words of a proxy.
async fn say_encrypted(mut request: Request) -> Request {
    let https = HeaderValue::from_static("https");
    request.headers_mut().insert("x-forwarded-proto", https);
    request
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
