//! `/api/v1/batch` and `/api/v1/preview`: operations that succeed or fail together.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use headcount::{Applied, Batch, Directory, Step, Subject};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Body, Rest, with_request_id};
use crate::auth::Caller;
use crate::door::Failure;
use crate::keys::Scope;
use crate::server::Server;

#[derive(Deserialize, IntoParams)]
pub(crate) struct How {
    /// Whether to return the outcome without changing anything.
    #[serde(default)]
    dry_run: bool,
    /// Whether to return the users of the operations, as they are afterwards.
    #[serde(default)]
    users: bool,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = BatchRequest)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchRequest {
    #[schema(value_type = Vec<super::shapes::Operation>)]
    operations: Vec<Step>,
    /// Whether workspaces may be left without an active owner.
    #[serde(default)]
    allow_ownerless: bool,
}

impl BatchRequest {
    /// The batch, if the caller's scope covers all of it.
    fn batch(self, caller: &Caller) -> Result<Batch, Failure> {
        if self.operations.iter().any(|step| step.op.is_privileged()) {
            caller.may(Scope::Admin)?;
        }
        let batch: Batch = self.operations.into_iter().collect();
        Ok(batch.allow_ownerless(self.allow_ownerless))
    }
}

/// Applies a batch, or with `dry_run` returns what it would do.
pub(crate) async fn apply(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Asked(how): Asked<How>,
    headers: HeaderMap,
    Body(request): Body<BatchRequest>,
) -> Rest<Json<Value>> {
    let batch = with_request_id(request.batch(&caller)?, &headers)?;
    // A dry run of many operations takes as long as applying them.
    let applied = if how.dry_run {
        let work = |directory: &Directory| Ok(directory.dry_run(batch)?);
        server.try_out(&caller, work).await?
    } else {
        let work = |directory: &Directory| Ok(directory.apply(batch)?);
        server.write(&caller, work).await?
    };
    Ok(Json(shown(&applied, &how)))
}

/// Returns all operations of a batch that would be refused, without changing anything.
pub(crate) async fn preview(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Body(request): Body<BatchRequest>,
) -> Rest<Json<Value>> {
    let batch = request.batch(&caller)?;
    let work = move |directory: &Directory| Ok(directory.preview(batch)?);
    let refused = server.try_out(&caller, work).await?;
    Ok(Json(json!({ "refused": refused })))
}

fn shown(applied: &Applied, how: &How) -> Value {
    let mut shown = json!({
        "dry_run": how.dry_run,
        "sequence": applied.sequence.filter(|_| !how.dry_run),
        "replayed": applied.replayed,
        "outcomes": applied.outcomes,
    });
    if !applied.ownerless.is_empty() {
        shown["ownerless"] = json!(applied.ownerless);
    }
    if how.users {
        let subjects = applied.outcomes.iter().map(|outcome| outcome.subject);
        let users = subjects.filter_map(|subject| match subject {
            Subject::User(id) | Subject::Member(_, id) => Some((id, applied.user(id)?)),
            _ => None,
        });
        // Each user once, however many operations they have.
        let users: BTreeMap<_, _> = users.collect();
        let users: Vec<_> = users.into_values().map(|user| &**user).collect();
        shown["users"] = json!(users);
    }
    shown
}
