//! Health checks and metrics.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::door::{Door, Failure};
use crate::server::Server;

/// Says that the process responds.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// Says whether the directory can be read and no commit has had an unknown outcome. It stays ready
/// while the disk is full: if nobody sent it writes any more, it could not find out that there is
/// space again.
pub(crate) async fn ready(State(server): State<Server>) -> Response {
    if server.is_ready() {
        return "ready\n".into_response();
    }
    let failure = Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "the directory accepts no more writes; restart the server",
    );
    failure.response(Door::Plain)
}

pub(crate) async fn metrics(State(server): State<Server>) -> Response {
    let text = server.0.metrics.text(&server.0.directory);
    let kind = [("content-type", "text/plain; version=0.0.4")];
    (kind, text).into_response()
}
