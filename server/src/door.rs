//! Error responses, in one format for each kind of client.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount::{ErrorKind, quoted};
use serde_json::{Value, json};

use crate::keys::KeyError;
use crate::syncs::Told;

/// Characters of a client's value that a message quotes.
const SHOWN_MAX: usize = 100;

/// A value that a client sent, as messages quote it: long ones are cut.
pub(crate) fn cut(sent: &impl std::fmt::Display) -> String {
    let text = sent.to_string();
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The kind of client that a route is for, which decides the format of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// The platform's own API: `{"msg", "code"}`.
    Platform,
    /// The platform's identity server: `{"error"}`.
    Identity,
    /// REST: problem details of RFC 9457.
    Rest,
    /// SCIM: the error documents of RFC 7644.
    Scim,
    /// The page for people: HTML.
    Page,
    /// Health and metrics: plain text.
    Plain,
}

impl Door {
    /// Its name in changes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Identity => "identity",
            Self::Rest => "rest",
            Self::Scim => "scim",
            Self::Page => "page",
            Self::Plain => "plain",
        }
    }
}

/// Why a request failed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    /// The kind of error, if it came from the directory.
    pub(crate) kind: Option<ErrorKind>,
    /// The index of the refused operation in the batch.
    pub(crate) op_index: Option<usize>,
    pub(crate) retry_after_seconds: Option<u64>,
    /// The `scimType` of RFC 7644, if the error did not come from the directory.
    pub(crate) scim_type: Option<&'static str>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            kind: None,
            op_index: None,
            retry_after_seconds: None,
            scim_type: None,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// No record of the kind `what` has this id.
    pub(crate) fn no_id(what: &str, id: &str) -> Self {
        let message = format!("no {what} has the id {}", quoted(id));
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    pub(crate) fn busy(message: impl Into<String>) -> Self {
        Self {
            retry_after_seconds: Some(1),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
        }
    }

    /// The seat numbers of a refusal for lack of seats.
    fn seats(&self) -> Option<Value> {
        match self.kind {
            Some(ErrorKind::NoFreeSeat {
                limit,
                active,
                requested,
            }) => Some(json!({ "limit": limit, "active": active, "requested": requested })),
            _ => None,
        }
    }

    fn scim(&self, status: StatusCode) -> Response {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": status.as_u16().to_string(),
            "detail": self.message,
        });
        if let Some(scim_type) = self.scim_type.or(self.kind.and_then(scim_type)) {
            body["scimType"] = scim_type.into();
        }
        if let Some(seats) = self.seats() {
            body["seats"] = seats;
        }
        let kind = [(header::CONTENT_TYPE, "application/scim+json")];
        (status, kind, body.to_string()).into_response()
    }

    fn problem(&self, status: StatusCode) -> Response {
        let mut body = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": self.message,
            "kind": self.kind.map(ErrorKind::name),
        });
        if let Some(index) = self.op_index {
            body["op_index"] = index.into();
        }
        if let Some(seats) = self.seats() {
            body["seats"] = seats;
        }
        match self.kind {
            Some(ErrorKind::Conflict { expected, found }) => {
                body["versions"] = json!({ "expected": expected, "found": found });
            }
            Some(ErrorKind::HistoryTrimmed { resume_after }) => {
                body["resume_after"] = resume_after.into();
            }
            Some(ErrorKind::ChangeNotYet { latest }) => body["latest"] = latest.into(),
            _ => {}
        }
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, body.to_string()).into_response()
    }

    /// The response in the format of `door`.
    pub(crate) fn response(self, door: Door) -> Response {
        let status = door.status(&self);
        let mut response = match door {
            Door::Platform => {
                let body = json!({ "msg": self.message, "code": status.as_u16() });
                (status, Json(body)).into_response()
            }
            Door::Identity => (status, Json(json!({ "error": self.message }))).into_response(),
            Door::Rest => self.problem(status),
            Door::Scim => self.scim(status),
            Door::Page => crate::page::failure(status, &self.message),
            Door::Plain => (status, format!("{}\n", self.message)).into_response(),
        };
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(Told(self.message));
        response
    }
}

impl From<headcount::Error> for Failure {
    fn from(error: headcount::Error) -> Self {
        Self {
            kind: Some(error.kind()),
            op_index: error.op_index(),
            ..Self::new(rest_status(error.kind()), error.to_string())
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Directory(error) => error.into(),
            KeyError::NoUser(_) => {
                headcount::Error::new(ErrorKind::UserNotFound, error.to_string()).into()
            }
            KeyError::Name | KeyError::Expired(_) => {
                headcount::Error::new(ErrorKind::InvalidArgument, error.to_string()).into()
            }
            KeyError::Random(_) => Self::internal(error.to_string()),
        }
    }
}

impl Door {
    /// The status that clients of this door expect.
    fn status(self, failure: &Failure) -> StatusCode {
        match (self, failure.kind) {
            (Self::Platform, Some(kind)) => platform_status(kind),
            (Self::Identity, Some(kind)) => identity_status(kind),
            (Self::Scim, Some(kind)) => scim_status(kind),
            // The SDK reports every 403 of an invitation as a lack of seats.
            (Self::Platform, None) if failure.status == StatusCode::FORBIDDEN => {
                StatusCode::UNAUTHORIZED
            }
            _ => failure.status,
        }
    }
}

fn rest_status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::UserNotFound | ErrorKind::WorkspaceNotFound | ErrorKind::MemberNotFound => {
            StatusCode::NOT_FOUND
        }
        ErrorKind::Conflict { .. } => StatusCode::PRECONDITION_FAILED,
        ErrorKind::HistoryTrimmed { .. } => StatusCode::GONE,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::EmailTaken
        | ErrorKind::UsernameTaken
        | ErrorKind::IdTaken
        | ErrorKind::WorkspaceNameTaken
        | ErrorKind::ExternalIdTaken
        | ErrorKind::WorkspaceArchived
        | ErrorKind::RoleDiffers
        | ErrorKind::LastOwner
        | ErrorKind::DefaultWorkspace
        | ErrorKind::NoFreeSeat { .. }
        | ErrorKind::LastAdmin
        | ErrorKind::RequestIdReused
        | ErrorKind::OwnAccount => StatusCode::CONFLICT,
        ErrorKind::InvalidEmail
        | ErrorKind::InternationalEmail
        | ErrorKind::EmailRequired
        | ErrorKind::InvalidUsername
        | ErrorKind::InvalidArgument
        | ErrorKind::ChangeNotYet { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Io | ErrorKind::Closed | ErrorKind::ReadOnly => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The platform's API describes 400, 401 and 500; its SDK takes 403 as a lack of seats.
fn platform_status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::NoFreeSeat { .. } | ErrorKind::LastAdmin | ErrorKind::OwnAccount => {
            StatusCode::FORBIDDEN
        }
        _ if rest_status(kind).is_client_error() && kind != ErrorKind::TooLarge => {
            StatusCode::BAD_REQUEST
        }
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn identity_status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::NoFreeSeat { .. } | ErrorKind::LastAdmin | ErrorKind::OwnAccount => {
            StatusCode::FORBIDDEN
        }
        ErrorKind::Conflict { .. } => StatusCode::CONFLICT,
        _ => match rest_status(kind) {
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            StatusCode::SERVICE_UNAVAILABLE => StatusCode::INTERNAL_SERVER_ERROR,
            status => status,
        },
    }
}

fn scim_status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::NoFreeSeat { .. } | ErrorKind::LastAdmin | ErrorKind::OwnAccount => {
            StatusCode::FORBIDDEN
        }
        _ => match rest_status(kind) {
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            status => status,
        },
    }
}

/// Without `uniqueness`, identity providers don't link a user whom they can't create to the
/// existing one.
fn scim_type(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::NoFreeSeat { .. } => Some("userLimitReached"),
        ErrorKind::EmailTaken
        | ErrorKind::UsernameTaken
        | ErrorKind::IdTaken
        | ErrorKind::WorkspaceNameTaken
        | ErrorKind::ExternalIdTaken => Some("uniqueness"),
        _ if scim_status(kind) == StatusCode::BAD_REQUEST => Some("invalidValue"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
