//! The fields of GraphQL's roots: what the SDK's four operations read and change.

use headcount::{Directory, ErrorKind, NewWorkspace, UserId, Workspace, WorkspaceId};
use serde_json::{Value, json};

use super::selection::GraphqlError;
use super::spaces::{remove, user_type, workspace_id};
use crate::auth::Caller;
use crate::keys::Scope;
use crate::server::Server;

/// One root field, with its arguments.
pub(super) struct RootField<'a> {
    pub(super) server: &'a Server,
    pub(super) caller: &'a Caller,
    pub(super) arguments: Value,
}

impl RootField<'_> {
    fn directory(&self) -> &Directory {
        &self.server.0.directory
    }

    pub(super) async fn query(&self, name: &str) -> Result<Value, GraphqlError> {
        match name {
            "__typename" => Ok(json!("query_root")),
            "__schema" => Ok(self.server.0.schema.root().clone()),
            "__type" => {
                let name = self.arguments["name"].as_str().unwrap_or_default();
                Ok(self
                    .server
                    .0
                    .schema
                    .named(name)
                    .cloned()
                    .unwrap_or_default())
            }
            "workspace_by_pk" => {
                // Negative numbers are the ids of no workspace.
                let id = workspace_id(&self.arguments["id"]).ok();
                let found = id.map(|id| self.directory().workspace(id)).transpose()?;
                match found.flatten() {
                    Some(workspace) => shown(self.directory(), &workspace),
                    None => Ok(Value::Null),
                }
            }
            "user_default_workspace" => self.default_workspaces().await,
            _ => Err(unknown(name, "query_root")),
        }
    }

    /// The default workspace of a user: the caller's own is made on first asking.
    async fn default_workspaces(&self) -> Result<Value, GraphqlError> {
        let text = self.arguments["where"]["user_id"]["_eq"]
            .as_str()
            .unwrap_or_default();
        let user = if text.is_empty() {
            self.caller.user
        } else {
            text.parse().ok()
        };
        let Some(user) = user else {
            return Ok(json!([]));
        };
        let directory = self.directory();
        if directory.user_by_id(user)?.is_none() {
            return Ok(json!([]));
        }
        let own = self.caller.user == Some(user) && self.caller.may(Scope::Write).is_ok();
        let found = match existing_default(directory, user)? {
            None if own => {
                let work = move |directory: &Directory| Ok(directory.default_workspace(user)?);
                Some(self.server.write(self.caller, work).await?)
            }
            found => found,
        };
        let list = found.iter().map(|workspace| {
            let workspace = shown(directory, workspace)?;
            Ok(json!({ "__typename": "user_default_workspace", "workspace": workspace }))
        });
        list.collect()
    }

    pub(super) async fn mutation(&self, name: &str) -> Result<Value, GraphqlError> {
        if name == "__typename" {
            return Ok(json!("mutation_root"));
        }
        self.caller.may(Scope::Write)?;
        match name {
            "insert_workspace_one" => self.insert_workspace().await,
            "delete_workspace_users" => self.delete_members().await,
            _ => Err(unknown(name, "mutation_root")),
        }
    }

    /// Creates a workspace, or gives the user's default one where it is to be that: it is
    /// the user's by the id, and the name in the document is a wish.
    async fn insert_workspace(&self) -> Result<Value, GraphqlError> {
        let object = &self.arguments["object"];
        let user = |value: &Value| value.as_str().and_then(|text| text.parse::<UserId>().ok());
        let default_of = user(&object["user_default_workspaces"]["data"][0]["user_id"]);
        let owner = default_of
            .or_else(|| user(&object["owner_id"]))
            .or_else(|| user(&object["created_by"]))
            .or(self.caller.user)
            .ok_or_else(|| {
                GraphqlError::invalid("name the owner of the workspace with owner_id")
            })?;
        if self.caller.user != Some(owner) {
            self.caller.may(Scope::Admin)?;
        }
        check_insert(object, owner)?;
        let on_conflict = !self.arguments["on_conflict"].is_null();
        let name = object["name"].as_str().unwrap_or_default().to_owned();
        let work = move |directory: &Directory| {
            if default_of.is_some() {
                return Ok(Some(directory.default_workspace(owner)?));
            }
            match directory.create_workspace(NewWorkspace::new(name).owner(owner)) {
                Err(error) if on_conflict && error.kind() == ErrorKind::WorkspaceNameTaken => {
                    Ok(None)
                }
                made => Ok(Some(made?)),
            }
        };
        match self.server.write(self.caller, work).await? {
            Some(workspace) => shown(self.directory(), &workspace),
            None => Ok(Value::Null),
        }
    }

    async fn delete_members(&self) -> Result<Value, GraphqlError> {
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
        Ok(json!({
            "__typename": "workspace_users_mutation_response",
            "affected_rows": affected,
        }))
    }
}

fn unknown(field: &str, of: &str) -> GraphqlError {
    GraphqlError::invalid(format!("field {field:?} not found in type: {of:?}"))
}

/// Refuses to create a workspace with what would be lost: it is not archived, and its owner
/// is its only member.
fn check_insert(object: &Value, owner: UserId) -> Result<(), GraphqlError> {
    if object["archived"] == true {
        return Err(GraphqlError::invalid("a new workspace can't be archived"));
    }
    let users = object["users"]["data"].as_array();
    let mut ids = users.into_iter().flatten().map(|user| &user["user_id"]);
    let is_owner =
        |id: &Value| id.is_null() || id.as_str().and_then(|id| id.parse().ok()) == Some(owner);
    if ids.all(is_owner) {
        return Ok(());
    }
    let hint = "a new workspace has its owner only; add the others afterwards";
    Err(GraphqlError::invalid(hint))
}

/// Gathers the user and the workspace of a condition, which may have its parts in `_and`.
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

fn existing_default(
    directory: &Directory,
    user: UserId,
) -> Result<Option<Workspace>, GraphqlError> {
    for member in directory.workspaces_of(user)? {
        let workspace = directory.workspace(member.workspace())?;
        if let Some(workspace) = workspace.filter(|found| found.default_of() == Some(user)) {
            return Ok(Some(workspace));
        }
    }
    Ok(None)
}

/// A workspace with its members, as the type `workspace` has it.
fn shown(directory: &Directory, workspace: &Workspace) -> Result<Value, GraphqlError> {
    let members = directory.members(workspace.id())?;
    let users: Vec<_> = members
        .iter()
        .map(|member| {
            json!({
                "__typename": "workspace_users",
                "user_id": member.user(),
                "user_type": user_type(member.role()),
            })
        })
        .collect();
    let mut shown = super::spaces::item(workspace);
    shown["__typename"] = json!("workspace");
    shown["users"] = users.into();
    Ok(shown)
}
