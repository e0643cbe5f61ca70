//! Changes as server-sent events.

use std::fmt::Write;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use headcount::Change;
use tokio::sync::mpsc;

use crate::auth::{Caller, only};
use crate::door::Failure;
use crate::server::Server;
use crate::stream::Texts;

/// Changes that are read at a time.
const READ_MAX: usize = 100;
/// How often a listener hears something although nothing changes.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Texts that wait for a slow listener.
const TEXTS_MAX: usize = 4;

/// What an event says of a change: one line.
pub(crate) type Told = fn(&Server, &Change) -> Option<String>;

/// Whether the client listens for events: it names them, and likes JSON no more.
pub(crate) fn are_wanted(headers: &HeaderMap) -> bool {
    let quality = |name| quality(headers, name);
    let events = quality("text/event-stream").unwrap_or(0.0);
    let json = ["application/json", "application/*", "*/*"];
    let json = json.into_iter().find_map(quality).unwrap_or(0.0);
    events > 0.0 && events >= json
}

/// How much the client likes a media range that it names, from 0 to 1.
fn quality(headers: &HeaderMap, name: &str) -> Option<f32> {
    let lists = headers.get_all(header::ACCEPT).iter();
    let ranges = lists.flat_map(|list| list.to_str().unwrap_or_default().split(','));
    let of = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        if !parts.next()?.eq_ignore_ascii_case(name) {
            return None;
        }
        let weight = parts.find_map(|part| {
            let (name, weight) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| weight.trim())
        });
        // What can't be read counts as not said.
        Some(weight.and_then(|weight| weight.parse().ok()).unwrap_or(1.0))
    };
    ranges.filter_map(of).reduce(f32::max)
}

/// The changes behind `Last-Event-ID`, else behind `after`, else those to come, until the
/// listener goes, the caller would no longer be let in, or the server ends.
pub(crate) fn answer(
    server: Server,
    caller: Caller,
    headers: &HeaderMap,
    after: Option<u64>,
    told: Told,
) -> Result<Response, Failure> {
    let after = match last_event_id(headers)?.or(after) {
        Some(after) => after,
        None => server.0.directory.stats()?.latest_change,
    };
    // Whether they can be had is told by the status, not by the first event.
    page(&server, after, 1)?;
    let (sender, receiver) = mpsc::channel(TEXTS_MAX);
    tokio::spawn(async move { tell(&server, &caller, after, told, &sender).await });
    let mut response = Response::new(Body::new(Texts(receiver)));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/event-stream");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Up to `limit` changes behind the one with the number `after`.
pub(crate) fn page(server: &Server, after: u64, limit: usize) -> Result<Vec<Change>, Failure> {
    let changes = server.0.directory.changes(after)?.take(limit);
    Ok(changes.collect::<headcount::Result<_>>()?)
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let Some(value) = only(headers, "last-event-id")? else {
        return Ok(None);
    };
    let digits = value.to_str().ok().and_then(|digits| digits.parse().ok());
    match digits {
        Some(id) => Ok(Some(id)),
        None => Err(Failure::bad_request(
            "Last-Event-ID must be the number of a change",
        )),
    }
}

async fn tell(
    server: &Server,
    caller: &Caller,
    mut after: u64,
    told: Told,
    sender: &mpsc::Sender<Bytes>,
) {
    let mut latest = server.0.feed.subscribe();
    let mut ending = server.0.ending.subscribe();
    loop {
        latest.mark_unchanged();
        if *ending.borrow() || !caller.is_still_good(server) {
            return;
        }
        let Ok(changes) = page(server, after, READ_MAX) else {
            return;
        };
        let mut text = String::new();
        for change in &changes {
            let Some(data) = told(server, change) else {
                return;
            };
            after = change.sequence;
            // Writing to a string can't fail.
            let _ = write!(text, "id: {after}\nevent: change\ndata: {data}\n\n");
        }
        if text.is_empty() {
            tokio::select! {
                told = latest.changed() => if told.is_err() { return },
                _ = ending.changed() => return,
                () = sender.closed() => return,
                () = tokio::time::sleep(KEEP_ALIVE) => ": still here\n\n".clone_into(&mut text),
            }
        }
        if !text.is_empty() && sender.send(text.into()).await.is_err() {
            return;
        }
    }
}
