//! What the server offers: `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas`, and the
//! search over both kinds of resources.

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};

use headcount::quoted;

use super::listing::{COUNT_MAX, Listed, Parameters, SearchRequest, answer};
use super::schema::{ResourceType, schemas};
use super::{Document, Scim, ScimFailure, ScimRequest, base, document, finding, groups, query};
use crate::door::Failure;
use crate::server::Server;

/// A request for a description of the server. Filters are refused, so that no client takes the
/// response for what matches; other parameters of lists are ignored (RFC 7644, 4).
pub(crate) struct Discovery {
    base: String,
}

impl FromRequestParts<Server> for Discovery {
    type Rejection = ScimFailure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Scim<Self> {
        let query = query(parts, server).await?;
        if query
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("filter"))
        {
            let message = "descriptions of the server can't be filtered; leave the filter out";
            return Err(Failure::new(StatusCode::FORBIDDEN, message).into());
        }
        Ok(Self {
            base: base(&parts.headers),
        })
    }
}

pub(crate) async fn config(asking: Discovery) -> Response {
    let supported = |yes: bool| json!({ "supported": yes });
    let config = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": supported(true),
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": COUNT_MAX },
        "changePassword": supported(false),
        "sort": supported(false),
        "etag": supported(true),
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "API key",
            "description": "A key with the scope scim, as a bearer token",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", asking.base),
        },
    });
    document(StatusCode::OK, &config)
}

fn types(base: &str) -> Vec<Value> {
    [ResourceType::User, ResourceType::Group]
        .iter()
        .map(|kind| {
            // Clients can't set anything in the extension of groups.
            let extensions = match kind {
                ResourceType::User => json!([{ "schema": kind.extension(), "required": false }]),
                ResourceType::Group => json!([]),
            };
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
                "id": kind.name(),
                "name": kind.name(),
                "endpoint": format!("/{}", kind.endpoint()),
                "description": kind.name(),
                "schema": kind.schema(),
                "schemaExtensions": extensions,
                "meta": {
                    "resourceType": "ResourceType",
                    "location": format!("{base}/ResourceTypes/{}", kind.name()),
                },
            })
        })
        .collect()
}

pub(crate) async fn resource_types(asking: Discovery) -> Response {
    all(&types(&asking.base))
}

pub(crate) async fn resource_type(asking: Discovery, Path(id): Path<String>) -> Scim<Response> {
    one(types(&asking.base), &id)
}

pub(crate) async fn all_schemas(asking: Discovery) -> Response {
    all(&schemas(&asking.base))
}

pub(crate) async fn schema(asking: Discovery, Path(id): Path<String>) -> Scim<Response> {
    one(schemas(&asking.base), &id)
}

fn all(documents: &[Value]) -> Response {
    let listed = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": documents.len(),
        "startIndex": 1,
        "itemsPerPage": documents.len(),
        "Resources": documents,
    });
    document(StatusCode::OK, &listed)
}

fn one(documents: Vec<Value>, id: &str) -> Scim<Response> {
    let is_it = |of: &Value| {
        of["id"]
            .as_str()
            .is_some_and(|of| of.eq_ignore_ascii_case(id))
    };
    match documents.into_iter().find(is_it) {
        Some(found) => Ok(document(StatusCode::OK, &found)),
        None => {
            Err(Failure::new(StatusCode::NOT_FOUND, format!("there is no {}", quoted(id))).into())
        }
    }
}

pub(crate) async fn search(
    asking: ScimRequest,
    Document(search): Document<SearchRequest>,
) -> Scim<Response> {
    let parameters = Parameters::of_search(&search)?;
    answer(asking, parameters, false, find).await
}

/// Users, then groups.
fn find(asking: &ScimRequest, parameters: &Parameters) -> Result<Listed, Failure> {
    let of_users = parameters.check_filter(ResourceType::User).is_ok();
    let of_groups = parameters.check_filter(ResourceType::Group).is_ok();
    if !of_users && !of_groups {
        parameters.check_filter(ResourceType::User)?;
    }
    let mut listed = Listed::default();
    if of_users {
        listed = finding::find(asking, parameters)?;
    }
    if of_groups {
        let mut rest = parameters.clone();
        rest.start = parameters.start.saturating_sub(listed.total).max(1);
        rest.count = parameters.count - listed.resources.len();
        let groups = groups::find(asking, &rest)?;
        listed.total += groups.total;
        listed.resources.extend(groups.resources);
    }
    Ok(listed)
}
