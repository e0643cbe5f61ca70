//! Login with a pasted key, and the sessions of the page. They are stored in the server; the
//! browser has a cookie with the session's random name.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

use super::{Shown, login, page};
use crate::auth::{Caller, Credential};
use crate::door::{Door, Failure};
use crate::forwarded::{self, is_encrypted};
use crate::keys::Scope;
use crate::server::Server;

/// How long a session lasts.
pub(super) const LIFETIME: Duration = Duration::from_hours(8);
/// Sessions at a time, at most; the one that expires first is dropped.
const SESSIONS_MAX: usize = 1_000;
/// Browsers accept a cookie with this name only over TLS and for this host alone.
const SECURE_COOKIE: &str = "__Host-headcount";
/// The name without TLS, on loopback.
const PLAIN_COOKIE: &str = "headcount";

/// The sessions of the page by their secret names, each with when it expires.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, (Credential, Instant)>>);

impl Sessions {
    fn begin(&self, credential: Credential) -> Result<String, Failure> {
        let name = crate::hex::random().map_err(|error| Failure::internal(error.to_string()))?;
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        sessions.retain(|_, (_, end)| *end > now);
        if sessions.len() >= SESSIONS_MAX {
            let first = sessions.iter().min_by_key(|(_, (_, end))| *end);
            if let Some(name) = first.map(|(name, _)| name.clone()) {
                sessions.remove(&name);
            }
        }
        sessions.insert(name.clone(), (credential, now + LIFETIME));
        Ok(name)
    }

    /// The credential that a session began with, unless it has ended.
    pub(super) fn find(&self, name: &str) -> Option<Credential> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (credential, end) = sessions.get(name)?;
        (*end > Instant::now()).then(|| credential.clone())
    }

    pub(super) fn end(&self, name: &str) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(name);
    }
}

/// The session's name in the request's cookie.
pub(super) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let is_encrypted = is_encrypted(headers);
    cookie_named(
        headers,
        if is_encrypted {
            SECURE_COOKIE
        } else {
            PLAIN_COOKIE
        },
    )
}

/// The value of the cookie with this name. `None` if there are several, because another site of
/// the same domain may have set one of them.
pub(super) fn cookie_named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| name == &wanted)
        .map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// Refuses a form from another site, by the headers with which browsers tell its origin.
pub(super) fn check_origin(headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let place = origin.split_once("://");
            place.is_some_and(|(scheme, place)| {
                let is_as_safe = scheme == "https" || !is_encrypted(headers);
                is_as_safe && Some(place) == forwarded::host(headers)
            })
        }
        (None, None) => false,
    };
    if is_ours {
        return Ok(());
    }
    let message = "this form was not sent by this page; open the page and try again";
    Err(Failure::new(StatusCode::FORBIDDEN, message))
}

pub(super) fn login(server: &Server, status: StatusCode, why: Option<&str>) -> Response {
    let has_provider = login::is_offered(server);
    let content = html! {
        h1 { "Log in" }
        @if let Some(why) = why {
            p class="card bad" role="alert" { (why) }
        }
        @if has_provider {
            p { a class="button" href="/admin/oidc" { "Log in with your organisation's account" } }
        }
        form class="card stack" method="post" action="/admin/login" {
            label {
                "API key"
                input type="password" name="key" required autofocus[!has_provider]
                    autocomplete="off" aria-describedby="hint";
            }
            p id="hint" class="soft" {
                "A key with the scope read lets you look, and one with write make changes. Create one with "
                code { "headcount keys create NAME --user EMAIL --scope write" } "."
            }
            button class="main" { "Log in" }
        }
    };
    page(status, "Log in", &html! {}, &content)
}

pub(crate) async fn form(State(server): State<Server>) -> Response {
    login(&server, StatusCode::OK, None)
}

#[derive(Deserialize)]
pub(crate) struct Pasted {
    key: String,
}

/// Begins a session with a key that has the scope `read`.
pub(crate) async fn log_in(
    State(server): State<Server>,
    headers: HeaderMap,
    Form(pasted): Form<Pasted>,
) -> Shown {
    check_origin(&headers)?;
    let found = Caller::bearing(&server, pasted.key.trim(), Door::Page)
        .await
        .and_then(|caller| caller.may(Scope::Read).map(|()| caller));
    let caller = match found {
        Ok(caller) => caller,
        Err(failure) => return Ok(login(&server, failure.status, Some(&failure.message))),
    };
    let mut response = Redirect::to("/admin").into_response();
    begin(&server, &headers, caller.into_credential(), &mut response)?;
    Ok(response)
}

/// Begins a session and sets its cookie. The browser's previous session ends.
pub(super) fn begin(
    server: &Server,
    headers: &HeaderMap,
    credential: Credential,
    response: &mut Response,
) -> Result<(), Failure> {
    let name = server.0.sessions.begin(credential)?;
    if let Some(previous) = cookie(headers) {
        server.0.sessions.end(previous);
    }
    set_cookie(headers, &format!("{name}; "), response);
    Ok(())
}

/// Sets the session's cookie to a value, which may be followed by attributes.
fn set_cookie(headers: &HeaderMap, value: &str, response: &mut Response) {
    let (name, secure) = if is_encrypted(headers) {
        (SECURE_COOKIE, "; Secure")
    } else {
        (PLAIN_COOKIE, "")
    };
    let cookie = format!("{name}={value}Path=/; HttpOnly; SameSite=Strict{secure}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

pub(crate) async fn log_out(State(server): State<Server>, headers: HeaderMap) -> Shown {
    check_origin(&headers)?;
    if let Some(name) = cookie(&headers) {
        server.0.sessions.end(name);
    }
    let mut response = Redirect::to("/admin/login").into_response();
    set_cookie(&headers, "; Max-Age=0; ", &mut response);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use headcount::{Timestamp, UserId};

    use super::*;

    #[test]
    fn a_session_ends_after_its_lifetime() {
        let sessions = Sessions::default();
        let credential = Credential::Token(UserId::generate(), Timestamp::now());
        let name = sessions.begin(credential.clone()).unwrap();
        assert!(sessions.find(&name).is_some());
        let end = |sessions: &Sessions, end: Instant| {
            let mut sessions = sessions.0.lock().unwrap();
            sessions.get_mut(&name).unwrap().1 = end;
        };
        end(&sessions, Instant::now() + Duration::from_mins(1));
        assert!(sessions.find(&name).is_some());
        end(&sessions, Instant::now());
        assert!(sessions.find(&name).is_none());
        sessions.begin(credential).unwrap();
        assert!(!sessions.0.lock().unwrap().contains_key(&name));
    }
}
