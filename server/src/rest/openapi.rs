//! `/openapi.json`: a description of REST as `OpenAPI` 3.1. Paths and scopes come from the table
//! of routes, parameters and bodies from the types that parse them.

mod formats;

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, OpenApi};

use super::shapes::Schemas;
use super::{batch, changes, keys, license, query, users, whole, workspaces};
use crate::routes::{Access, matrix, only_reads};

/// Statuses of refusals. Which of them a route returns depends on the directory.
const REFUSALS: [u16; 14] = [
    400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 500, 501, 503,
];

/// The document, which does not change while the server runs.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| made().to_string());

pub(crate) async fn document() -> Response {
    let kind = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "max-age=300"),
    ];
    (kind, DOCUMENT.as_str()).into_response()
}

/// The description of a route beyond the table of routes.
struct Operation {
    summary: &'static str,
    /// The parameters of the query.
    query: Vec<Parameter>,
    /// The schema of the body.
    body: Option<&'static str>,
    /// The schema of the response; none for 204, or for a file.
    answer: Option<&'static str>,
    /// The media type of a response that is a file.
    file: Option<&'static str>,
    /// Whether the route uses `If-Match`.
    conditional: bool,
    /// Whether it reads a record, for which it uses `If-None-Match` too.
    tagged: bool,
}

impl Operation {
    /// A route whose response has no body.
    fn done(summary: &'static str) -> Self {
        Self {
            summary,
            query: Vec::new(),
            body: None,
            answer: None,
            file: None,
            conditional: false,
            tagged: false,
        }
    }

    fn new(summary: &'static str, answer: &'static str) -> Self {
        Self {
            answer: Some(answer),
            ..Self::done(summary)
        }
    }

    /// A route whose response is a file.
    fn file(summary: &'static str, kind: &'static str) -> Self {
        Self {
            file: Some(kind),
            ..Self::done(summary)
        }
    }

    /// A record whose version is its entity tag, by which a client can revalidate its copy.
    fn tagged(mut self) -> Self {
        self.tagged = true;
        self
    }

    fn asked<T: IntoParams>(mut self) -> Self {
        self.query = T::into_params(|| Some(ParameterIn::Query));
        self
    }

    fn body(mut self, schema: &'static str) -> Self {
        self.body = Some(schema);
        self
    }

    fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }
}

/// The description of a route; none if the route is not REST.
#[rustfmt::skip]
fn operation(method: &str, path: &str) -> Option<Operation> {
    let (new, done, file) = (Operation::new, Operation::done, Operation::file);
    Some(match (method, path.strip_prefix("/api/v1/")?) {
        ("GET", "users") => new("A page of users", "Users").asked::<users::Listing>(),
        ("POST", "users") => new("Create a user", "User").body("NewUser"),
        ("GET", "users/{name}") => new("Show a user", "User").tagged(),
        ("PATCH", "users/{name}") => new("Change a user", "User").body("UserChange").conditional(),
        ("DELETE", "users/{name}") => done("Delete a user").asked::<users::Leaving>().conditional(),
        ("POST", "users/{name}/activate") => new("Activate a user", "User").conditional(),
        ("POST", "users/{name}/deactivate") => {
            new("Deactivate a user", "User").asked::<users::Leaving>().conditional()
        }
        ("GET", "users/{name}/memberships") => new("The workspaces of a user", "Members"),
        ("POST", "query") => new("Users who meet conditions, or how many they are", "UsersOrCount").asked::<query::How>().body("Query"),
        ("POST", "lookup") => new("Users by what they are known by", "Found").body("Lookup"),
        ("GET", "workspaces") => new("A page of workspaces", "Workspaces").asked::<workspaces::Listing>(),
        ("POST", "workspaces") => new("Create a workspace", "Workspace").body("NewWorkspace"),
        ("GET", "workspaces/{id}") => new("Show a workspace", "Workspace").tagged(),
        ("PATCH", "workspaces/{id}") => {
            new("Rename a workspace", "Workspace").body("WorkspaceChange").conditional()
        }
        ("DELETE", "workspaces/{id}") => done("Delete a workspace").conditional(),
        ("POST", "workspaces/{id}/archive") => new("Archive a workspace", "Workspace").conditional(),
        ("POST", "workspaces/{id}/restore") => new("Restore a workspace", "Workspace").conditional(),
        ("GET", "workspaces/{id}/members") => new("The members of a workspace", "Members"),
        ("PUT", "workspaces/{id}/members/{name}") => {
            done("Make a user a member in a role").body("Membership").conditional()
        }
        ("DELETE", "workspaces/{id}/members/{name}") => done("Remove a member").conditional(),
        ("GET", "seats") => new("How the seats are and were used", "Seats").asked::<license::Since>(),
        ("GET", "license") => new("The license and how its seats are used", "Seats"),
        ("PUT", "license") => new("Set the license", "Seats").body("NewLicense").conditional(),
        ("POST", "batch") => {
            new("Apply operations together", "Applied").asked::<batch::How>().body("BatchRequest")
        }
        ("POST", "preview") => new("All that would be refused of operations", "Refused").body("BatchRequest"),
        ("GET", "keys") => new("All keys, without their secrets", "Keys").asked::<keys::Listing>(),
        ("POST", "keys") => new("Create a key", "Key").body("NewKey"),
        ("GET", "keys/{key}") => new("Show a key, without its secret", "Key"),
        ("DELETE", "keys/{key}") => done("Revoke a key"),
        ("GET", "stats") => new("Figures of the directory", "Stats"),
        ("GET", "export") => file("All records as lines of JSON", "application/jsonl"),
        ("GET", "backup") => file("A copy of the directory's file", "application/octet-stream"),
        ("GET", "verify") => new("What is wrong with the directory", "Inspection").asked::<whole::Limit>(),
        ("GET", "changes") => new("Changes, as a page or as they come", "Changes").asked::<changes::Listing>(),
        ("DELETE", "changes") => new("Delete old changes", "Trimmed").asked::<changes::Trimming>(),
        _ => return None,
    })
}

/// The parameters that a route has.
pub(super) struct Parameters {
    /// The names of those of the query.
    pub(super) query: Vec<String>,
    /// Whether it uses `If-Match`.
    pub(super) is_conditional: bool,
}

/// The parameters of a route; none if the route is not REST.
pub(super) fn parameters_of(method: &str, path: &str) -> Option<Parameters> {
    let operation = operation(method, path)?;
    let query = operation.query.into_iter();
    Some(Parameters {
        query: query.map(|parameter| parameter.name).collect(),
        is_conditional: operation.conditional,
    })
}

fn made() -> Value {
    let mut paths = Map::new();
    for (method, path, access) in matrix() {
        let (Some(operation), Access::Scope(scope)) = (operation(method, path), access) else {
            continue;
        };
        let at = paths.entry(path).or_insert_with(|| json!({}));
        at[method.to_lowercase()] = json!({
            "summary": operation.summary,
            "description": format!("Needs the scope `{scope}`."),
            "operationId": operation_id(method, path),
            "security": [{ "key": [] }],
            "parameters": parameters(method, path, &operation),
            "responses": responses(method, path, &operation),
        });
        if let Some(body) = operation.body {
            at[method.to_lowercase()]["requestBody"] =
                json!({ "required": true, "content": { "application/json": schema(body) } });
        }
    }
    let described = serde_json::to_value(Schemas::openapi()).unwrap_or_default();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "headcount",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Users, workspaces and seats of a directory.",
        },
        "paths": paths,
        "components": {
            "schemas": described["components"]["schemas"],
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
        },
    });
    formats::name(&mut document);
    document
}

fn schema(name: &str) -> Value {
    json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } })
}

/// Whether a request for this path can be repeated with the same `Idempotency-Key`. Those that only
/// read need none, the secret of a key is returned once, and old changes are deleted once anyway.
fn is_repeatable(method: &str, path: &str) -> bool {
    let is_batch = !path.contains("/keys") && !path.ends_with("/changes");
    !only_reads(method, path) && is_batch
}

fn parameters(method: &str, path: &str, operation: &Operation) -> Vec<Value> {
    let mut all = Vec::new();
    let header = |name: &str, schema: Value| json!({ "name": name, "in": "header", "required": false, "schema": schema });
    for name in path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    {
        let description = match name {
            "name" => "The id, email or username of a user.",
            "id" => "The id of a workspace, or its name if that is not a number.",
            _ => "The id of a key.",
        };
        all.push(json!({
            "name": name,
            "in": "path",
            "required": true,
            "description": description,
            "schema": { "type": "string", "minLength": 1 },
        }));
    }
    all.extend(
        operation
            .query
            .iter()
            .filter_map(|asked| serde_json::to_value(asked).ok()),
    );
    let tags =
        json!({ "type": "string", "pattern": "^(\\*|(W/)?\"[!#-~]*\"(, ?(W/)?\"[!#-~]*\")*)$" });
    if operation.conditional || operation.tagged {
        all.push(header("If-Match", tags.clone()));
    }
    if operation.tagged {
        all.push(header("If-None-Match", tags));
    }
    if (method, path) == ("GET", "/api/v1/changes") {
        all.push(json!({
            "name": "Last-Event-ID",
            "in": "header",
            "required": false,
            "description": "For events: begins after the change with this number, in place of `after`.",
            "schema": { "type": "string" },
        }));
    }
    if is_repeatable(method, path) {
        all.push(header(
            "Idempotency-Key",
            json!({ "type": "string", "format": "uuid" }),
        ));
    }
    all
}

fn responses(method: &str, path: &str, operation: &Operation) -> Value {
    let is_new = method == "POST"
        && ["/users", "/workspaces", "/keys"]
            .iter()
            .any(|all| path.ends_with(all));
    let mut all = match (operation.answer, operation.file) {
        (None, Some(kind)) => {
            json!({ "200": { "description": "Done.", "content": { kind: {} } } })
        }
        (None, None) => json!({ "204": { "description": "Done." } }),
        (Some(answer), _) => {
            let mut content = json!({ "application/json": schema(answer) });
            if method == "GET" && path.ends_with("/changes") {
                content["text/event-stream"] = json!({ "schema": { "type": "string" } });
            }
            let status = if is_new { "201" } else { "200" };
            json!({ status: { "description": "Done.", "content": content } })
        }
    };
    if is_new {
        all["201"]["links"] = links(path);
    }
    if operation.tagged {
        let tag =
            json!({ "ETag": { "description": "The version.", "schema": { "type": "string" } } });
        all["200"]["headers"] = tag.clone();
        let description = "The client has this version, according to `If-None-Match`. Only if the path has the record's id.";
        all["304"] = json!({ "description": description, "headers": tag });
    }
    for status in REFUSALS {
        let content = json!({ "application/problem+json": schema("Problem") });
        let refused = json!({ "description": "Refused; `detail` says why.", "content": content });
        all[status.to_string()] = refused;
    }
    all
}

/// Links to the operations on a created record.
fn links(path: &str) -> Value {
    let name = match path {
        "/api/v1/users" => "name",
        "/api/v1/keys" => "key",
        _ => "id",
    };
    let its = format!("{path}/{{{name}}}");
    let linked = matrix().filter(|(_, path, _)| path.starts_with(&its));
    let links = linked.map(|(method, path, _)| {
        let id = operation_id(method, path);
        let parameters = json!({ name: "$response.body#/id" });
        (
            id.clone(),
            json!({ "operationId": id, "parameters": parameters }),
        )
    });
    links.collect::<Map<_, _>>().into()
}

/// Such as `post_users_name_activate`.
fn operation_id(method: &str, path: &str) -> String {
    let path = path.trim_start_matches("/api/v1").replace('/', "_");
    format!("{}{}", method.to_lowercase(), path.replace(['{', '}'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_rest_is_described_and_every_schema_is_there() {
        let document = made();
        let mut count = 0;
        for (method, path, _) in matrix().filter(|line| line.1.starts_with("/api/")) {
            let at = &document["paths"][path][method.to_lowercase()];
            assert!(at["summary"].is_string(), "{method} {path}");
            count += 1;
        }
        assert!(count > 20);
        let text = document.to_string();
        let names = text.split("#/components/schemas/").skip(1);
        for name in names.filter_map(|rest| rest.split('"').next()) {
            assert!(
                document["components"]["schemas"][name].is_object(),
                "{name}"
            );
        }
        assert_eq!(
            document["components"]["schemas"]["NewUser"]["required"],
            json!(["email"])
        );
    }
}
