//! SCIM 2.0 (RFC 7643 and 7644) for identity providers. Users are users, Groups are workspaces,
//! and active users have a seat.

mod checking;
pub(crate) mod discovery;
pub(crate) mod filter;
mod finding;
mod group;
pub(crate) mod groups;
mod listing;
mod narrowing;
pub(crate) mod patch;
mod path;
mod projection;
pub(crate) mod schema;
pub(crate) mod tidy;
mod types;
mod user;
mod user_names;
pub(crate) mod users;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount::Directory;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub(crate) use self::listing::PageStarts;
use self::listing::Parameters;
pub(crate) use self::user_names::UserNames;
use crate::auth::Caller;
use crate::door::{Door, Failure};
use crate::forwarded;
use crate::json::{Names, object_of};
use crate::preconditions::{self, Versions};
use crate::server::Server;

/// How often a change is tried if somebody else keeps changing the resource.
const ATTEMPTS: usize = 8;

/// Why a request is invalid, with the `scimType` of RFC 7644.
#[derive(Debug)]
pub(crate) struct ScimError {
    pub(crate) scim_type: &'static str,
    message: String,
}

impl ScimError {
    fn new(scim_type: &'static str, message: impl Into<String>) -> Self {
        Self {
            scim_type,
            message: message.into(),
        }
    }

    pub(crate) fn filter(message: impl Into<String>) -> Self {
        Self::new("invalidFilter", message)
    }

    pub(crate) fn path(message: impl Into<String>) -> Self {
        Self::new("invalidPath", message)
    }

    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Self::new("invalidSyntax", message)
    }

    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self::new("invalidValue", message)
    }

    pub(crate) fn target(message: impl Into<String>) -> Self {
        Self::new("noTarget", message)
    }

    pub(crate) fn mutability(message: impl Into<String>) -> Self {
        Self::new("mutability", message)
    }

    /// The same error for a filter.
    pub(crate) fn into_filter(self) -> Self {
        Self::filter(self.message)
    }

    /// The same error for a path.
    pub(crate) fn into_path(self) -> Self {
        Self::path(self.message)
    }
}

impl From<ScimError> for Failure {
    fn from(refusal: ScimError) -> Self {
        Self {
            scim_type: Some(refusal.scim_type),
            ..Self::bad_request(refusal.message)
        }
    }
}

/// A failure in the format of RFC 7644.
pub(crate) struct ScimFailure(Failure);

type Scim<T> = Result<T, ScimFailure>;

impl<E: Into<Failure>> From<E> for ScimFailure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ScimFailure {
    fn into_response(self) -> Response {
        self.0.response(Door::Scim)
    }
}

/// The parts of a request that all handlers need.
pub(crate) struct ScimRequest {
    server: Server,
    caller: Caller,
    /// The URL of `/scim/v2`, as the client sees it.
    base: String,
    parameters: Parameters,
    headers: HeaderMap,
}

impl FromRequestParts<Server> for ScimRequest {
    type Rejection = ScimFailure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Scim<Self> {
        let caller = parts.extensions.get::<Caller>().cloned();
        let caller = caller.ok_or_else(|| Failure::internal("a route without its guard"))?;
        let query = query(parts, server).await?;
        Ok(Self {
            server: server.clone(),
            caller,
            base: base(&parts.headers),
            parameters: Parameters::of_query(&query)?,
            headers: parts.headers.clone(),
        })
    }
}

/// The parameters of the query of an address.
async fn query(parts: &mut Parts, server: &Server) -> Result<Vec<(String, String)>, ScimError> {
    let query = Query::from_request_parts(parts, server).await;
    let Query(query) = query.map_err(|refused| ScimError::value(refused.body_text()))?;
    Ok(query)
}

impl ScimRequest {
    /// The provisioner whose external ids are used.
    fn provisioner(&self) -> String {
        self.caller.holder_name()
    }

    /// The versions that the request requires.
    fn if_match(&self) -> Result<Option<Versions>, Failure> {
        preconditions::weak(&self.headers)
    }
}

/// The URL that the client used, according to the proxy if there is one.
fn base(headers: &HeaderMap) -> String {
    let scheme = if forwarded::is_encrypted(headers) {
        "https"
    } else {
        "http"
    };
    let host = forwarded::host(headers).unwrap_or("localhost");
    format!("{scheme}://{host}/scim/v2")
}

/// A JSON object, regardless of the content type.
pub(crate) struct Document<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Document<T> {
    type Rejection = ScimFailure;

    async fn from_request(request: Request, state: &S) -> Scim<Self> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|refused| crate::wire::unread(&refused))?;
        let read = object_of(&bytes, Names::AnyCase);
        let read = read.map_err(|failure| ScimError::syntax(failure.message))?;
        Ok(Self(read))
    }
}

/// Runs `work`, which writes, and enters its change into the index of user names, so that the
/// look-up that often follows need not read it.
async fn write<T: Send + 'static>(
    server: &Server,
    caller: &Caller,
    work: impl FnOnce(&Directory) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let reader = server.clone();
    let write = move |directory: &Directory| {
        let done = work(directory)?;
        let names = &reader.0.user_names;
        if names.is_read() {
            // If it fails, the next look-up tries again.
            let _ = names.read(&reader.0.directory);
        }
        Ok(done)
    };
    server.write(caller, write).await
}

/// A response with SCIM's media type.
fn document(status: StatusCode, document: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/scim+json")];
    (status, kind, document.to_string()).into_response()
}

/// A response with a resource, with its location and version as headers.
fn resource(status: StatusCode, asking: &ScimRequest, shown: Map<String, Value>) -> Response {
    let headers = headers_of(&shown);
    let place = headers.get(header::CONTENT_LOCATION).cloned();
    let shown = asking.parameters.projection.of(shown);
    let mut response = document(status, &Value::Object(shown));
    response.headers_mut().extend(headers);
    if let Some(place) = place.filter(|_| status == StatusCode::CREATED) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// The response to a client that has this version of a resource.
fn not_modified(shown: &Map<String, Value>) -> Response {
    (StatusCode::NOT_MODIFIED, headers_of(shown)).into_response()
}

/// The location and the version of a resource.
fn headers_of(shown: &Map<String, Value>) -> HeaderMap {
    let named = [
        (header::CONTENT_LOCATION, "location"),
        (header::ETAG, "version"),
    ];
    let found = named.into_iter().filter_map(|(header, name)| {
        let text = shown["meta"][name].as_str()?;
        Some((header, HeaderValue::try_from(text).ok()?))
    });
    found.collect()
}

fn not_found(kind: schema::ResourceType, id: &str) -> Failure {
    Failure::no_id(kind.name(), id)
}
