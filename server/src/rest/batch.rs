//! `/api/v1/batch`: operations that succeed or fail together.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use headcount::{Applied, Batch, Directory, Subject};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Body, Rest, with_request_id};
use crate::auth::Caller;
use crate::keys::Scope;
use crate::ops::Operation;
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
    operations: Vec<Operation>,
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
        .any(|operation| operation.needs_admin)
    {
        caller.may(Scope::Admin)?;
    }
    let mut batch = Batch::new();
    for operation in request.operations {
        batch.push(operation.op);
        if let Some(version) = operation.if_version {
            batch = batch.if_version(version);
        }
    }
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
    let outcomes: Vec<_> = applied
        .outcomes
        .iter()
        .map(|outcome| {
            let subject = match outcome.subject {
                Subject::User(id) => json!({ "user": id }),
                Subject::Workspace(id) => json!({ "workspace": id }),
                Subject::Member(workspace, user) => {
                    json!({ "workspace": workspace, "user": user })
                }
                _ => json!("license"),
            };
            json!({ "subject": subject, "changed": outcome.changed, "version": outcome.version })
        })
        .collect();
    json!({
        "dry_run": dry_run,
        "sequence": applied.sequence.filter(|_| !dry_run),
        "replayed": applied.replayed,
        "outcomes": outcomes,
    })
}
