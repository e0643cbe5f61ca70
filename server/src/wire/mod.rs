//! The platform's own API, as its SDK uses it: users, workspaces and GraphQL.

pub(crate) mod graphql;
pub(crate) mod people;
mod roots;
mod schema;
mod selection;
pub(crate) mod spaces;
mod user_object;
mod validation;
mod values;

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::schema::Schema;
use crate::door::{Door, Failure};
use crate::json::{Names, object_of};

/// A failure in the format of the platform's API.
pub(crate) struct PlatformFailure(pub(crate) Failure);

/// A failure in the format of the platform's identity server.
pub(crate) struct IdentityFailure(pub(crate) Failure);

type Platform<T> = Result<T, PlatformFailure>;
type Identity<T> = Result<T, IdentityFailure>;

impl<E: Into<Failure>> From<E> for PlatformFailure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl<E: Into<Failure>> From<E> for IdentityFailure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for PlatformFailure {
    fn into_response(self) -> Response {
        self.0.response(Door::Platform)
    }
}

impl IntoResponse for IdentityFailure {
    fn into_response(self) -> Response {
        self.0.response(Door::Identity)
    }
}

/// A JSON object, regardless of the content type; an empty body is `{}`.
pub(crate) struct Document<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Document<T> {
    type Rejection = PlatformFailure;

    async fn from_request(request: Request, state: &S) -> Platform<Self> {
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|refused| unread(&refused))?;
        let text = if bytes.is_empty() { &b"{}"[..] } else { &bytes };
        Ok(Self(object_of(text, Names::Exact)?))
    }
}

pub(crate) fn unread(refused: &BytesRejection) -> Failure {
    match refused.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large")
        }
        _ => Failure::bad_request("the body ended too early"),
    }
}

/// A number, which clients send as a number or as a string.
fn integer(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}
