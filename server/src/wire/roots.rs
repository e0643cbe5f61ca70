//! GraphQL's root fields: the reads and changes of the SDK's four operations.

use headcount::{Directory, ErrorKind, NewWorkspace, UserId, Workspace, WorkspaceId};
use serde_json::{Value, json};

use super::selection::GraphqlError;
use super::spaces::{item, remove, user_type, workspace_id};
use crate::auth::Caller;
use crate::door::cut;
use crate::keys::Scope;
use crate::server::Server;

/// One root field, with its arguments.
pub(super) struct RootField<'a> {
    pub(super) server: &'a Server,
    pub(super) caller: &'a Caller,
    pub(super) arguments: Value,
}

/// The value of a root field, without the members of workspaces.
pub(super) enum Found {
    Json(Value),
    Workspace(Option<Workspace>),
    /// A list of at most one default workspace.
    Defaults(Option<Workspace>),
}

impl Found {
    /// The value that a document selects from, with the members of a workspace if they are
    /// requested, and their number.
    pub(super) fn shown(
        self,
        directory: &Directory,
        with_members: bool,
    ) -> Result<(Value, usize), GraphqlError> {
        let of = |workspace: &Workspace| shown(directory, workspace, with_members);
        match self {
            Self::Json(value) => Ok((value, 0)),
            Self::Workspace(None) => Ok((Value::Null, 0)),
            Self::Defaults(None) => Ok((json!([]), 0)),
            Self::Workspace(Some(workspace)) => of(&workspace),
            Self::Defaults(Some(workspace)) => {
                let (workspace, members) = of(&workspace)?;
                let default =
                    json!({ "__typename": "user_default_workspace", "workspace": workspace });
                Ok((json!([default]), members))
            }
        }
    }
}

impl RootField<'_> {
    fn directory(&self) -> &Directory {
        &self.server.0.directory
    }

    pub(super) async fn query(&self, name: &str) -> Result<Found, GraphqlError> {
        let schema = &self.server.0.schema;
        match name {
            "__typename" => Ok(Found::Json(json!("query_root"))),
            "__schema" => Ok(Found::Json(schema.root().clone())),
            "__type" => {
                let name = self.arguments["name"].as_str().unwrap_or_default();
                Ok(Found::Json(schema.named(name).cloned().unwrap_or_default()))
            }
            "workspace_by_pk" => {
                // No workspace has a negative id.
                let id = workspace_id(&self.arguments["id"]).ok();
                let found = id.map(|id| self.directory().workspace(id)).transpose()?;
                Ok(Found::Workspace(found.flatten()))
            }
            "user_default_workspace" => Ok(Found::Defaults(self.default_workspace().await?)),
            _ => Err(unknown(name, "query_root")),
        }
    }

    /// The default workspace of a user. The caller's own is created on the first request.
    async fn default_workspace(&self) -> Result<Option<Workspace>, GraphqlError> {
        let text = self.arguments["where"]["user_id"]["_eq"]
            .as_str()
            .unwrap_or_default();
        let user = if text.is_empty() {
            self.caller.user
        } else {
            text.parse().ok()
        };
        let Some(user) = user else {
            return Ok(None);
        };
        let directory = self.directory();
        if directory.user_by_id(user)?.is_none() {
            return Ok(None);
        }
        let own = self.caller.user == Some(user) && self.caller.may(Scope::Write).is_ok();
        let work = move |server: &Server| Ok(existing_default(&server.0.directory, user)?);
        match self.server.scan(work).await? {
            None if own => {
                let work = move |directory: &Directory| Ok(directory.default_workspace(user)?);
                Ok(Some(self.server.write(self.caller, work).await?))
            }
            found => Ok(found),
        }
    }

    pub(super) async fn mutation(&self, name: &str) -> Result<Found, GraphqlError> {
        self.caller.may(Scope::Write)?;
        match name {
            "__typename" => Ok(Found::Json(json!("mutation_root"))),
            "insert_workspace_one" => Ok(Found::Workspace(self.insert_workspace().await?)),
            "delete_workspace_users" => self.delete_members().await,
            _ => Err(unknown(name, "mutation_root")),
        }
    }

    /// Creates a workspace, or returns the user's default one if that is requested. A default
    /// workspace is found by the user's id, and the requested name is ignored.
    async fn insert_workspace(&self) -> Result<Option<Workspace>, GraphqlError> {
        let object = &self.arguments["object"];
        let is_default = is_default(object)?;
        let owner = named_owner(object)?.or(self.caller.user).ok_or_else(|| {
            GraphqlError::invalid("name the owner of the workspace with owner_id")
        })?;
        if self.caller.user != Some(owner) {
            self.caller.may(Scope::Admin)?;
        }
        check_insert(object, owner)?;
        let on_conflict = !self.arguments["on_conflict"].is_null();
        let name = object["name"].as_str().unwrap_or_default().to_owned();
        let work = move |directory: &Directory| {
            if is_default {
                return Ok(Some(directory.default_workspace(owner)?));
            }
            match directory.create_workspace(NewWorkspace::new(name).owner(owner)) {
                Err(error) if on_conflict && error.kind() == ErrorKind::WorkspaceNameTaken => {
                    Ok(None)
                }
                made => Ok(Some(made?)),
            }
        };
        Ok(self.server.write(self.caller, work).await?)
    }

    async fn delete_members(&self) -> Result<Found, GraphqlError> {
        let condition = &self.arguments["where"];
        let (mut user, mut workspace) = (None, None);
        find_condition(condition, &mut user, &mut workspace)?;
        let (Some(user), Some(workspace)) = (user, workspace) else {
            return Err(GraphqlError::invalid(
                "name one user_id and one workspace_id",
            ));
        };
        let work = move |directory: &Directory| match user.parse::<UserId>() {
            Ok(user) => remove(directory, workspace, user),
            Err(_) => Ok(0),
        };
        let affected = self.server.write(self.caller, work).await?;
        Ok(Found::Json(json!({
            "__typename": "workspace_users_mutation_response",
            "affected_rows": affected,
        })))
    }
}

fn unknown(field: &str, of: &str) -> GraphqlError {
    GraphqlError::invalid(format!("field \"{field}\" not found in type: \"{of}\""))
}

/// The users for whom a new workspace would be the default one.
fn default_users(object: &Value) -> &[Value] {
    let users = object["user_default_workspaces"]["data"].as_array();
    users.map_or(&[], Vec::as_slice)
}

/// Whether a new workspace would be somebody's default one.
fn is_default(object: &Value) -> Result<bool, GraphqlError> {
    match default_users(object) {
        [] => Ok(false),
        [user] if user["user_id"].is_string() => Ok(true),
        _ => Err(GraphqlError::invalid(
            "a workspace is the default one of one user: name the user with user_id",
        )),
    }
}

/// The owner of a new workspace, which several keys of the object may name. They must agree, since
/// only one owner is set.
fn named_owner(object: &Value) -> Result<Option<UserId>, GraphqlError> {
    let mut owner = None;
    let defaults = default_users(object).iter().map(|user| &user["user_id"]);
    for id in defaults.chain([&object["owner_id"], &object["created_by"]]) {
        if id.is_null() {
            continue;
        }
        let user = id.as_str().and_then(|id| id.parse::<UserId>().ok());
        let user = user
            .ok_or_else(|| GraphqlError::invalid(format!("{} is not the id of a user", cut(id))))?;
        if *owner.get_or_insert(user) != user {
            let hint =
                "owner_id, created_by and the user of the default workspace must be the same";
            return Err(GraphqlError::invalid(hint));
        }
    }
    Ok(owner)
}

/// Refuses properties that a new workspace can't have: it is not archived, and its owner is its
/// only member.
fn check_insert(object: &Value, owner: UserId) -> Result<(), GraphqlError> {
    if object["archived"] == true {
        return Err(GraphqlError::invalid("a new workspace can't be archived"));
    }
    let is_owner = |user: &Value| {
        let (id, role) = (&user["user_id"], &user["user_type"]);
        let is_id = |id: &str| id.parse().ok() == Some(owner);
        let is_role = |role: &str| role.eq_ignore_ascii_case("owner");
        (id.is_null() || id.as_str().is_some_and(is_id))
            && (role.is_null() || role.as_str().is_some_and(is_role))
            && user["workspace_id"].is_null()
    };
    let mut users = object["users"]["data"].as_array().into_iter().flatten();
    if users.all(is_owner) {
        return Ok(());
    }
    let hint = "a new workspace has its owner only, as OWNER; add the others afterwards";
    Err(GraphqlError::invalid(hint))
}

/// Finds the user and the workspace in a condition, which may nest parts in `_and`.
fn find_condition(
    condition: &Value,
    user: &mut Option<String>,
    workspace: &mut Option<WorkspaceId>,
) -> Result<(), GraphqlError> {
    if let Some(id) = condition["user_id"]["_eq"].as_str()
        && user.replace(id.to_owned()).is_some()
    {
        return Err(GraphqlError::invalid("user_id is named twice"));
    }
    let id = &condition["workspace_id"]["_eq"];
    if !id.is_null() && workspace.replace(workspace_id(id)?).is_some() {
        return Err(GraphqlError::invalid("workspace_id is named twice"));
    }
    let parts = condition["_and"].as_array();
    for part in parts.into_iter().flatten() {
        find_condition(part, user, workspace)?;
    }
    Ok(())
}

fn existing_default(directory: &Directory, user: UserId) -> headcount::Result<Option<Workspace>> {
    for member in directory.workspaces_of(user)? {
        let workspace = directory.workspace(member.workspace())?;
        if let Some(workspace) = workspace.filter(|found| found.default_of() == Some(user)) {
            return Ok(Some(workspace));
        }
    }
    Ok(None)
}

/// A workspace as the type `workspace`, with its members if they are requested, and their
/// number.
fn shown(
    directory: &Directory,
    workspace: &Workspace,
    with_members: bool,
) -> Result<(Value, usize), GraphqlError> {
    let members = if with_members {
        match directory.members(workspace.id()) {
            // It was deleted in the meantime.
            Err(error) if error.kind() == ErrorKind::WorkspaceNotFound => Vec::new(),
            members => members?,
        }
    } else {
        Vec::new()
    };
    let users = members.iter().map(|member| {
        json!({
            "__typename": "workspace_users",
            "user_id": member.user(),
            "user_type": user_type(member.role()),
        })
    });
    let mut shown = item(workspace);
    shown["__typename"] = json!("workspace");
    shown["users"] = users.collect();
    Ok((shown, members.len()))
}
