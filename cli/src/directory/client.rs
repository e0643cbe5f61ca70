//! Requests to a server: one key, JSON in both directions, and refusals as the library's errors. No
//! message contains the key.

use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use headcount::{Error, ErrorKind, Result};
use headcount_server::{client, is_private};
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{Method, Request, StatusCode};

use super::asked::{Asked, BY_CHANGES, BY_KEYS, PATIENCE, ShownBy};
use super::problem::of_the_library;
use super::reason::{unanswered, unreached, was_not_sent};
use crate::failure::Failure;

/// How often to repeat a request that was refused because there were too many.
const TRIES_MAX: u32 = 30;
/// The longest wait for the next try.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// Maximum bytes of an answer.
const ANSWER_BYTES_MAX: u64 = 1 << 30;

/// A server's address, and the key for it.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) url: String,
    pub(crate) key: String,
    /// A file with the certificates to trust, instead of the system's.
    pub(crate) ca_file: Option<PathBuf>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

pub(super) struct Client {
    agent: ureq::Agent,
    base: String,
    authorization: String,
}

impl Client {
    pub(super) fn new(address: &Address) -> Result<Self, Failure> {
        let base = address.url.trim_end_matches('/');
        if !is_private(base) {
            return Err(Failure::refused(
                "not_encrypted",
                format!("the key would be sent unencrypted to {base}; use https"),
            ));
        }
        let is_written = address.key.bytes().all(|byte| byte.is_ascii_graphic());
        if address.key.is_empty() || !is_written {
            return Err(Failure::refused(
                "usage",
                "that is no key: a key is one word of letters, digits and underscores, as `headcount \
                 keys create` prints it",
            ));
        }
        let agent = client(address.ca_file.as_deref(), PATIENCE).map_err(|error| {
            let file = address.ca_file.clone().unwrap_or_default();
            let what = format!("can't read certificates from {}", file.display());
            Failure::io(&what, &error)
        })?;
        Ok(Self {
            agent,
            base: base.to_owned(),
            authorization: format!("Bearer {}", address.key),
        })
    }

    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.json(self.send(&Asked::new(Method::GET, path, &[]))?)
    }

    /// The same, for an answer that takes the server long.
    pub(super) fn get_slowly<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.json(self.send(&Asked::all(path))?)
    }

    /// The same as [`get`](Self::get); `None` if there is no such user or workspace.
    pub(super) fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>> {
        match self.get(path) {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::UserNotFound | ErrorKind::WorkspaceNotFound
                ) =>
            {
                Ok(None)
            }
            found => found.map(Some),
        }
    }

    /// Asks a question that needs a body; it changes nothing.
    pub(super) fn ask<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        let body = body.to_string();
        self.json(self.send(&Asked::new(Method::POST, path, body.as_bytes()))?)
    }

    /// Creates a key.
    pub(super) fn create_key<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        let body = body.to_string();
        let asked = Asked {
            shown_by: BY_KEYS,
            ..Asked::new(Method::POST, path, body.as_bytes())
        };
        self.json(self.send(&asked)?)
    }

    /// Revokes the key at an address; returns whether there was one.
    pub(super) fn revoke_key(&self, path: &str) -> Result<bool> {
        let asked = Asked {
            shown_by: BY_KEYS,
            ..Asked::new(Method::DELETE, path, &[])
        };
        let answer = self.answer(&asked)?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        self.checked(answer, asked.shown_by).map(|_| true)
    }

    /// Deletes changes.
    pub(super) fn delete_changes<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.json(self.send(&Asked {
            shown_by: BY_CHANGES,
            ..Asked::new(Method::DELETE, path, &[])
        })?)
    }

    /// Sends operations; a request id makes it safe to send them again.
    pub(super) fn send_operations<T: DeserializeOwned>(
        &self,
        path: &str,
        request_id: Option<&str>,
        body: &[u8],
    ) -> Result<T> {
        let changes = path.starts_with("/api/v1/batch") && !path.contains("dry_run=true");
        self.json(self.send(&Asked {
            request_id,
            shown_by: if changes { BY_CHANGES } else { None },
            ..Asked::new(Method::POST, path, body)
        })?)
    }

    /// An answer that is read as it arrives.
    pub(super) fn stream(&self, path: &str) -> Result<impl Read + use<>> {
        let answer = self.send(&Asked::all(path))?;
        Ok(answer
            .into_body()
            .into_with_config()
            .limit(u64::MAX)
            .reader())
    }

    fn json<T: DeserializeOwned>(&self, mut answer: Answer) -> Result<T> {
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
        let bytes = body.read_to_vec().map_err(|error| self.broken(&error))?;
        serde_json::from_slice(&bytes).map_err(|error| {
            Error::new(
                ErrorKind::Io,
                format!(
                    "{} answered with something else than expected: {error}; is it a headcount \
                     server of this release?",
                    self.base
                ),
            )
        })
    }

    fn send(&self, asked: &Asked<'_>) -> Result<Answer> {
        self.checked(self.answer(asked)?, asked.shown_by)
    }

    /// The answer, whatever its status, once the server accepts the request.
    fn answer(&self, asked: &Asked<'_>) -> Result<Answer> {
        for _ in 1..TRIES_MAX {
            let answer = self.try_once(asked)?;
            if answer.status() != StatusCode::TOO_MANY_REQUESTS {
                return Ok(answer);
            }
            thread::sleep(wait(&answer));
        }
        self.try_once(asked)
    }

    fn try_once(&self, asked: &Asked<'_>) -> Result<Answer> {
        let mut request = Request::builder()
            .method(&asked.method)
            .uri(format!("{}{}", self.base, asked.path))
            .header("authorization", &self.authorization);
        if asked.method != Method::GET {
            request = request.header("content-type", "application/json");
        }
        if let Some(id) = asked.request_id {
            request = request.header("idempotency-key", id);
        }
        let sent = match asked.method {
            Method::GET => request.body(()).map(|request| self.run(request, asked)),
            _ => { request.body(asked.body) }.map(|request| self.run(request, asked)),
        };
        let unwritable = |error: ureq::http::Error| {
            Error::new(
                ErrorKind::InvalidArgument,
                format!("{} is not the address of a server: {error}", self.base),
            )
        };
        sent.map_err(unwritable)?
            .map_err(|error| match asked.shown_by {
                Some(place) if !was_not_sent(&error) => unknown(
                    &format!("no answer came from {}: {}", self.base, unanswered(&error)),
                    place,
                ),
                _ => self.broken(&error),
            })
    }

    fn run<B: ureq::AsSendBody>(
        &self,
        request: Request<B>,
        asked: &Asked<'_>,
    ) -> Result<Answer, ureq::Error> {
        let request = self.agent.configure_request(request);
        let request = request.timeout_global(Some(asked.patience)).build();
        self.agent.run(request)
    }

    fn checked(&self, mut answer: Answer, shown_by: ShownBy) -> Result<Answer> {
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        Err(self.refusal(status, &text, shown_by))
    }

    fn broken(&self, error: &ureq::Error) -> Error {
        Error::new(
            ErrorKind::Io,
            format!("can't reach {}: {}", self.base, unreached(error)),
        )
    }

    /// The problem (RFC 9457) as an error of the library, or else an error from the status.
    fn refusal(&self, status: StatusCode, text: &str, shown_by: ShownBy) -> Error {
        let problem: Value = serde_json::from_str(text).unwrap_or_default();
        if let Some(error) = of_the_library(&problem) {
            return error;
        }
        let base = &self.base;
        let detail = problem["detail"].as_str().unwrap_or("no reason was given");
        let (kind, told) = match status {
            StatusCode::UNAUTHORIZED => {
                let told = format!("{base} does not accept the key: {detail}");
                return RejectedKey("unauthorized").error(told);
            }
            StatusCode::FORBIDDEN => {
                let told = format!("the key may not do that at {base}: {detail}");
                return RejectedKey("forbidden").error(told);
            }
            StatusCode::PAYLOAD_TOO_LARGE => (
                ErrorKind::TooLarge,
                format!(
                    "{base} takes no request as large as this; split the file, or stop the \
                     server and name the directory's file with --db"
                ),
            ),
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
                (ErrorKind::InvalidArgument, detail.to_owned())
            }
            // The request timed out in the queue, before it started.
            _ if detail.starts_with("too many writes") => (ErrorKind::Io, detail.to_owned()),
            status => match shown_by {
                Some(place) if status.is_server_error() => {
                    return unknown(&format!("{base} answered {status}: {detail}"), place);
                }
                _ => (
                    ErrorKind::Io,
                    format!(
                        "{base} answered {status}: {detail}; is it a headcount server of this \
                         release?"
                    ),
                ),
            },
        };
        Error::new(kind, told)
    }
}

/// Marks the error of a server that rejected the key, for which the library has no kind: this one
/// is what HTTP calls the status.
#[derive(Debug)]
pub(crate) struct RejectedKey(pub(crate) &'static str);

impl RejectedKey {
    fn error(self, told: String) -> Error {
        Error::new(ErrorKind::ReadOnly, told).with_source(self)
    }
}

impl fmt::Display for RejectedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for RejectedKey {}

type Answer = ureq::http::Response<ureq::Body>;

fn unknown(what: &str, place: &str) -> Error {
    Error::new(
        ErrorKind::OutcomeUnknown,
        format!("{what}; whether it was done is unknown: {place}"),
    )
}

/// The wait that the answer asks for.
fn wait(answer: &Answer) -> Duration {
    let header = answer.headers().get("retry-after");
    let seconds = header.and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1)).min(WAIT_MAX)
}

/// `text` as a part of an address.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = fmt::Write::write_fmt(&mut encoded, format_args!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str, key: &str) -> Address {
        Address {
            url: url.to_owned(),
            key: key.to_owned(),
            ca_file: None,
        }
    }

    #[test]
    fn a_key_goes_where_nobody_listens_in_and_into_no_message() {
        assert!(Client::new(&address("http://127.0.0.1:1/", "hc_1")).is_ok());
        for (url, key) in [
            ("http://users.ex.co", "hc_secret"),
            ("https://users.ex.co", "hc_secret\r\nX: y"),
            ("https://users.ex.co", ""),
        ] {
            let failure = Client::new(&address(url, key)).err().unwrap();
            let mut told = Vec::new();
            failure.write(&mut told, false).unwrap();
            let told = String::from_utf8(told).unwrap();
            assert!(!told.contains("secret"), "{told}");
        }
        let shown = format!("{:?}", address("https://users.ex.co", "hc_secret"));
        assert!(!shown.contains("secret"), "{shown}");
    }

    #[test]
    fn names_are_parts_of_addresses() {
        assert_eq!(encoded("a/b?c@\u{e9}.."), "a%2Fb%3Fc%40%C3%A9%2E%2E");
    }
}
