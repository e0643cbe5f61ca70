//! The platform's GraphQL: the four operations that its SDK sends, and introspection.

use async_graphql_parser::parse_query;
use async_graphql_parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
};
use async_graphql_value::ConstValue;
use axum::Json;
use axum::extract::{Extension, State};
use headcount::{Directory, ErrorKind, NewWorkspace, UserId, Workspace, WorkspaceId};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Document;
use super::selection::{Refusal, Selector, no_directives};
use super::spaces::{remove, user_type, workspace_id};
use crate::auth::Caller;
use crate::door::Failure;
use crate::keys::Scope;
use crate::server::Server;

/// Brackets that a document may open. The parser recurses into nested ones, so this also
/// bounds its stack.
const BRACKETS_MAX: usize = 128;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    query: String,
    variables: Option<Map<String, Value>>,
    operation_name: Option<String>,
}

/// Answers a document: always with status 200, and with `data` or `errors`.
pub(crate) async fn answer(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(request): Document<Request>,
) -> Json<Value> {
    match execute(&server, &caller, request).await {
        Ok(data) => Json(json!({ "data": data })),
        Err(refusal) => Json(json!({
            "errors": [{
                "message": refusal.message,
                "extensions": { "path": "$", "code": refusal.code },
            }],
        })),
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let code = match (failure.kind, failure.status.as_u16()) {
            (Some(_), 400..500) => "constraint-violation",
            (None, 403) => "access-denied",
            (_, 400..500) => "bad-request",
            _ => "unexpected",
        };
        Self {
            message: failure.message,
            code,
        }
    }
}

impl From<headcount::Error> for Refusal {
    fn from(error: headcount::Error) -> Self {
        Failure::from(error).into()
    }
}

async fn execute(server: &Server, caller: &Caller, request: Request) -> Result<Value, Refusal> {
    let document = parsed(&request.query, server.0.config.graphql_bytes_max)?;
    let mut operations = document.operations.iter().filter(|(name, _)| {
        let wanted = request.operation_name.as_deref();
        wanted.is_none() || name.is_none_or(|name| Some(name.as_str()) == wanted)
    });
    let (Some((_, operation)), None) = (operations.next(), operations.next()) else {
        return Err(Refusal::invalid("name one operation of the document"));
    };
    let operation = &operation.node;
    let variables = variables(operation, request.variables.unwrap_or_default())?;
    let depth_max = server.0.config.graphql_depth_max;
    let mut data = Map::new();
    for field in root_fields(operation)? {
        let name = field.name.node.as_str();
        let asked = Asked {
            server,
            caller,
            arguments: arguments(field, &variables)?,
        };
        let value = match operation.ty {
            OperationType::Query => asked.query(name)?,
            OperationType::Mutation => asked.mutation(name).await?,
            OperationType::Subscription => {
                return Err(Refusal::invalid("there are no subscriptions"));
            }
        };
        let selector = Selector::new(&server.0.schema, &document.fragments, depth_max);
        let selected = selector.field(&value, field, 1)?;
        data.insert(field.response_key().node.to_string(), selected);
    }
    Ok(Value::Object(data))
}

/// Parses a document within its limits.
fn parsed(query: &str, bytes_max: usize) -> Result<ExecutableDocument, Refusal> {
    if query.len() > bytes_max {
        return Err(Refusal::invalid(format!(
            "the document has {} bytes; {bytes_max} are allowed",
            query.len()
        )));
    }
    if query.matches(['{', '[', '(']).count() > BRACKETS_MAX {
        return Err(Refusal::invalid(format!(
            "the document opens more than {BRACKETS_MAX} brackets"
        )));
    }
    parse_query(query).map_err(|error| Refusal::invalid(format!("not a GraphQL document: {error}")))
}

/// Parses a document and selects from the schema what its root fields ask for.
#[cfg(fuzzing)]
pub(crate) fn check(query: &str) {
    let Ok(document) = parsed(query, 16 * 1024) else {
        return;
    };
    let schema = super::Schema::new();
    for (_, operation) in document.operations.iter() {
        let fields = root_fields(&operation.node).unwrap_or_default();
        for field in fields {
            let selector = Selector::new(&schema, &document.fragments, 32);
            let _ = selector.field(schema.root(), field, 1);
            let _ = arguments(field, &Map::new());
        }
        let _ = variables(&operation.node, Map::new());
    }
}

fn root_fields(operation: &OperationDefinition) -> Result<Vec<&Field>, Refusal> {
    let items = &operation.selection_set.node.items;
    let mut fields = Vec::with_capacity(items.len());
    for item in items {
        no_directives(&item.node)?;
        let Selection::Field(field) = &item.node else {
            let hint = "name the fields of the root, without fragments";
            return Err(Refusal::invalid(hint));
        };
        fields.push(&field.node);
    }
    Ok(fields)
}

/// The variables that were sent, and the defaults of the others.
fn variables(
    operation: &OperationDefinition,
    mut sent: Map<String, Value>,
) -> Result<Map<String, Value>, Refusal> {
    let mut variables = Map::new();
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        let name = definition.name.node.as_str();
        let value = match (sent.remove(name), definition.default_value()) {
            (Some(value), _) => value,
            (None, Some(default)) => json_of(default.clone())?,
            (None, None) => Value::Null,
        };
        if value.is_null() && !definition.var_type.node.nullable {
            return Err(Refusal::invalid(format!(
                "the variable {name:?} is missing"
            )));
        }
        variables.insert(name.to_owned(), value);
    }
    Ok(variables)
}

fn arguments(field: &Field, variables: &Map<String, Value>) -> Result<Value, Refusal> {
    let mut arguments = Map::new();
    for (name, value) in &field.arguments {
        let value = value.node.clone().into_const_with(|variable| {
            let value = variables.get(variable.as_str()).cloned().ok_or_else(|| {
                Refusal::invalid(format!(
                    "the variable {:?} is not declared",
                    variable.as_str()
                ))
            })?;
            ConstValue::from_json(value).map_err(|error| Refusal::invalid(error.to_string()))
        })?;
        arguments.insert(name.node.to_string(), json_of(value)?);
    }
    Ok(Value::Object(arguments))
}

fn json_of(value: ConstValue) -> Result<Value, Refusal> {
    value
        .into_json()
        .map_err(|error| Refusal::invalid(error.to_string()))
}

/// One root field, with its arguments.
struct Asked<'a> {
    server: &'a Server,
    caller: &'a Caller,
    arguments: Value,
}

impl Asked<'_> {
    fn directory(&self) -> &Directory {
        &self.server.0.directory
    }

    fn query(&self, name: &str) -> Result<Value, Refusal> {
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
                let id = workspace_id(&self.arguments["id"])?;
                match self.directory().workspace(id)? {
                    Some(workspace) => shown(self.directory(), &workspace),
                    None => Ok(Value::Null),
                }
            }
            "user_default_workspace" => self.default_workspaces(),
            _ => Err(unknown(name, "query_root")),
        }
    }

    /// The default workspace of a user: the caller's own is made on first asking.
    fn default_workspaces(&self) -> Result<Value, Refusal> {
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
            None if own => Some(
                self.server
                    .directory_of(self.caller)
                    .default_workspace(user)?,
            ),
            found => found,
        };
        let list = found.iter().map(|workspace| {
            let workspace = shown(directory, workspace)?;
            Ok(json!({ "__typename": "user_default_workspace", "workspace": workspace }))
        });
        list.collect()
    }

    async fn mutation(&self, name: &str) -> Result<Value, Refusal> {
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
    async fn insert_workspace(&self) -> Result<Value, Refusal> {
        let object = &self.arguments["object"];
        let user = |value: &Value| value.as_str().and_then(|text| text.parse::<UserId>().ok());
        let default_of = user(&object["user_default_workspaces"]["data"][0]["user_id"])
            .or_else(|| user(&object["user_default_workspaces"]["data"]["user_id"]));
        let owner = default_of
            .or_else(|| user(&object["owner_id"]))
            .or_else(|| user(&object["created_by"]))
            .or(self.caller.user)
            .ok_or_else(|| Refusal::invalid("name the owner of the workspace with owner_id"))?;
        if self.caller.user != Some(owner) {
            self.caller.may(Scope::Admin)?;
        }
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

    async fn delete_members(&self) -> Result<Value, Refusal> {
        let condition = &self.arguments["where"];
        let (mut user, mut workspace) = (None, None);
        find_condition(condition, &mut user, &mut workspace)?;
        let (Some(user), Some(workspace)) = (user, workspace) else {
            return Err(Refusal::invalid("name one user_id and one workspace_id"));
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

fn unknown(field: &str, of: &str) -> Refusal {
    Refusal::invalid(format!("field {field:?} not found in type: {of:?}"))
}

/// Gathers the user and the workspace of a condition, which may have its parts in `_and`.
fn find_condition(
    condition: &Value,
    user: &mut Option<String>,
    workspace: &mut Option<WorkspaceId>,
) -> Result<(), Refusal> {
    let mut parts: Vec<&Value> = vec![condition];
    match &condition["_and"] {
        Value::Array(more) => parts.extend(more),
        Value::Null => {}
        more => parts.push(more),
    }
    for part in parts {
        if let Some(id) = part["user_id"]["_eq"].as_str()
            && user.replace(id.to_owned()).is_some()
        {
            return Err(Refusal::invalid("user_id is named twice"));
        }
        let id = &part["workspace_id"]["_eq"];
        if !id.is_null() && workspace.replace(workspace_id(id)?).is_some() {
            return Err(Refusal::invalid("workspace_id is named twice"));
        }
    }
    Ok(())
}

fn existing_default(directory: &Directory, user: UserId) -> Result<Option<Workspace>, Refusal> {
    for member in directory.workspaces_of(user)? {
        let workspace = directory.workspace(member.workspace())?;
        if let Some(workspace) = workspace.filter(|found| found.default_of() == Some(user)) {
            return Ok(Some(workspace));
        }
    }
    Ok(None)
}

/// A workspace with its members, as the type `workspace` has it.
fn shown(directory: &Directory, workspace: &Workspace) -> Result<Value, Refusal> {
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
