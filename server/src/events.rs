//! Changes as server-sent events.

use std::fmt::Write;
use std::future::pending;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use headcount::Change;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{mpsc, watch};

use crate::auth::only;
use crate::door::Failure;
use crate::keys::KeyEvent;
use crate::server::Server;
use crate::stream::Texts;

/// Changes read at a time.
const READ_MAX: usize = 100;
/// A text ends with the change that brings it to this size: a change can have as many events as
/// the largest batch has operations.
const TEXT_BYTES: usize = 1024 * 1024;
/// How often to send a comment while nothing changes.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often to check whether a listener is still allowed to listen.
const CHECK: Duration = Duration::from_secs(1);
/// Pieces of text buffered for a slow listener.
const TEXTS_MAX: usize = 4;

/// Formats a change as the data of an event: one line.
pub(crate) type Told = fn(&Server, &Change) -> Option<String>;

/// Formats what was done to a key as the data of an event: one line, or none for this listener.
type ToldKeyEvent = Box<dyn Fn(&KeyEvent) -> Option<String> + Send + Sync>;

/// What is done to keys.
pub(crate) struct KeyEvents {
    pub(crate) receiver: broadcast::Receiver<KeyEvent>,
    pub(crate) told: ToldKeyEvent,
}

impl KeyEvents {
    /// The next event. It has no number, so a listener that reconnects does not get it again.
    async fn next(&mut self) -> String {
        loop {
            match self.receiver.recv().await {
                Ok(event) => {
                    if let Some(data) = (self.told)(&event) {
                        return format!("event: change\ndata: {data}\n\n");
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => pending().await,
            }
        }
    }
}

/// Whether the client asks for events: it names their type, and does not prefer JSON.
pub(crate) fn are_wanted(headers: &HeaderMap) -> bool {
    let quality = |name| quality(headers, name);
    let events = quality("text/event-stream").unwrap_or(0.0);
    let json = ["application/json", "application/*", "*/*"];
    let json = json.into_iter().find_map(quality).unwrap_or(0.0);
    events > 0.0 && events >= json
}

/// The quality that the client gives a media range, from 0 to 1; `None` if it does not name it.
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
        // An unreadable quality is ignored.
        Some(weight.and_then(|weight| weight.parse().ok()).unwrap_or(1.0))
    };
    ranges.filter_map(of).reduce(f32::max)
}

/// Streams the changes after `Last-Event-ID`, or after `after`, or from now on, until the listener
/// disconnects, `is_allowed` returns false, or the server shuts down.
pub(crate) async fn answer(
    server: Server,
    is_allowed: impl Fn(&Server) -> bool + Send + Sync + 'static,
    headers: &HeaderMap,
    after: Option<u64>,
    told: Told,
    key_events: Option<KeyEvents>,
) -> Result<Response, Failure> {
    let after = match last_event_id(headers)?.or(after) {
        Some(after) => after,
        None => server.0.directory.stats()?.latest_change,
    };
    // Report a refusal as the status of the response, not as its first event.
    server.listen(move |server| page(server, after, 1)).await?;
    let (sender, receiver) = mpsc::channel(TEXTS_MAX);
    let listener = Listener {
        server,
        is_allowed,
        told,
        sender,
    };
    tokio::spawn(async move {
        tokio::select! {
            () = listener.ended() => {}
            () = listener.tell(after, key_events) => {}
        }
    });
    let mut response = Response::new(Body::new(Texts(receiver)));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/event-stream");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Otherwise nginx holds events back until its buffer is full.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Up to `limit` changes after the one with the number `after`.
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

/// A client that listens for changes.
struct Listener<A> {
    server: Server,
    is_allowed: A,
    told: Told,
    sender: mpsc::Sender<Bytes>,
}

impl<A: Fn(&Server) -> bool> Listener<A> {
    /// Returns when the listener is no longer allowed to listen or has disconnected, or when the
    /// server shuts down.
    async fn ended(&self) {
        let mut ending = self.server.0.ending.subscribe();
        while !*ending.borrow() && (self.is_allowed)(&self.server) {
            tokio::select! {
                _ = ending.changed() => {}
                () = self.sender.closed() => return,
                () = tokio::time::sleep(CHECK) => {}
            }
        }
    }

    /// Sends the changes after `after` until the listener stops reading.
    async fn tell(&self, mut after: u64, mut key_events: Option<KeyEvents>) {
        let mut latest = self.server.0.feed.subscribe();
        loop {
            latest.mark_unchanged();
            let told = self.told;
            let read = move |server: &Server| events(server, after, told);
            let Ok((mut text, last)) = self.server.listen(read).await else {
                return;
            };
            after = last;
            if text.is_empty() {
                match meanwhile(&mut latest, key_events.as_mut()).await {
                    Some(meanwhile) if meanwhile.is_empty() => continue,
                    Some(meanwhile) => text = meanwhile,
                    None => return,
                }
            }
            let is_allowed = (self.is_allowed)(&self.server);
            if !is_allowed || self.sender.send(text.into()).await.is_err() {
                return;
            }
        }
    }
}

/// What to send while nothing changes: nothing if something has, and `None` at the end.
async fn meanwhile(
    latest: &mut watch::Receiver<u64>,
    key_events: Option<&mut KeyEvents>,
) -> Option<String> {
    let event = async {
        match key_events {
            Some(key_events) => key_events.next().await,
            None => pending().await,
        }
    };
    tokio::select! {
        changed = latest.changed() => changed.is_ok().then(String::new),
        text = event => Some(text),
        () = tokio::time::sleep(KEEP_ALIVE) => Some(": still here\n\n".to_owned()),
    }
}

/// The next changes as events, and the number of the last one.
fn events(server: &Server, mut after: u64, told: Told) -> Result<(String, u64), Failure> {
    let mut text = String::new();
    for change in server.0.directory.changes(after)?.take(READ_MAX) {
        let change = change?;
        let data = told(server, &change);
        let data = data.ok_or_else(|| Failure::internal("a change can't be written as JSON"))?;
        after = change.sequence;
        // Writing to a string can't fail.
        let _ = write!(text, "id: {after}\nevent: change\ndata: {data}\n\n");
        if text.len() >= TEXT_BYTES {
            break;
        }
    }
    Ok((text, after))
}

#[cfg(test)]
mod tests {
    use headcount::Directory;

    use super::*;

    #[test]
    fn a_text_ends_with_the_change_that_makes_it_large() {
        const PART: usize = TEXT_BYTES * 2 / 5;
        let directory = Directory::in_memory().unwrap();
        let server = Server::new(directory.clone(), crate::Config::default()).unwrap();
        directory
            .set_license(headcount::License::Enterprise)
            .unwrap();
        let before = directory.stats().unwrap().latest_change;
        for number in 0..8 {
            directory
                .create_user(format!("user{number}@ex.co"))
                .unwrap();
        }
        let (mut after, mut counts) = (before, Vec::new());
        loop {
            let (text, last) = events(&server, after, |_, _| Some("x".repeat(PART))).unwrap();
            if text.is_empty() {
                break;
            }
            counts.push(text.matches("id: ").count());
            assert_eq!(last, after + counts[counts.len() - 1] as u64);
            after = last;
        }
        assert_eq!(counts, [3, 3, 2]);
    }
}
