//! Workspaces in the platform's API.

use axum::Json;
use axum::extract::{Extension, State};
use headcount::{
    Batch, Directory, ErrorKind, NewWorkspace, Role, UserId, UserRef, Workspace, WorkspaceId,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Document, Platform, integer};
use crate::auth::Caller;
use crate::door::{Failure, cut};
use crate::server::Server;

#[derive(Deserialize)]
pub(crate) struct MemberId {
    user_id: Option<String>,
}

/// The workspaces of the caller, or of the user who is named.
pub(crate) async fn list(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(MemberId { user_id }): Document<MemberId>,
) -> Platform<Json<Value>> {
    let user = match user_id.filter(|id| !id.is_empty()) {
        Some(id) => Some(id.parse::<UserId>()?),
        None => caller.user,
    };
    let work = move |server: &Server| {
        let directory = &server.0.directory;
        let mut items = Vec::new();
        let members = user.map(|user| directory.workspaces_of(user));
        for member in members.transpose()?.unwrap_or_default() {
            if let Some(workspace) = directory.workspace(member.workspace())? {
                items.push(item(&workspace));
            }
        }
        Ok(items)
    };
    let items = server.scan(work).await?;
    Ok(Json(json!({ "workspaces": items })))
}

/// A workspace in a list. Its creator is known only for default workspaces.
pub(super) fn item(workspace: &Workspace) -> Value {
    json!({
        "id": workspace.id(),
        "name": workspace.name(),
        "created_at": workspace.created_at(),
        "created_by": workspace.default_of(),
        "archived": workspace.is_archived(),
        "models": [],
        "pipelines": [],
    })
}

#[derive(Deserialize)]
pub(crate) struct WorkspaceName {
    workspace_name: String,
}

pub(crate) async fn create(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(WorkspaceName { workspace_name }): Document<WorkspaceName>,
) -> Platform<Json<Value>> {
    let owner = caller.user()?;
    let work = move |directory: &Directory| {
        Ok(directory.create_workspace(NewWorkspace::new(workspace_name).owner(owner))?)
    };
    let workspace = server.write(&caller, work).await?;
    Ok(Json(json!({ "workspace_id": workspace.id() })))
}

/// A user and a workspace, as requests name them.
#[derive(Deserialize)]
pub(crate) struct Membership {
    workspace_id: Value,
    user_id: Option<String>,
    email: Option<String>,
    user_type: Option<String>,
}

impl Membership {
    fn workspace(&self) -> Result<WorkspaceId, Failure> {
        workspace_id(&self.workspace_id)
    }

    /// The user: by id if it is given, else by email. If both are given, they must agree.
    fn user(&self, directory: &Directory) -> Result<Option<UserId>, Failure> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (id, email) = (given(&self.user_id), given(&self.email));
        if id.is_none() && email.is_none() {
            return Err(Failure::bad_request("name the user with user_id or email"));
        }
        let has_email = email.is_some();
        let by_email = email.map(|email| directory.user_by_email(&email));
        let by_email = by_email.transpose()?.flatten().map(|user| user.id());
        let Some(id) = id else {
            return Ok(by_email);
        };
        let by_id = id.parse().ok().map(|id| directory.user_by_id(id));
        let by_id = by_id.transpose()?.flatten().map(|user| user.id());
        if has_email && by_email != by_id {
            let hint = "user_id and email are not the same user's; send one of them";
            return Err(Failure::bad_request(hint));
        }
        Ok(by_id)
    }
}

pub(super) fn workspace_id(value: &Value) -> Result<WorkspaceId, Failure> {
    integer(value)
        .map(WorkspaceId::from_u64)
        .ok_or_else(|| Failure::bad_request(format!("{} is not the id of a workspace", cut(value))))
}

pub(crate) async fn add_user(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(membership): Document<Membership>,
) -> Platform<Json<Value>> {
    let role = membership.user_type.as_deref().unwrap_or("collaborator");
    let role: Role = role.parse()?;
    let work = move |directory: &Directory| {
        let (workspace, user) = (membership.workspace()?, membership.user(directory)?);
        let nobody = || Failure::bad_request("no user has this user_id or email");
        let user = user.ok_or_else(nobody)?;
        set_member(directory, workspace, user.into(), role)
    };
    server.write(&caller, work).await?;
    Ok(Json(json!({})))
}

/// Makes a user a member with this role, even if they are one with another role.
pub(crate) fn set_member(
    directory: &Directory,
    workspace: WorkspaceId,
    user: UserRef,
    role: Role,
) -> Result<(), Failure> {
    match directory.add_member(workspace, user.clone(), role) {
        Err(error) if error.kind() == ErrorKind::RoleDiffers => {
            Ok(directory.set_role(workspace, user, role)?)
        }
        done => Ok(done?),
    }
}

#[derive(Deserialize)]
pub(crate) struct WorkspaceNumber {
    workspace_id: Value,
}

pub(crate) async fn list_users(
    State(server): State<Server>,
    Document(asked): Document<WorkspaceNumber>,
) -> Platform<Json<Value>> {
    let workspace = workspace_id(&asked.workspace_id)?;
    let work = move |server: &Server| {
        let members = server.0.directory.members(workspace)?;
        let users = members.iter().map(
            |member| json!({ "user_id": member.user(), "user_type": user_type(member.role()) }),
        );
        Ok(users.collect::<Vec<_>>())
    };
    let users = server.scan(work).await?;
    Ok(Json(json!({ "users": users })))
}

/// The platform's name of a role.
pub(super) fn user_type(role: Role) -> &'static str {
    match role {
        Role::Owner => "OWNER",
        // The platform has two roles; all below owner are collaborators.
        _ => "COLLABORATOR",
    }
}

pub(crate) async fn remove_user(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(membership): Document<Membership>,
) -> Platform<Json<Value>> {
    let work = move |directory: &Directory| {
        let workspace = membership.workspace()?;
        match membership.user(directory)? {
            Some(user) => remove(directory, workspace, user),
            None => Ok(0),
        }
    };
    let affected = server.write(&caller, work).await?;
    Ok(Json(json!({ "affected_rows": affected })))
}

/// Whether the error means that there is no such member to remove.
fn is_nobody(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::MemberNotFound | ErrorKind::UserNotFound | ErrorKind::WorkspaceNotFound
    )
}

/// Removes a member; returns how many were removed.
pub(super) fn remove(
    directory: &Directory,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<u64, Failure> {
    match directory.apply(Batch::new().remove_member(workspace, user)) {
        Ok(_) => Ok(1),
        Err(error) if is_nobody(error.kind()) => Ok(0),
        Err(error) => Err(error.into()),
    }
}
