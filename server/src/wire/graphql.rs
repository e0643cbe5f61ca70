//! The platform's GraphQL: the four operations that its SDK sends, and introspection.

use async_graphql_parser::parse_query;
use async_graphql_parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::roots::RootField;
use super::schema::Schema;
use super::selection::{Budget, GraphqlError, Selector, merge, no_directive};
use super::validation::{Validator, Variables, arguments, variables};
use crate::auth::Caller;
use crate::door::Failure;
use crate::server::Server;

/// Brackets that a document may open. The parser recurses into nested ones, so this also
/// bounds its stack.
const BRACKETS_MAX: usize = 128;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphqlRequest {
    query: String,
    variables: Option<Map<String, Value>>,
    operation_name: Option<String>,
}

/// Answers a document: always with status 200, and with `data` or `errors`.
pub(crate) async fn answer(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Json<Value> {
    match execute(&server, &caller, &body).await {
        Ok(data) => Json(json!({ "data": data })),
        Err(error) => Json(json!({
            "errors": [{
                "message": error.message,
                "extensions": { "path": "$", "code": error.code },
            }],
        })),
    }
}

impl From<Failure> for GraphqlError {
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

impl From<headcount::Error> for GraphqlError {
    fn from(error: headcount::Error) -> Self {
        Failure::from(error).into()
    }
}

async fn execute(server: &Server, caller: &Caller, body: &[u8]) -> Result<Value, GraphqlError> {
    let request: GraphqlRequest = serde_json::from_slice(body).map_err(|error| GraphqlError {
        message: format!("the request body is not a GraphQL request: {error}"),
        code: "invalid-json",
    })?;
    let document = parsed(&request.query, server.0.config.graphql_bytes_max)?;
    let operation = chosen(&document, request.operation_name.as_deref())?;
    let schema = &server.0.schema;
    let variables = variables(schema, operation, request.variables.unwrap_or_default())?;
    let depth_max = server.0.config.graphql_depth_max;
    let (root, fields) = validated(schema, &document, operation, &variables, depth_max)?;
    let selector = Selector {
        schema,
        fragments: &document.fragments,
        budget: Budget::new(depth_max),
    };
    let mut data = Map::new();
    for field in fields {
        let name = field.name.node.as_str();
        let request = RootField {
            server,
            caller,
            arguments: arguments(schema, root, field, &variables)?,
        };
        let value = match operation.ty {
            OperationType::Mutation => request.mutation(name).await?,
            _ => request.query(name).await?,
        };
        let selected = selector.field(&value, field, 1)?;
        merge(&mut data, &field.response_key().node, selected);
    }
    Ok(Value::Object(data))
}

/// The operation with this name, or the only one that there is.
fn chosen<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, GraphqlError> {
    let wanted = name.filter(|name| !name.is_empty());
    let mut operations = document.operations.iter().filter(|(name, _)| {
        wanted.is_none() || name.is_none_or(|name| Some(name.as_str()) == wanted)
    });
    match (operations.next(), operations.next()) {
        (Some((_, operation)), None) => Ok(&operation.node),
        _ => Err(GraphqlError::invalid("name one operation of the document")),
    }
}

/// The type of the root and its fields that are asked for, if all of it makes sense.
fn validated<'a>(
    schema: &Schema,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &Variables,
    depth_max: usize,
) -> Result<(&'static str, Vec<&'a Field>), GraphqlError> {
    let root = match operation.ty {
        OperationType::Query => "query_root",
        OperationType::Mutation => "mutation_root",
        OperationType::Subscription => {
            return Err(GraphqlError::invalid("there are no subscriptions"));
        }
    };
    let fields = root_fields(operation)?;
    let validator = Validator {
        schema,
        fragments: &document.fragments,
        variables,
        budget: Budget::new(depth_max),
    };
    validator.check(&operation.selection_set.node, root)?;
    let changes = fields
        .iter()
        .filter(|field| field.name.node != "__typename");
    if operation.ty == OperationType::Mutation && changes.count() > 1 {
        // The first would stay when the second fails.
        let hint = "a mutation has one field; send another request for each further one";
        return Err(GraphqlError::invalid(hint));
    }
    Ok((root, fields))
}

/// Parses a document within its limits.
fn parsed(query: &str, bytes_max: usize) -> Result<ExecutableDocument, GraphqlError> {
    if query.len() > bytes_max {
        return Err(GraphqlError::invalid(format!(
            "the document has {} bytes; {bytes_max} are allowed",
            query.len()
        )));
    }
    if query.matches(['{', '[', '(']).count() > BRACKETS_MAX {
        return Err(GraphqlError::invalid(format!(
            "the document opens more than {BRACKETS_MAX} brackets"
        )));
    }
    parse_query(query)
        .map_err(|error| GraphqlError::invalid(format!("not a GraphQL document: {error}")))
}

/// Parses a document, validates it, and selects from the schema what it asks for.
#[cfg(fuzzing)]
pub(crate) fn check(query: &str) {
    let Ok(document) = parsed(query, 16 * 1024) else {
        return;
    };
    let schema = Schema::new();
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let Ok(variables) = variables(&schema, operation, Map::new()) else {
            continue;
        };
        let Ok((_, fields)) = validated(&schema, &document, operation, &variables, 32) else {
            continue;
        };
        for field in fields {
            let selector = Selector {
                schema: &schema,
                fragments: &document.fragments,
                budget: Budget::new(32),
            };
            let _ = selector.field(schema.root(), field, 1);
        }
    }
}

fn root_fields(operation: &OperationDefinition) -> Result<Vec<&Field>, GraphqlError> {
    no_directive(&operation.directives)?;
    let items = &operation.selection_set.node.items;
    let mut fields = Vec::with_capacity(items.len());
    for item in items {
        no_directive(item.node.directives())?;
        let Selection::Field(field) = &item.node else {
            let hint = "name the fields of the root, without fragments";
            return Err(GraphqlError::invalid(hint));
        };
        fields.push(&field.node);
    }
    Ok(fields)
}
