//! A complete server: it listens, limits what clients may use, and shuts down gracefully.

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
use crate::patience::Patient;
use crate::questions::AT_ONCE;
use crate::rest::whole::WHOLE_MAX;
use crate::routes::{metrics_router, router};
use crate::server::{LISTENING_MAX, Server};
use crate::sightings;
use crate::tls::Encryption;

/// How long to wait before accepting again after an error, such as a lack of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Threads for requests to identity providers, of the relay, of the page and for keys, and for
/// checking files.
const QUESTIONS: usize = 2 * AT_ONCE + 2;
/// Connections to the metrics address.
const METRICS_CONNECTIONS_MAX: usize = 100;
/// Headers of a request, at most.
const HEADERS_MAX: usize = 64;

/// Where a server listens, and for how many connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listening {
    /// The address that was bound.
    pub address: SocketAddr,
    /// Open connections at a time; further ones wait to be accepted. This is
    /// [`Config::connections_max`](crate::Config), or less if the system's limit on descriptors
    /// leaves no room for that many.
    pub connections_max: usize,
}

/// Serves `server` at `address` until `stop` is sent or dropped; then accepts no more
/// connections, finishes running requests, for up to
/// [`Config::shutdown_grace`](crate::Config), and returns. Calls `listening` once the address is
/// bound. It blocks, runs a `tokio` runtime of its own, and raises the process's soft limit on
/// descriptors to the hard one.
///
/// The runtime has one thread for requests per processor that the process may use when this is
/// called. Restrict the processors (`taskset`) before the start, not afterwards: threads that
/// share a processor wait for each other.
///
/// # Errors
///
/// Those of binding, such as an address that is in use, and `InvalidData` for unusable files in
/// [`Tls`](crate::Tls).
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
            config.writes_max.max(1)
                + config.scans_max.max(1)
                + WHOLE_MAX
                + LISTENING_MAX
                + sightings::THREADS
                + QUESTIONS,
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
        accept(server, router(server), entrance, stop).await;
        Ok(())
    });
    // Finish the writes that were accepted.
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

/// The source of connections, and how many are accepted.
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
                log::warn!("can't accept a connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            (_, Err(_)) => break,
        }
    }
    drop(listener);
    server.end_streams();
    if tokio::time::timeout(config.shutdown_grace, graceful.shutdown())
        .await
        .is_err()
    {
        log::warn!("some requests were not finished in time and were cut off");
    }
}

/// Everything that serving a connection needs.
struct Client {
    router: Router,
    encryption: Option<Encryption>,
    ends: Watcher,
    server: Server,
}

impl Client {
    async fn connection(self, stream: TcpStream) {
        let stream = Patient::new(quick(stream), self.server.0.config.read_timeout);
        let Some(encryption) = &self.encryption else {
            return self.http(stream).await;
        };
        let shaken = encryption.accept(stream);
        // Nothing to do for a client that disconnects or does not speak TLS.
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
        // Nothing to do for a client that disconnects.
        let _ = self.ends.watch(connection).await;
    }
}

/// Tells the page that the connection is encrypted, with a proxy's header.
async fn say_encrypted(mut request: Request) -> Request {
    let https = HeaderValue::from_static("https");
    request.headers_mut().insert("x-forwarded-proto", https);
    request
}

/// Disables Nagle's algorithm, because responses are small.
fn quick(stream: TcpStream) -> TcpStream {
    // A failure only makes it slower.
    let _ = stream.set_nodelay(true);
    stream
}

/// An open connection, counted until it is dropped.
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
