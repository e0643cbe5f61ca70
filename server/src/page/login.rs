//! Login through the identity provider: `OpenID` Connect authorization code with PKCE (RFC 7636).
//!
//! A login is bound to one browser: by a cookie whose secret only this server and the browser
//! know, by a `state` that returns with the code, and by a nonce that the token must contain.
//! Each is used once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use headcount::{Timestamp, quoted};
use maud::html;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::session::Leading;
use super::view::encoded;
use super::{Shown, cookie, page, place, session};
use crate::auth::{Caller, Credential};
use crate::door::{Door, Failure};
use crate::hex::random;
use crate::issuer::{Issuing, LOGINS_BURST, LOGINS_PER_SECOND, Login};
use crate::keys::Scope;
use crate::server::Server;

/// How long a person may take at the provider.
const PATIENCE: Duration = Duration::from_secs(PATIENCE_SECONDS as u64);
const PATIENCE_SECONDS: u32 = 600;
/// Logins under way, at most: as many as the rate limit lets begin, so that strangers can't end
/// others'.
const LOGINS_MAX: usize = (PATIENCE_SECONDS * LOGINS_PER_SECOND + LOGINS_BURST) as usize;

/// The logins under way, by their state.
#[derive(Default)]
pub(crate) struct Logins(Mutex<HashMap<String, UnderWay>>);

struct UnderWay {
    /// The secret in the browser's cookie.
    browser: String,
    nonce: String,
    verifier: String,
    token_endpoint: String,
    /// The browser's session so far. Its cookie is not sent when the browser comes back, because
    /// it comes from another site.
    session: Option<String>,
    /// The page that it leads to.
    to: String,
    since: Instant,
}

impl Logins {
    fn begin(&self, state: String, login: UnderWay) {
        let mut logins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logins.retain(|_, login| login.since.elapsed() < PATIENCE);
        if logins.len() >= LOGINS_MAX {
            let oldest = logins.iter().min_by_key(|(_, login)| login.since);
            if let Some(state) = oldest.map(|(state, _)| state.clone()) {
                logins.remove(&state);
            }
        }
        logins.insert(state, login);
    }

    /// Takes the login with this state: it can be used once.
    fn take(&self, state: &str) -> Option<UnderWay> {
        let mut logins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let login = logins.remove(state)?;
        (login.since.elapsed() < PATIENCE).then_some(login)
    }
}

/// Whether login through a provider is configured.
pub(super) fn is_offered(server: &Server) -> bool {
    server
        .0
        .issuing
        .as_ref()
        .is_some_and(|issuing| issuing.login().is_some())
}

fn offered(server: &Server) -> Result<(&Arc<Issuing>, &Login), Failure> {
    let issuing = server.0.issuing.as_ref();
    let found = issuing.and_then(|issuing| Some((issuing, issuing.login()?)));
    found.ok_or_else(|| {
        let message = "this server has no identity provider for logging in; use a key";
        Failure::new(StatusCode::NOT_FOUND, message)
    })
}

fn callback(login: &Login) -> String {
    format!(
        "{}/admin/oidc/callback",
        login.public_url.trim_end_matches('/')
    )
}

/// Redirects the browser to the provider.
pub(crate) async fn begin(
    State(server): State<Server>,
    Query(leading): Query<Leading>,
    headers: HeaderMap,
) -> Shown {
    let (issuing, login) = offered(&server)?;
    let (browser, state, nonce, verifier) = (random()?, random()?, random()?, random()?);
    issuing.questions().take_turn()?;
    let about = issuing.configuration().await.map_err(fails)?;
    let endpoint = |name: &str| {
        let url = about[name]
            .as_str()
            .filter(|url| crate::outbound::is_private(url));
        url.ok_or_else(|| {
            log::error!("the identity provider's configuration has no usable {name}");
            unavailable()
        })
    };
    let authorization = endpoint("authorization_endpoint")?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let joint = if authorization.contains('?') {
        '&'
    } else {
        '?'
    };
    let place = format!(
        "{authorization}{joint}response_type=code&scope=openid%20email%20profile&client_id={}\
         &redirect_uri={}&state={state}&nonce={nonce}&code_challenge={challenge}\
         &code_challenge_method=S256",
        encoded(&login.client_id),
        encoded(&callback(login)),
    );
    let token_endpoint = endpoint("token_endpoint")?.to_owned();
    let mut response = Redirect::to(&place).into_response();
    cookie::LOGIN.set(&headers, &browser, Some(PATIENCE), &mut response);
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    let login = UnderWay {
        browser,
        nonce,
        verifier,
        token_endpoint,
        session: cookie::SESSION.of(&headers).map(str::to_owned),
        to: leading.page().to_owned(),
        since: Instant::now(),
    };
    server.0.logins.begin(state, login);
    Ok(response)
}

#[derive(Deserialize)]
pub(crate) struct Back {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    /// The issuer of the response (RFC 9207).
    iss: Option<String>,
}

/// Handles the browser's return from the provider.
pub(crate) async fn end(
    State(server): State<Server>,
    Query(back): Query<Back>,
    headers: HeaderMap,
) -> Shown {
    offered(&server)?;
    let under_way = begun(&server, &back, &headers);
    let to = under_way.as_ref().ok().map(|login| login.to.clone());
    let to = to.as_deref().unwrap_or(place::HOME);
    let found = match under_way {
        Ok(under_way) => credential(&server, &under_way, back)
            .await
            .map(|credential| (credential, under_way.session)),
        Err(failure) => Err(failure),
    };
    match found {
        Ok((credential, previous)) => {
            let response = welcome(&server, &headers, credential, to)?;
            if let Some(previous) = previous {
                server.0.sessions.end(&previous);
            }
            Ok(response)
        }
        Err(failure) => {
            let message = format!("logging in did not work: {}", failure.message);
            Ok(session::login(&server, failure.status, Some(&message), to))
        }
    }
}

fn refused(message: &str) -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, message)
}

/// The login that this browser has begun, which is used up.
fn begun(server: &Server, back: &Back, headers: &HeaderMap) -> Result<UnderWay, Failure> {
    let state = back.state.as_deref();
    let under_way = state.and_then(|state| server.0.logins.take(state));
    let browser = cookie::LOGIN.of(headers);
    let under_way = under_way.filter(|under_way| Some(under_way.browser.as_str()) == browser);
    under_way
        .ok_or_else(|| refused("this login was not begun in this browser, or is over; begin again"))
}

/// The credential of the person who comes back.
async fn credential(
    server: &Server,
    under_way: &UnderWay,
    back: Back,
) -> Result<Credential, Failure> {
    let (issuing, login) = offered(server)?;
    if back.iss.is_some_and(|issuer| issuer != issuing.url()) {
        return Err(refused("another identity provider answered"));
    }
    let code = match (back.code, back.error) {
        (Some(code), None) => code,
        (_, error) => {
            let why = error.unwrap_or_else(|| "no code".to_owned());
            return Err(refused(&format!(
                "the identity provider says {}",
                quoted(&why)
            )));
        }
    };
    let token = exchange(issuing, login, under_way, &code).await?;
    let claims = issuing.claims(&token, &login.client_id).await?;
    if claims.others.get("nonce").and_then(Value::as_str) != Some(&under_way.nonce) {
        return Err(refused("the token belongs to another login"));
    }
    let user = issuing.user(&server.0.directory, &claims)?;
    let lifetime = u64::try_from(session::LIFETIME.as_micros()).unwrap_or(u64::MAX);
    let end = Timestamp::now().as_unix_micros().saturating_add(lifetime);
    let credential = Credential::Token(user.id(), Timestamp::from_unix_micros(end)?);
    Caller::of(server, credential.clone(), Door::Page)?.may(Scope::Read)?;
    Ok(credential)
}

/// Exchanges a code for a token.
async fn exchange(
    issuing: &Arc<Issuing>,
    login: &Login,
    under_way: &UnderWay,
    code: &str,
) -> Result<String, Failure> {
    let form = format!(
        "grant_type=authorization_code&code={}&redirect_uri={}&client_id={}&code_verifier={}",
        encoded(code),
        encoded(&callback(login)),
        encoded(&login.client_id),
        under_way.verifier
    );
    let authorization = login.client_secret.as_ref().map(|secret| {
        let pair = format!("{}:{}", encoded(&login.client_id), encoded(secret));
        format!("Basic {}", STANDARD.encode(pair))
    });
    let url = under_way.token_endpoint.clone();
    let answer = ask(issuing, move |issuing| {
        issuing
            .outbound()
            .post(&url, authorization.as_deref(), form.as_bytes())
    })
    .await?;
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status != 200 {
        let why = match document["error"].as_str() {
            Some(why) => format!("says {}", quoted(why)),
            None => "gives no reason".to_owned(),
        };
        let message = format!("the identity provider refused the code and {why}");
        return Err(Failure::new(StatusCode::UNAUTHORIZED, message));
    }
    let token = document["id_token"].as_str();
    let token = token.ok_or_else(|| {
        log::error!("the identity provider's answer to a code has no id_token");
        unavailable()
    })?;
    Ok(token.to_owned())
}

/// Sends a request to the provider on a blocking thread.
async fn ask<T: Send + 'static>(
    issuing: &Arc<Issuing>,
    question: impl FnOnce(&Issuing) -> Result<T, String> + Send + 'static,
) -> Result<T, Failure> {
    let asked = Arc::clone(issuing);
    let answer = issuing.questions().ask(move || question(&asked)).await;
    answer.map_err(fails)
}

#[allow(clippy::needless_pass_by_value, reason = "it maps an error")]
fn fails(why: String) -> Failure {
    log::error!("logging in through the identity provider fails: {why}");
    unavailable()
}

fn unavailable() -> Failure {
    let message = "the identity provider is not available now; try again later, or use a key";
    Failure::new(StatusCode::BAD_GATEWAY, message)
}

/// A browser does not send the session's cookie when it comes from another site, nor while it
/// follows redirects from there. So the response is a page that navigates on.
fn welcome(server: &Server, headers: &HeaderMap, credential: Credential, to: &str) -> Shown {
    let content = html! {
        meta http-equiv="refresh" content=(format!("0; url={to}"));
        p { "You are logged in. " a href=(to) { "Go on" } }
    };
    let mut response = page(StatusCode::OK, "Logged in", &html! {}, &content);
    session::begin(server, headers, credential, &mut response)?;
    cookie::LOGIN.remove(headers, &mut response);
    Ok(response)
}
