//! `/api/v1/stats` and `/api/v1/export`: the directory as a whole.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::SendTimeoutError;

use super::Rest;
use crate::door::Failure;
use crate::server::Server;
use crate::stream::Texts;

/// Exports at a time; further ones get 503. Each uses a thread for as long as its client reads, so
/// they are not scans, which would wait for slow clients.
pub(crate) const EXPORTS_MAX: usize = 2;
/// Parts buffered for a slow client.
const PARTS_MAX: usize = 4;
/// How long a client may read nothing before its export is aborted.
const PATIENCE: Duration = Duration::from_mins(1);

/// Figures of the directory.
pub(crate) async fn stats(State(server): State<Server>) -> Rest<Json<Value>> {
    let stats = server.0.directory.stats()?;
    let shown = serde_json::to_value(stats);
    Ok(Json(
        shown.map_err(|error| Failure::internal(error.to_string()))?,
    ))
}

/// All records as lines of JSON, as they were at one moment. The last line counts them: without
/// it, a part is missing.
pub(crate) async fn export(State(server): State<Server>) -> Rest<Response> {
    let busy = || {
        let message = format!("up to {EXPORTS_MAX} exports run at a time; try again later");
        Failure::busy(message)
    };
    let permit = Arc::clone(&server.0.exports);
    let permit = permit.try_acquire_owned().map_err(|_| busy())?;
    let (sender, receiver) = mpsc::channel(PARTS_MAX);
    let directory = server.0.directory.clone();
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let sent = Sent { sender, runtime };
        if let Err(error) = directory.export_lines(sent, |_| {}) {
            log::warn!("an export was cut off: {error}");
        }
        drop(permit);
    });
    let mut response = Response::new(Body::new(Texts(receiver)));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/jsonl");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A writer that sends to the client, for a blocking thread.
struct Sent {
    sender: mpsc::Sender<Bytes>,
    runtime: Handle,
}

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = Bytes::copy_from_slice(bytes);
        let sent = self.sender.send_timeout(part, PATIENCE);
        self.runtime.block_on(sent).map_err(|error| match error {
            SendTimeoutError::Timeout(_) => io::ErrorKind::TimedOut,
            SendTimeoutError::Closed(_) => io::ErrorKind::BrokenPipe,
        })?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
