//! REST for your own programs: users, workspaces, seats, the license and changes.

pub(crate) mod batch;
pub(crate) mod changes;
mod conditional;
pub(crate) mod keys;
pub(crate) mod license;
pub(crate) mod openapi;
pub(crate) mod parameters;
pub(crate) mod query;
mod shapes;
pub(crate) mod users;
pub(crate) mod whole;
pub(crate) mod workspaces;

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount::{Directory, ErrorKind, User, UserPage, UserQuery, quoted};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::conditional::{Conditional, with_request_id};
use crate::door::{Door, Failure, cut};
use crate::json::{Names, object_of};
use crate::preconditions;
use crate::server::Server;

/// A failure in the format of RFC 9457.
pub(crate) struct Problem(pub(crate) Failure);

type Rest<T> = Result<T, Problem>;

impl<E: Into<Failure>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.0.response(Door::Rest)
    }
}

/// A JSON object.
pub(crate) struct Body<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Rest<Self> {
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|refused| crate::wire::unread(&refused))?;
        Ok(Self(object_of(&bytes, Names::Exact)?))
    }
}

/// The query of an address. Unknown parameters were [refused](parameters::check) before.
pub(crate) struct Asked<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Rest<Self> {
        let query = parts.uri.query().unwrap_or_default();
        if let Some(name) = empty_parameter(query) {
            // It would be taken for a missing one.
            let message = format!("the query parameter `{name}` is empty; leave it out");
            return Err(Failure::bad_request(message).into());
        }
        serde_html_form::from_str(query).map(Self).map_err(|error| {
            // The error does not name the parameter, but it alone is not valid either.
            let mut pairs = query.split('&').filter(|pair| !pair.is_empty());
            let wrong = pairs.find(|pair| serde_html_form::from_str::<T>(pair).is_err());
            let message = match wrong {
                Some(pair) => format!("the query parameter `{}` is not valid: {error}", cut(&pair)),
                None => format!("the query parameters are not valid: {error}"),
            };
            Failure::bad_request(message).into()
        })
    }
}

/// The first parameter of a query without a value.
fn empty_parameter(query: &str) -> Option<&str> {
    let mut pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.find_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        value.is_empty().then_some(name)
    })
}

/// The names in the path of an address; a malformed name gets 404.
pub(crate) struct At<T>(T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Rest<Self> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(refused) => {
                let message = refused.body_text();
                Err(Failure::new(StatusCode::NOT_FOUND, message).into())
            }
        }
    }
}

/// The largest page, in records.
const LIMIT_MAX: usize = 1_000;

/// The size of a page.
fn page_limit(asked: Option<usize>, default: usize) -> Result<usize, Failure> {
    let limit = asked.unwrap_or(default);
    if (1..=LIMIT_MAX).contains(&limit) {
        return Ok(limit);
    }
    let message = format!("limit must be from 1 to {LIMIT_MAX}, not {limit}");
    Err(Failure::bad_request(message))
}

/// A page of users. Its cursors are encrypted, and valid for a list with the same order and
/// conditions.
fn page_of(server: &Server, query: &UserQuery, after: Option<&str>) -> Result<UserPage, Failure> {
    let page = server.0.cursors.page(&server.0.directory, query, after)?;
    page.ok_or_else(|| {
        let message = "the cursor is not one of this list: send with `after` the `next` of the \
                       page before, whole, with the same order and conditions";
        headcount::Error::new(ErrorKind::InvalidArgument, message).into()
    })
}

/// The user with this id, email or username.
pub(crate) fn user_named(directory: &Directory, name: &str) -> Result<Arc<User>, Failure> {
    directory.user(name)?.ok_or_else(|| {
        let message = format!("no user has the id, email or username {}", quoted(name));
        Failure {
            kind: Some(ErrorKind::UserNotFound),
            ..Failure::new(StatusCode::NOT_FOUND, message)
        }
    })
}

/// A record that was read, under the conditions of the request: 304 without the record if the
/// client has this version of it. Only an id always names the same record: under another name, a
/// copy may be of an earlier one, with the same version.
fn read(
    headers: &HeaderMap,
    is_by_id: bool,
    version: u64,
    record: &impl Serialize,
) -> Result<Response, Failure> {
    preconditions::check(preconditions::strong(headers)?.as_deref(), version)?;
    if preconditions::has_copy(headers, version)? && is_by_id {
        return Ok(with_tag(StatusCode::NOT_MODIFIED, version));
    }
    Ok(tagged(StatusCode::OK, version, record))
}

/// A record with its version as the entity tag.
fn tagged(status: StatusCode, version: u64, record: &impl Serialize) -> Response {
    with_tag((status, Json(record)), version)
}

fn with_tag(response: impl IntoResponse, version: u64) -> Response {
    let mut response = response.into_response();
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
