//! Logging in with a pasted key, and the session that begins with it: kept here, and a
//! random name of it in the browser.

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
use crate::keys::Scope;
use crate::server::Server;

/// How long a session lasts.
pub(super) const LIFETIME: Duration = Duration::from_hours(8);
/// Sessions at a time; the one that ends first gives way.
const SESSIONS_MAX: usize = 1_000;
/// Browsers take a cookie with this name only if it came encrypted and for this host.
const SECURE_COOKIE: &str = "__Host-headcount";
/// On loopback nothing is encrypted.
const PLAIN_COOKIE: &str = "headcount";

/// The sessions of the page, by their secret names.
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

    fn find(&self, name: &str) -> Option<Credential> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (credential, end) = sessions.get(name)?;
        (*end > Instant::now()).then(|| credential.clone())
    }

    fn end(&self, name: &str) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(name);
    }
}

/// What the request's session began with.
pub(super) fn credential(server: &Server, headers: &HeaderMap) -> Option<Credential> {
    server.0.sessions.find(cookie(headers)?)
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
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

/// The value of the cookie with this name.
pub(super) fn cookie_named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| name == &wanted)
        .map(|(_, value)| value)
}

/// Whether the browser's connection is encrypted, as the proxy says who ends it.
pub(super) fn is_encrypted(headers: &HeaderMap) -> bool {
    headers
        .get("x-forwarded-proto")
        .is_some_and(|proto| proto == "https")
}

/// Refuses a form that another site sent. Browsers say where a form comes from.
pub(super) fn check_origin(headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = text("x-forwarded-host").or_else(|| text("host"));
            let place = origin.split_once("://").map(|(_, place)| place);
            place.is_some() && place == host
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

/// Begins a session with a key that may read.
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

/// Begins a session, and has the browser told of it.
pub(super) fn begin(
    server: &Server,
    headers: &HeaderMap,
    credential: Credential,
    response: &mut Response,
) -> Result<(), Failure> {
    let name = server.0.sessions.begin(credential)?;
    let cookie = if is_encrypted(headers) {
        format!("{SECURE_COOKIE}={name}; Path=/; HttpOnly; SameSite=Strict; Secure")
    } else {
        format!("{PLAIN_COOKIE}={name}; Path=/; HttpOnly; SameSite=Strict")
    };
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(())
}

pub(crate) async fn log_out(State(server): State<Server>, headers: HeaderMap) -> Shown {
    check_origin(&headers)?;
    if let Some(name) = cookie(&headers) {
        server.0.sessions.end(name);
    }
    Ok(Redirect::to("/admin/login").into_response())
}
