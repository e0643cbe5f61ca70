//! `/api/v1/batch`: operations that succeed or fail together.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use headcount::{Applied, Batch, Directory, Step};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Body, Rest, with_request_id};
use crate::auth::Caller;
use crate::keys::Scope;
use crate::server::Server;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct How {
    /// Whether to tell what would come of it, and change nothing.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = BatchRequest)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    #[schema(value_type = Vec<super::shapes::Operation>)]
    operations: Vec<Step>,
    /// Whether workspaces may be left without an active owner.
    #[serde(default)]
    allow_ownerless: bool,
}

/// Applies a batch, or tells with `dry_run` what would come of it.
pub(crate) async fn apply(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Asked(how): Asked<How>,
    headers: HeaderMap,
    Body(request): Body<Request>,
) -> Rest<Json<Value>> {
    if request
        .operations
        .iter()
        .any(|step| step.op.is_privileged())
    {
        caller.may(Scope::Admin)?;
    }
    let mut batch: Batch = request.operations.into_iter().collect();
    if request.allow_ownerless {
        batch = batch.allow_ownerless();
    }
    let batch = with_request_id(batch, &headers)?;
    // A dry run of many operations takes as long as applying them.
    let work = move |directory: &Directory| {
        Ok(if how.dry_run {
            directory.dry_run(batch)?
        } else {
            directory.apply(batch)?
        })
    };
    let applied = server.write(&caller, work).await?;
    Ok(Json(shown(&applied, how.dry_run)))
}

fn shown(applied: &Applied, dry_run: bool) -> Value {
    json!({
        "dry_run": dry_run,
        "sequence": applied.sequence.filter(|_| !dry_run),
        "replayed": applied.replayed,
        "outcomes": applied.outcomes,
    })
}
