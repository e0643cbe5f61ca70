//! `/api/v1/changes`: the history of changes, as JSON or as server-sent events.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use headcount::{Change, Directory};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Rest, page_limit};
use crate::auth::Caller;
use crate::events;
use crate::server::Server;

/// Changes of a page.
const LIMIT: usize = 100;

#[derive(Deserialize, IntoParams)]
pub(crate) struct Listing {
    /// The number of the change after which to begin.
    after: Option<u64>,
    /// Changes of the page.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// Changes after a number: a page of them, or for a client that accepts `text/event-stream`, all
/// of them as they happen.
pub(crate) async fn list(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Asked(listing): Asked<Listing>,
    headers: HeaderMap,
) -> Rest<Response> {
    let limit = page_limit(listing.limit, LIMIT)?;
    if events::are_wanted(&headers) {
        let told = events::Told {
            change: Arc::new(|_: &Server, change: &Change| serde_json::to_string(change).ok()),
            key_event: None,
        };
        let after = listing.after.map(events::Place::of_change);
        let is_allowed = move |server: &Server| caller.is_still_good(server);
        return Ok(events::answer(server, is_allowed, &headers, after, told).await?);
    }
    let after = listing.after.unwrap_or(0);
    let work = move |server: &Server| {
        let changes = events::page(server, after, limit)?;
        let last = changes.last().map(|change| change.sequence);
        Ok(json!({ "changes": changes, "next": last }))
    };
    Ok(Json(server.scan(work).await?).into_response())
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct Trimming {
    /// The number of the first change that stays.
    before: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Trimmed {
    /// How many changes were deleted.
    trimmed: u64,
}

/// Deletes old changes, and the request ids of their batches.
pub(crate) async fn trim(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Asked(Trimming { before }): Asked<Trimming>,
) -> Rest<Json<Trimmed>> {
    let work = move |directory: &Directory| Ok(directory.trim_changes(before)?);
    let trimmed = server.write(&caller, work).await?;
    Ok(Json(Trimmed { trimmed }))
}
