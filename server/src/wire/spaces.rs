//! The workspaces of the platform's wire.

use axum::Json;
use axum::extract::{Extension, State};
use headcount::{
    Batch, Directory, ErrorKind, NewWorkspace, Role, UserId, UserRef, Workspace, WorkspaceId,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Document, Platform, integer};
use crate::auth::Caller;
use crate::door::Failure;
use crate::server::Server;

#[derive(Deserialize)]
pub(crate) struct Of {
    user_id: Option<String>,
}

/// The workspaces of the caller, or of the user who is named.
pub(crate) async fn list(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(of): Document<Of>,
) -> Platform<Json<Value>> {
    let directory = &server.0.directory;
    let user = match of.user_id.filter(|id| !id.is_empty()) {
        Some(id) => Some(id.parse::<UserId>()?),
        None => caller.user,
    };
    let mut items = Vec::new();
    if let Some(user) = user {
        for member in directory.workspaces_of(user)? {
            if let Some(workspace) = directory.workspace(member.workspace())? {
                items.push(item(&workspace));
            }
        }
    }
    Ok(Json(json!({ "workspaces": items })))
}

/// A workspace as lists show it. Who created one is known of default workspaces only.
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
pub(crate) struct New {
    workspace_name: String,
}

pub(crate) async fn create(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(new): Document<New>,
) -> Platform<Json<Value>> {
    let owner = caller.user()?;
    let work = move |directory: &Directory| {
        Ok(directory.create_workspace(NewWorkspace::new(new.workspace_name).owner(owner))?)
    };
    let workspace = server.write(&caller, work).await?;
    Ok(Json(json!({ "workspace_id": workspace.id() })))
}

/// A user in a workspace, as requests name them.
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

    /// The user: by id where one is given, else by email. Both must be the same user's.
    fn user(&self, directory: &Directory) -> Result<UserId, Failure> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (id, email) = (given(&self.user_id), given(&self.email));
        let name = id
            .as_ref()
            .or(email.as_ref())
            .ok_or_else(|| Failure::bad_request("name the user with user_id or email"))?;
        let user = directory.user(UserRef::from(name))?.ok_or_else(|| {
            Failure::bad_request(format!("no user has the id, email or username {name:?}"))
        })?;
        if let (Some(_), Some(email)) = (&id, &email)
            && directory
                .user_by_email(email)?
                .is_some_and(|other| other.id() != user.id())
        {
            return Err(Failure::bad_request("user_id and email are two users"));
        }
        Ok(user.id())
    }
}

pub(super) fn workspace_id(value: &Value) -> Result<WorkspaceId, Failure> {
    integer(value)
        .map(WorkspaceId::from_u64)
        .ok_or_else(|| Failure::bad_request(format!("{value} is not the id of a workspace")))
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
        set_member(directory, workspace, user.into(), role)
    };
    server.write(&caller, work).await?;
    Ok(Json(json!({})))
}

/// Makes a user a member in this role, also one who is a member in another.
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
pub(crate) struct In {
    workspace_id: Value,
}

pub(crate) async fn list_users(
    State(server): State<Server>,
    Document(within): Document<In>,
) -> Platform<Json<Value>> {
    let members = server
        .0
        .directory
        .members(workspace_id(&within.workspace_id)?)?;
    let users: Vec<_> = members
        .iter()
        .map(|member| json!({ "user_id": member.user(), "user_type": user_type(member.role()) }))
        .collect();
    Ok(Json(json!({ "users": users })))
}

/// What the platform calls a role.
pub(super) fn user_type(role: Role) -> &'static str {
    match role {
        Role::Owner => "OWNER",
        // The platform has two; every role below the owner's is the other.
        _ => "COLLABORATOR",
    }
}

pub(crate) async fn remove_user(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(membership): Document<Membership>,
) -> Platform<Json<Value>> {
    let work = move |directory: &Directory| {
        let (workspace, user) = (membership.workspace()?, membership.user(directory)?);
        remove(directory, workspace, user)
    };
    let affected = server.write(&caller, work).await?;
    Ok(Json(json!({ "affected_rows": affected })))
}

/// Takes a member out; returns how many that were.
pub(super) fn remove(
    directory: &Directory,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<u64, Failure> {
    match directory.apply(Batch::new().remove_member(workspace, user)) {
        Ok(_) => Ok(1),
        Err(error) if error.kind() == ErrorKind::MemberNotFound => Ok(0),
        Err(error) => Err(error.into()),
    }
}
