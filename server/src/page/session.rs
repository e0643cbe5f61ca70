//! Login with a pasted key, and the sessions of the page. They are stored in the server; the
//! browser has a cookie with the session's random name.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

use super::place::{self, HOME, after_login, leading_to};
use super::{Shown, cookie, login, page};
use crate::auth::{Caller, Credential};
use crate::door::{Door, Failure};
use crate::forwarded::{self, is_encrypted};
use crate::keys::{Scope, Secret};
use crate::server::Server;

/// How long a session lasts.
pub(super) const LIFETIME: Duration = Duration::from_hours(8);
/// Sessions at a time, at most; the one that expires first is dropped.
const SESSIONS_MAX: usize = 1_000;

/// The sessions of the page by their secret names.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

struct Session {
    /// What it began with.
    credential: Credential,
    /// When it expires.
    end: Instant,
    /// A key that was just created, by its id, until its secret is shown.
    created: Option<(String, Secret)>,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, credential: Credential) -> Result<String, Failure> {
        let name = crate::hex::random()?;
        let mut sessions = self.lock();
        let now = Instant::now();
        sessions.retain(|_, session| session.end > now);
        if sessions.len() >= SESSIONS_MAX {
            let first = sessions.iter().min_by_key(|(_, session)| session.end);
            if let Some(name) = first.map(|(name, _)| name.clone()) {
                sessions.remove(&name);
            }
        }
        let session = Session {
            credential,
            end: now + LIFETIME,
            created: None,
        };
        sessions.insert(name.clone(), session);
        Ok(name)
    }

    /// The credential that a session began with, unless it has ended.
    pub(super) fn find(&self, name: &str) -> Option<Credential> {
        let sessions = self.lock();
        let session = sessions.get(name)?;
        (session.end > Instant::now()).then(|| session.credential.clone())
    }

    pub(super) fn end(&self, name: &str) {
        self.lock().remove(name);
    }

    /// Keeps the secret of a new key until the session's next page shows it.
    pub(super) fn keep_secret(&self, name: &str, key: &str, secret: Secret) {
        if let Some(session) = self.lock().get_mut(name) {
            session.created = Some((key.to_owned(), secret));
        }
    }

    /// The secret of a new key, once.
    pub(super) fn take_secret(&self, name: &str, key: &str) -> Option<Secret> {
        let mut sessions = self.lock();
        let created = &mut sessions.get_mut(name)?.created;
        let (_, secret) = created.take_if(|(id, _)| *id == key)?;
        Some(secret)
    }
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

/// The form that leads to the page `to`.
pub(super) fn login(server: &Server, status: StatusCode, why: Option<&str>, to: &str) -> Response {
    let has_provider = login::is_offered(server);
    let content = html! {
        h1 { "Log in" }
        @if let Some(why) = why {
            p class="card bad" role="alert" { (why) }
        }
        @if has_provider {
            p {
                a class="button" href=(leading_to("/admin/oidc", to)) {
                    "Log in with your organisation's account"
                }
            }
        }
        form class="card stack" method="post" action=(place::LOGIN) {
            @if to != HOME { input type="hidden" name="to" value=(to); }
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

/// Where a login leads.
#[derive(Deserialize)]
pub(crate) struct Leading {
    to: Option<String>,
}

impl Leading {
    pub(super) fn page(&self) -> &str {
        after_login(self.to.as_deref())
    }
}

pub(crate) async fn form(State(server): State<Server>, Query(leading): Query<Leading>) -> Response {
    login(&server, StatusCode::OK, None, leading.page())
}

#[derive(Deserialize)]
pub(crate) struct Pasted {
    key: String,
    to: Option<String>,
}

/// Begins a session with a key that has the scope `read`.
pub(crate) async fn log_in(
    State(server): State<Server>,
    headers: HeaderMap,
    Form(pasted): Form<Pasted>,
) -> Shown {
    check_origin(&headers)?;
    let to = after_login(pasted.to.as_deref());
    let found = Caller::bearing(&server, pasted.key.trim(), Door::Page)
        .await
        .and_then(|caller| caller.may(Scope::Read).map(|()| caller));
    let caller = match found {
        Ok(caller) => caller,
        Err(failure) => return Ok(login(&server, failure.status, Some(&failure.message), to)),
    };
    let mut response = Redirect::to(to).into_response();
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
    if let Some(previous) = cookie::SESSION.of(headers) {
        server.0.sessions.end(previous);
    }
    cookie::SESSION.set(headers, &name, None, response);
    Ok(())
}

pub(crate) async fn log_out(State(server): State<Server>, headers: HeaderMap) -> Shown {
    check_origin(&headers)?;
    if let Some(name) = cookie::SESSION.of(&headers) {
        server.0.sessions.end(name);
    }
    let mut response = Redirect::to(place::LOGIN).into_response();
    cookie::SESSION.remove(&headers, &mut response);
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
            sessions.lock().get_mut(&name).unwrap().end = end;
        };
        end(&sessions, Instant::now() + Duration::from_mins(1));
        assert!(sessions.find(&name).is_some());
        end(&sessions, Instant::now());
        assert!(sessions.find(&name).is_none());
        sessions.begin(credential).unwrap();
        assert!(!sessions.lock().contains_key(&name));
    }
}
