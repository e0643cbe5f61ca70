//! `/api/v1/stats`, `export`, `backup` and `verify`: the directory as a whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use headcount::{Directory, Inspection};
use serde::Deserialize;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use utoipa::IntoParams;

use super::{Asked, Rest};
use crate::auth::Caller;
use crate::door::Failure;
use crate::server::Server;
use crate::stream::{PART_BYTES, Received};

pub(crate) const BACKUP: &str = "/api/v1/backup";
pub(crate) const VERIFY: &str = "/api/v1/verify";
/// Exports, backups and verifications at a time; further ones get 503. Each uses a thread for as
/// long as its client reads, so they are not scans, which would wait for slow clients.
pub(crate) const WHOLE_MAX: usize = 2;
/// Faults that a verification lists by default, and at most.
const FAULTS: usize = 1_000;
const FAULTS_MAX: usize = 100_000;
/// Parts buffered for a slow client.
const PARTS_MAX: usize = 4;
/// How long a client may read nothing before its export or backup is aborted.
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
    let permit = permit(&server)?;
    let directory = server.0.directory.clone();
    let body = written("an export", permit, move |sent| {
        directory.export_lines(sent, |_| {})?;
        Ok(())
    });
    Ok(sent(body, "application/jsonl"))
}

/// Whether requests for this route may take as long as reading everything does.
pub(crate) fn is_long(path: &str) -> bool {
    path == BACKUP || path == VERIFY
}

/// A verified copy of the directory's file, with everything: also the keys, the changes and what
/// the SDK and SCIM keep.
pub(crate) async fn backup(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
) -> Rest<Response> {
    let permit = permit(&server)?;
    let name = crate::hex::random()?;
    let path = server
        .0
        .config
        .backup_folder
        .join(format!("headcount-{name}.part"));
    let directory = server.0.directory.clone();
    let work = move || Ok((copied(&directory, &path)?, permit));
    let ((mut file, bytes), permit) = on_thread(work).await?;
    log::info!("{} fetches a backup", caller.told());
    let body = written("a backup", permit, move |sent| {
        let mut sent = BufWriter::with_capacity(PART_BYTES, sent);
        io::copy(&mut file, &mut sent)?;
        Ok(sent.flush()?)
    });
    let mut response = sent(body, "application/octet-stream");
    let headers = response.headers_mut();
    // A client can tell that a part is missing.
    headers.insert(header::CONTENT_LENGTH, bytes.into());
    let name = HeaderValue::from_static("attachment; filename=\"users.backup.redb\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// A copy, and its bytes. It loses its name once it is open, so that nothing is left behind.
fn copied(directory: &Directory, path: &Path) -> Result<(File, u64), Failure> {
    let copied = directory.backup(path)?;
    let failed = |error: io::Error| {
        log::error!("a backup can't be sent: {}: {error}", path.display());
        Failure::internal("the backup was made but can't be read again; the log says why")
    };
    let file = File::open(path);
    fs::remove_file(path).map_err(failed)?;
    Ok((file.map_err(failed)?, copied.bytes))
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct Limit {
    /// Faults that are listed, by default 1,000. All are counted.
    #[param(minimum = 1, maximum = 100_000)]
    limit: Option<usize>,
}

/// What is wrong with the directory, as it was at one moment.
pub(crate) async fn verify(
    State(server): State<Server>,
    Asked(Limit { limit }): Asked<Limit>,
) -> Rest<Json<Inspection>> {
    let limit = limit.unwrap_or(FAULTS);
    if !(1..=FAULTS_MAX).contains(&limit) {
        let message = format!("limit must be from 1 to {FAULTS_MAX}, not {limit}");
        return Err(Failure::bad_request(message).into());
    }
    let permit = permit(&server)?;
    let directory = server.0.directory.clone();
    let work = move || {
        let found = directory.find_faults(limit)?;
        drop(permit);
        Ok(found)
    };
    Ok(Json(on_thread(work).await?))
}

fn permit(server: &Server) -> Result<OwnedSemaphorePermit, Failure> {
    let permit = Arc::clone(&server.0.whole).try_acquire_owned();
    permit.map_err(|_| {
        let message = format!(
            "up to {WHOLE_MAX} exports, backups and verifications run at a time; try again later"
        );
        Failure::busy(message)
    })
}

/// Runs `work`, which has a permit, on a blocking thread.
async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Failure::internal("the read panicked")))
}

/// A body that `write` writes on a blocking thread. If that fails on the way, the connection ends
/// early.
fn written(
    what: &'static str,
    permit: OwnedSemaphorePermit,
    write: impl FnOnce(Sent) -> Result<(), Box<dyn std::error::Error>> + Send + 'static,
) -> Body {
    let (sender, parts) = mpsc::channel(PARTS_MAX);
    let (runtime, end) = (Handle::current(), sender.clone());
    tokio::spawn(async move {
        let work = move || {
            let done = write(Sent { sender, runtime }).map_err(|error| error.to_string());
            drop(permit);
            done
        };
        let done = tokio::task::spawn_blocking(work).await;
        if let Err(error) = done.unwrap_or_else(|_| Err("it panicked".to_owned())) {
            log::warn!("{what} was cut off: {error}");
            // A client that has disconnected receives nothing.
            let _ = end
                .send(Err(io::Error::other("the rest can't be read")))
                .await;
        }
    });
    Body::new(Received(parts))
}

fn sent(body: Body, kind: &'static str) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A writer that sends to the client, for a blocking thread.
struct Sent {
    sender: mpsc::Sender<io::Result<Bytes>>,
    runtime: Handle,
}

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = Bytes::copy_from_slice(bytes);
        let sent = self.sender.send_timeout(Ok(part), PATIENCE);
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

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use tokio::runtime::Builder;
    use tokio::sync::Semaphore;

    use super::*;

    /// What a client receives of a body that ends with `end`; nothing if it is cut off.
    fn received(end: io::Result<()>) -> Option<Bytes> {
        let permits = Arc::new(Semaphore::new(1));
        let permit = permits.try_acquire_owned().unwrap();
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let body = written("a test", permit, |mut sent| {
                sent.write_all(b"a part")?;
                Ok(end?)
            });
            to_bytes(body, 100).await.ok()
        })
    }

    #[test]
    fn what_is_cut_off_does_not_end_as_if_it_were_whole() {
        assert_eq!(received(Ok(())), Some(Bytes::from_static(b"a part")));
        assert_eq!(received(Err(io::Error::other("no disk"))), None);
    }
}
