//! `/api/v1/changes`: what happened, as JSON or as server-sent events.

use std::fmt::Write;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use headcount::Change;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;
use utoipa::IntoParams;

use super::stream::Texts;
use super::{Asked, Rest, page_limit};
use crate::auth::Caller;
use crate::door::Failure;
use crate::server::Server;

/// Changes of a page.
const LIMIT: usize = 100;
/// How often a listener hears something although nothing changes.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Texts that wait for a slow listener.
const TEXTS_MAX: usize = 4;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    /// The number of the change behind which to begin.
    after: Option<u64>,
    /// Changes of the page.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// Changes behind a number: a page of them, or all as they come for a client that
/// accepts `text/event-stream`.
pub(crate) async fn list(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Asked(listing): Asked<Listing>,
    headers: HeaderMap,
) -> Rest<Response> {
    let wants_events = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"text/event-stream"));
    let limit = page_limit(listing.limit, LIMIT)?;
    if !wants_events {
        let changes = page(&server, listing.after.unwrap_or(0), limit)?;
        let last = changes.last().map(|change| change.sequence);
        return Ok(Json(json!({ "changes": changes, "next": last })).into_response());
    }
    let after = match last_event_id(&headers)? {
        Some(id) => id,
        None => match listing.after {
            Some(after) => after,
            None => server.0.directory.stats()?.latest_change,
        },
    };
    // Whether they can be had is told by the status, not by the first event.
    page(&server, after, 1)?;
    let (sender, receiver) = mpsc::channel(TEXTS_MAX);
    tokio::spawn(async move { tell(&server, &caller, after, &sender).await });
    let mut response = Response::new(Body::new(Texts(receiver)));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/event-stream");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn page(server: &Server, after: u64, limit: usize) -> Result<Vec<Change>, Failure> {
    let changes = server.0.directory.changes(after)?.take(limit);
    Ok(changes.collect::<headcount::Result<_>>()?)
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let digits = value.to_str().ok().and_then(|digits| digits.parse().ok());
    match digits {
        Some(id) => Ok(Some(id)),
        None => Err(Failure::bad_request(
            "Last-Event-ID has to be the number of a change",
        )),
    }
}

/// Sends changes until the listener goes, the key is no longer good, or the server ends.
async fn tell(server: &Server, caller: &Caller, mut after: u64, sender: &mpsc::Sender<Bytes>) {
    let mut latest = server.0.feed.subscribe();
    let mut ending = server.0.ending.subscribe();
    loop {
        latest.mark_unchanged();
        if *ending.borrow() || !caller.is_still_good(server) {
            return;
        }
        let Ok(changes) = page(server, after, LIMIT) else {
            return;
        };
        let mut text = String::new();
        for change in &changes {
            let Ok(data) = serde_json::to_string(change) else {
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
