//! What a server is asked.

use std::time::Duration;

use ureq::http::Method;

/// How long one request may take.
pub(super) const PATIENCE: Duration = Duration::from_mins(5);
/// How long an answer with everything may take.
const LONG_PATIENCE: Duration = Duration::from_hours(1);

/// Where to check whether an unanswered request was carried out; `None` if it changes nothing.
pub(super) type ShownBy = Option<&'static str>;

pub(super) const BY_CHANGES: ShownBy = Some("`headcount changes` shows it");
pub(super) const BY_KEYS: ShownBy =
    Some("`headcount keys list` shows it; revoke a key that nobody has");

/// A request to the server.
pub(super) struct Asked<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) request_id: Option<&'a str>,
    pub(super) body: &'a [u8],
    pub(super) shown_by: ShownBy,
    pub(super) patience: Duration,
}

impl<'a> Asked<'a> {
    /// A request that changes nothing.
    pub(super) fn new(method: Method, path: &'a str, body: &'a [u8]) -> Self {
        Self {
            method,
            path,
            request_id: None,
            body,
            shown_by: None,
            patience: PATIENCE,
        }
    }

    /// The same, for an answer with everything.
    pub(super) fn all(path: &'a str) -> Self {
        Self {
            patience: LONG_PATIENCE,
            ..Self::new(Method::GET, path, &[])
        }
    }
}
