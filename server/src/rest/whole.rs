//! `/api/v1/stats` and `/api/v1/export`: the directory as a whole.

use std::io::{self, Write};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::Value;
use tokio::sync::mpsc;

use super::Rest;
use crate::door::Failure;
use crate::server::Server;
use crate::stream::Texts;

/// Parts that wait for a slow client.
const PARTS_MAX: usize = 4;

/// Figures of the directory.
pub(crate) async fn stats(State(server): State<Server>) -> Rest<Json<Value>> {
    let stats = server.0.directory.stats()?;
    let shown = serde_json::to_value(stats);
    Ok(Json(
        shown.map_err(|error| Failure::internal(error.to_string()))?,
    ))
}

/// All records as lines of JSON, of one moment. The last line counts them: without it, a
/// part is missing.
pub(crate) async fn export(State(server): State<Server>) -> Response {
    let (sender, receiver) = mpsc::channel(PARTS_MAX);
    let directory = server.0.directory.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = directory.export_lines(Sent(sender), |_| {}) {
            log::warn!("an export was cut off: {error}");
        }
    });
    let mut response = Response::new(Body::new(Texts(receiver)));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/jsonl");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What is written is sent, from a thread that may wait.
struct Sent(mpsc::Sender<Bytes>);

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = Bytes::copy_from_slice(bytes);
        let sent = self.0.blocking_send(part);
        sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
