//! Changes, and what was done to keys, as server-sent events.

mod place;

use std::fmt::Write;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use headcount::{Change, Timestamp};
use tokio::sync::{mpsc, watch};

pub(crate) use self::place::Place;
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

/// Formats what happened as the data of an event: one line.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) change: Arc<ToldChange>,
    /// Absent if the listener is not told of keys; returns none for an event that it may not see.
    pub(crate) key_event: Option<Arc<ToldKeyEvent>>,
}

pub(crate) type ToldChange = dyn Fn(&Server, &Change) -> Option<String> + Send + Sync;
pub(crate) type ToldKeyEvent = dyn Fn(&KeyEvent) -> Option<String> + Send + Sync;

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

/// Streams what happened after `Last-Event-ID`, or after `after`, or from now on, until the
/// listener disconnects, `is_allowed` returns false, or the server shuts down.
pub(crate) async fn answer(
    server: Server,
    is_allowed: impl Fn(&Server) -> bool + Send + Sync + 'static,
    headers: &HeaderMap,
    after: Option<Place>,
    told: Told,
) -> Result<Response, Failure> {
    let mut place = match last_event_id(headers)?.or(after) {
        Some(place) => place,
        None => Place::of_change(server.0.directory.stats()?.latest_change),
    };
    place.keys = match (&told.key_event, place.keys) {
        (None, _) => None,
        (Some(_), known) => Some(known.unwrap_or_else(|| server.keys().latest())),
    };
    // Report a refusal as the status of the response, not as its first event.
    let read = move |server: &Server| page(server, place.change, 1);
    server.listen(read).await?;
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
            () = listener.tell(place) => {}
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

fn last_event_id(headers: &HeaderMap) -> Result<Option<Place>, Failure> {
    let Some(value) = only(headers, "last-event-id")? else {
        return Ok(None);
    };
    let place = value.to_str().ok().and_then(|place| place.parse().ok());
    match place {
        Some(place) => Ok(Some(place)),
        None => Err(Failure::bad_request(
            "Last-Event-ID must be the id of an event",
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

    /// Sends what happened after `place` until the listener stops reading.
    async fn tell(&self, mut place: Place) {
        let mut latest = self.server.0.feed.subscribe();
        let mut latest_of_keys = place.keys.map(|_| self.server.keys().subscribe());
        loop {
            latest.mark_unchanged();
            if let Some(latest) = &mut latest_of_keys {
                latest.mark_unchanged();
            }
            let told = self.told.clone();
            let read = move |server: &Server| events(server, place, &told);
            let Ok((mut text, last)) = self.server.listen(read).await else {
                return;
            };
            place = last;
            if text.is_empty() {
                match meanwhile(&mut latest, latest_of_keys.as_mut()).await {
                    Some("") => continue,
                    Some(meanwhile) => meanwhile.clone_into(&mut text),
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

/// What to send while nothing happens: nothing if something has, and `None` at the end.
async fn meanwhile(
    latest: &mut watch::Receiver<u64>,
    latest_of_keys: Option<&mut watch::Receiver<Timestamp>>,
) -> Option<&'static str> {
    let key_event = async {
        match latest_of_keys {
            Some(latest) => latest.changed().await,
            None => pending().await,
        }
    };
    let happened = tokio::select! {
        changed = latest.changed() => changed,
        changed = key_event => changed,
        () = tokio::time::sleep(KEEP_ALIVE) => return Some(": still here\n\n"),
    };
    happened.is_ok().then_some("")
}

/// The next changes as events, then what was done to keys, and the place where they end.
fn events(server: &Server, mut place: Place, told: &Told) -> Result<(String, Place), Failure> {
    let mut text = String::new();
    // Writing to a string can't fail.
    let add = |text: &mut String, place, data| {
        let _ = write!(text, "id: {place}\nevent: change\ndata: {data}\n\n");
    };
    for change in server.0.directory.changes(place.change)?.take(READ_MAX) {
        let change = change?;
        let data = (told.change)(server, &change);
        let data = data.ok_or_else(|| Failure::internal("a change can't be written as JSON"))?;
        place.change = change.sequence;
        add(&mut text, place, data);
        if text.len() >= TEXT_BYTES {
            return Ok((text, place));
        }
    }
    let (Some(after), Some(told)) = (place.keys, &told.key_event) else {
        return Ok((text, place));
    };
    // Most wake-ups are for changes; to look for events of keys would list all keys.
    if server.keys().latest() <= after {
        return Ok((text, place));
    }
    for event in server.keys().events_after(after) {
        place.keys = Some(event.at());
        if let Some(data) = told(&event) {
            add(&mut text, place, data);
        }
    }
    Ok((text, place))
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
        let told = Told {
            change: Arc::new(|_: &Server, _: &Change| Some("x".repeat(PART))),
            key_event: None,
        };
        let (mut after, mut counts) = (before, Vec::new());
        loop {
            let (text, last) = events(&server, Place::of_change(after), &told).unwrap();
            if text.is_empty() {
                break;
            }
            counts.push(text.matches("id: ").count());
            assert_eq!(last.change, after + counts[counts.len() - 1] as u64);
            after = last.change;
        }
        assert_eq!(counts, [3, 3, 2]);
    }
}
