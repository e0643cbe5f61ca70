//! The platform's GraphQL: the four operations of its SDK, and introspection.

use async_graphql_parser::parse_query;
use async_graphql_parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::roots::{Found, RootField};
use super::schema::Schema;
use super::selection::{Budget, Fragments, GraphqlError, Selector, merge, no_directive};
use super::unread;
use super::validation::Validator;
use super::values::{arguments, variables};
use crate::auth::Caller;
use crate::door::{Door, Failure};
use crate::json::{Names, object_of};
use crate::keys::Scope;
use crate::server::Server;

/// Brackets that a document may open. The parser recurses into nested ones, so this also bounds
/// its stack.
const BRACKETS_MAX: usize = 128;
/// Root fields of a document, at most.
const ROOT_FIELDS_MAX: usize = 32;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphqlRequest {
    query: String,
    variables: Option<Map<String, Value>>,
    operation_name: Option<String>,
}

/// The requested operation of a document.
struct Request {
    operation: OperationDefinition,
    fragments: Fragments,
}

/// The plan for a valid request.
struct Plan<'a> {
    /// The root fields, with their arguments.
    fields: Vec<(&'a Field, Value)>,
    reads_members: bool,
}

/// Executes a document. The status is 200, with `data` or `errors`, unless the body can't be read.
pub(crate) async fn answer(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(refused) => return unread(&refused).response(Door::Platform),
    };
    let answer = execute(&server, &caller, &body).await;
    let answer = answer.unwrap_or_else(|error| {
        let errors = json!({
            "errors": [{
                "message": error.message,
                "extensions": { "path": "$", "code": error.code },
            }],
        });
        errors.to_string()
    });
    ([(header::CONTENT_TYPE, "application/json")], answer).into_response()
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

async fn execute(server: &Server, caller: &Caller, body: &[u8]) -> Result<String, GraphqlError> {
    let body: GraphqlRequest = object_of(body, Names::Exact).map_err(|failure| GraphqlError {
        message: failure.message,
        code: "invalid-json",
    })?;
    let document = parsed(&body.query, server.0.config.graphql_bytes_max)?;
    let request = Request::of(document, body.operation_name.as_deref())?;
    let is_mutation = request.operation.ty == OperationType::Mutation;
    if is_mutation {
        caller.may(Scope::Write)?;
    }
    let depth_max = server.0.config.graphql_depth_max;
    let sent = body.variables.unwrap_or_default();
    let plan = request.plan(&server.0.schema, sent, depth_max)?;
    let reads_members = plan.reads_members;
    let mut found = Vec::with_capacity(plan.fields.len());
    for (field, arguments) in plan.fields {
        let name = field.name.node.as_str();
        let field = RootField {
            server,
            caller,
            arguments,
        };
        found.push(if is_mutation {
            field.mutation(name).await?
        } else {
            field.query(name).await?
        });
    }
    if !reads_members {
        return request.answered(server, found, false);
    }
    let work = move |server: &Server| Ok(request.answered(server, found, true));
    server.scan(work).await?
}

impl Request {
    /// The operation with this name, or the only one.
    fn of(document: ExecutableDocument, name: Option<&str>) -> Result<Self, GraphqlError> {
        let wanted = name.filter(|name| !name.is_empty());
        let mut operations = document.operations.iter().filter(|(name, _)| {
            wanted.is_none_or(|wanted| name.is_some_and(|name| name.as_str() == wanted))
        });
        match (operations.next(), operations.next()) {
            (Some((_, operation)), None) => Ok(Self {
                operation: operation.node.clone(),
                fragments: document.fragments,
            }),
            _ => Err(GraphqlError::invalid("name one operation of the document")),
        }
    }

    /// Validates the operation and plans its execution.
    fn plan(
        &self,
        schema: &Schema,
        sent: Map<String, Value>,
        depth_max: usize,
    ) -> Result<Plan<'_>, GraphqlError> {
        let operation = &self.operation;
        let root = match operation.ty {
            OperationType::Query => "query_root",
            OperationType::Mutation => "mutation_root",
            OperationType::Subscription => {
                return Err(GraphqlError::invalid("there are no subscriptions"));
            }
        };
        let fields = root_fields(operation)?;
        let budget = Budget::new(depth_max);
        let validator = Validator::new(schema, &self.fragments, operation, &budget)?;
        let reads_members = validator.check(&operation.selection_set.node, root)?;
        let changes = fields
            .iter()
            .filter(|field| field.name.node != "__typename");
        if operation.ty == OperationType::Mutation && changes.count() > 1 {
            // If the second failed, the first would stay.
            let hint = "a mutation has one field; send another request for each further one";
            return Err(GraphqlError::invalid(hint));
        }
        let variables = variables(schema, operation, sent)?;
        let mut with_arguments = Vec::with_capacity(fields.len());
        for field in fields {
            let arguments = arguments(schema, root, field, &variables, &budget)?;
            with_arguments.push((field, arguments));
        }
        Ok(Plan {
            fields: with_arguments,
            reads_members,
        })
    }

    /// The response, from the values of the root fields.
    fn answered(
        &self,
        server: &Server,
        found: Vec<Found>,
        with_members: bool,
    ) -> Result<String, GraphqlError> {
        let selector = Selector {
            schema: &server.0.schema,
            fragments: &self.fragments,
            budget: Budget::new(server.0.config.graphql_depth_max),
        };
        let mut data = Map::new();
        for (field, found) in root_fields(&self.operation)?.into_iter().zip(found) {
            let (value, members) = found.shown(&server.0.directory, with_members)?;
            selector.budget.grant(members);
            let selected = selector.field(&value, field, 1)?;
            merge(&mut data, &field.response_key().node, selected);
        }
        Ok(json!({ "data": data }).to_string())
    }
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

/// Parses and validates a document, and runs its selections on the schema.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn check(query: &str) {
    let Ok(document) = parsed(query, 16 * 1024) else {
        return;
    };
    let schema = Schema::new();
    for (_, operation) in document.operations.iter() {
        let request = Request {
            operation: operation.node.clone(),
            fragments: document.fragments.clone(),
        };
        let Ok(plan) = request.plan(&schema, Map::new(), 32) else {
            continue;
        };
        for (field, _) in plan.fields {
            let selector = Selector {
                schema: &schema,
                fragments: &request.fragments,
                budget: Budget::new(32),
            };
            let _ = selector.field(schema.root(), field, 1);
        }
    }
}

fn root_fields(operation: &OperationDefinition) -> Result<Vec<&Field>, GraphqlError> {
    no_directive(&operation.directives)?;
    let items = &operation.selection_set.node.items;
    if items.len() > ROOT_FIELDS_MAX {
        return Err(GraphqlError::invalid(format!(
            "the root has {} fields; {ROOT_FIELDS_MAX} are allowed",
            items.len()
        )));
    }
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
