//! `/api/v1/workspaces` and their members.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount::{
    Applied, Batch, Directory, ErrorKind, NewWorkspace, Role, Subject, Workspace, WorkspaceId,
    WorkspaceRef, quoted,
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, At, Body, Conditional, Rest, page_limit, read, tagged, with_request_id};
use crate::auth::Caller;
use crate::door::{Failure, cut};
use crate::server::Server;

/// Workspaces of a page.
const LIMIT: usize = 100;

/// A workspace as an address names it: a number is its id, and any other text its name.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Place {
    text: String,
    is_id: bool,
    pub(super) workspace: WorkspaceRef,
}

impl From<String> for Place {
    fn from(text: String) -> Self {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let id: Option<u64> = text.parse().ok().filter(|_| is_number);
        Self {
            workspace: match id {
                Some(id) => WorkspaceId::from_u64(id).into(),
                None => (&*text).into(),
            },
            is_id: id.is_some(),
            text,
        }
    }
}

impl Place {
    fn find(&self, directory: &Directory) -> Result<Workspace, Failure> {
        let found = directory.workspace(self.workspace.clone())?;
        found.ok_or_else(|| Failure {
            kind: Some(ErrorKind::WorkspaceNotFound),
            ..Failure::new(
                StatusCode::NOT_FOUND,
                format!(
                    "no workspace has the id or name {}",
                    quoted(&cut(&self.text))
                ),
            )
        })
    }
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct Listing {
    /// Only the workspace with this name.
    name: Option<String>,
    /// The id after which the page begins: the last page's `next`.
    after: Option<u64>,
    /// Workspaces of the page.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// A page of workspaces ordered by id, with the cursor of the next page.
pub(crate) async fn list(
    State(server): State<Server>,
    Asked(listing): Asked<Listing>,
) -> Rest<Json<Value>> {
    let limit = page_limit(listing.limit, LIMIT)?;
    if let Some(name) = listing.name {
        let found: Vec<_> = server.0.directory.workspace(&name)?.into_iter().collect();
        return Ok(Json(json!({ "workspaces": found, "next": null })));
    }
    let after = WorkspaceId::from_u64(listing.after.unwrap_or(0));
    let work = move |server: &Server| {
        let found = server.0.directory.workspaces()?.after(after);
        Ok(found
            .take(limit + 1)
            .collect::<headcount::Result<Vec<_>>>()?)
    };
    let mut page = server.read(limit, work).await?;
    let has_more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| has_more).map(Workspace::id);
    Ok(Json(json!({ "workspaces": page, "next": next })))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewWorkspace)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWorkspaceBody {
    name: String,
    /// The id, email or username of the first owner; by default the caller.
    owner: Option<String>,
}

pub(crate) async fn create(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(new): Body<NewWorkspaceBody>,
) -> Rest<Response> {
    let workspace = NewWorkspace::new(new.name);
    let workspace = match &new.owner {
        Some(owner) => workspace.owner(owner),
        None => workspace.owner(caller.user()?),
    };
    let batch = with_request_id(Batch::new().create_workspace(workspace), &headers)?;
    let work = |directory: &Directory| workspace_of(directory, &directory.apply(batch)?);
    let workspace = server.write(&caller, work).await?;
    let mut response = tagged(StatusCode::CREATED, workspace.version(), &workspace);
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/workspaces/{}", workspace.id())) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// The workspace of a batch with one operation, as it is afterwards.
fn workspace_of(directory: &Directory, applied: &Applied) -> Result<Workspace, Failure> {
    let gone = || Failure::new(StatusCode::GONE, "the workspace was deleted since");
    let subject = applied.outcomes.first().map(|outcome| outcome.subject);
    let Some(Subject::Workspace(id)) = subject else {
        return Err(gone());
    };
    directory.workspace(id)?.ok_or_else(gone)
}

pub(crate) async fn show(
    State(server): State<Server>,
    At(place): At<Place>,
    headers: HeaderMap,
) -> Rest<Response> {
    let workspace = place.find(&server.0.directory)?;
    let version = workspace.version();
    Ok(read(&headers, place.is_id, version, &workspace)?)
}

#[derive(Deserialize, ToSchema)]
#[schema(as = WorkspaceChange)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspacePatch {
    name: String,
}

pub(crate) async fn rename(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At(place): At<Place>,
    headers: HeaderMap,
    Body(change): Body<WorkspacePatch>,
) -> Rest<Response> {
    let batch = Batch::new().rename_workspace(place.workspace, change.name);
    operate(&server, &caller, Conditional::new(batch, &headers)?).await
}

pub(crate) async fn archive(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At(place): At<Place>,
    headers: HeaderMap,
) -> Rest<Response> {
    let batch = Batch::new().archive_workspace(place.workspace);
    operate(&server, &caller, Conditional::new(batch, &headers)?).await
}

pub(crate) async fn restore(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At(place): At<Place>,
    headers: HeaderMap,
) -> Rest<Response> {
    let batch = Batch::new().restore_workspace(place.workspace);
    operate(&server, &caller, Conditional::new(batch, &headers)?).await
}

async fn operate(server: &Server, caller: &Caller, batch: Conditional) -> Rest<Response> {
    let work = |directory: &Directory| workspace_of(directory, &batch.apply(directory)?);
    let workspace = server.write(caller, work).await?;
    Ok(tagged(StatusCode::OK, workspace.version(), &workspace))
}

pub(crate) async fn delete(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At(place): At<Place>,
    headers: HeaderMap,
) -> Rest<Response> {
    let batch = Batch::new().delete_workspace(place.workspace);
    apply(&server, &caller, Conditional::new(batch, &headers)?).await
}

async fn apply(server: &Server, caller: &Caller, batch: Conditional) -> Rest<Response> {
    let work = |directory: &Directory| Ok(batch.apply(directory)?);
    server.write(caller, work).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The members: owners first, then users, each ordered by email.
pub(crate) async fn members(
    State(server): State<Server>,
    At(place): At<Place>,
) -> Rest<Json<Value>> {
    let work = move |server: &Server| Ok(server.0.directory.members(place.workspace)?);
    Ok(Json(json!({ "members": server.scan(work).await? })))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Membership {
    #[schema(pattern = "^(owner|user)$")]
    role: String,
}

/// Makes a user a member with this role, even if they are one with another role.
pub(crate) async fn set_member(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At((place, user)): At<(Place, String)>,
    headers: HeaderMap,
    Body(membership): Body<Membership>,
) -> Rest<Response> {
    let role: Role = membership.role.parse()?;
    let workspace = place.workspace;
    let set = Batch::new().set_role(workspace.clone(), &user, role);
    let set = Conditional::new(set, &headers)?;
    if headers.contains_key(header::IF_MATCH) {
        return apply(&server, &caller, set).await;
    }
    let add = Batch::new().add_member(workspace, &user, role);
    let add = with_request_id(add, &headers)?;
    // If the request was sent again, only one of the two is the batch that was applied.
    let work = |directory: &Directory| match directory.apply(add) {
        Err(error) if error.kind() == ErrorKind::RoleDiffers => Ok(set.apply(directory)?),
        Err(error) if error.kind() == ErrorKind::RequestIdReused => Ok(set.apply(directory)?),
        done => Ok(done?),
    };
    server.write(&caller, work).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) async fn remove_member(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At((place, user)): At<(Place, String)>,
    headers: HeaderMap,
) -> Rest<Response> {
    let batch = Batch::new().remove_member(place.workspace, &user);
    apply(&server, &caller, Conditional::new(batch, &headers)?).await
}
