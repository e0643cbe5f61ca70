//! `/api/v1/changes`: what happened, as JSON or as server-sent events.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::{Asked, Rest, page_limit};
use crate::auth::Caller;
use crate::events;
use crate::server::Server;

/// Changes of a page.
const LIMIT: usize = 100;

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
    let limit = page_limit(listing.limit, LIMIT)?;
    if events::are_wanted(&headers) {
        let told: events::Told = |_, change| serde_json::to_string(change).ok();
        return Ok(events::answer(
            server,
            caller,
            &headers,
            listing.after,
            told,
        )?);
    }
    let changes = events::page(&server, listing.after.unwrap_or(0), limit)?;
    let last = changes.last().map(|change| change.sequence);
    Ok(Json(json!({ "changes": changes, "next": last })).into_response())
}
