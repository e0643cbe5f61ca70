//! A relay of the SDK's own logins to the identity provider, off by default. Requests and
//! responses contain passwords and tokens: they are neither logged nor stored.
//!
//! Requests of programs are forwarded. Browsers are redirected to the provider, so that people
//! never type a password into a page of another origin.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::auth::bearer;
use crate::door::Failure;
use crate::issuer::CONFIGURATION;
use crate::keys::SECRET_PREFIX;
use crate::outbound::{Answer, Outbound};
use crate::questions::Questions;
use crate::server::Server;
use crate::wire::IdentityFailure;

/// Requests per second of all clients together, which have no key to distinguish them by.
const PER_SECOND: u32 = 20;
const BURST: u32 = 100;
/// The largest form, in bytes.
const BYTES_MAX: usize = 16 * 1024;
/// The end of the folder's URL at providers whose issuer URL is above it.
const FOLDER: &str = "/protocol/openid-connect";

pub(crate) struct Relay {
    /// The URL of the provider's `openid-connect` folder.
    url: String,
    /// The URL of the provider's configuration, if it is known.
    configuration: Option<String>,
    outbound: Arc<Outbound>,
    questions: Questions,
}

impl Relay {
    /// A relay to the provider's folder at `url`. The configuration is that of `issuer`, or else
    /// that of the folder's realm.
    pub(crate) fn new(url: &str, issuer: Option<&str>) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        let issuer = issuer.or(url.strip_suffix(FOLDER));
        Self {
            configuration: issuer.map(|issuer| {
                let issuer = issuer.trim_end_matches('/');
                format!("{issuer}{CONFIGURATION}")
            }),
            url,
            outbound: Arc::new(Outbound::new()),
            questions: Questions::new(PER_SECOND, BURST),
        }
    }

    /// Forwards a request, on a thread for blocking work.
    async fn ask(
        &self,
        ask: impl FnOnce(&Outbound) -> Result<Answer, String> + Send + 'static,
    ) -> Result<Response, Failure> {
        let unavailable = || {
            let message = "the identity provider does not answer; try again later";
            Failure::new(StatusCode::BAD_GATEWAY, message)
        };
        let outbound = Arc::clone(&self.outbound);
        let answer = self.questions.ask(move || ask(&outbound)).await;
        let answer = answer.map_err(|why| {
            log::error!("a login can't be relayed: {why}");
            unavailable()
        })?;
        let status = StatusCode::from_u16(answer.status).map_err(|_| unavailable())?;
        // Whatever its type, browsers must not show it as a page of this server.
        let headers = [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        Ok((status, headers, answer.body).into_response())
    }

    async fn post(&self, path: &str, form: Bytes) -> Result<Response, Failure> {
        if form.len() > BYTES_MAX {
            let message = format!("a login has up to {BYTES_MAX} bytes");
            return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        let url = format!("{}/{path}", self.url);
        self.ask(move |outbound| outbound.post(&url, None, &form))
            .await
    }

    async fn get(&self, url: String, authorization: Option<String>) -> Result<Response, Failure> {
        self.ask(move |outbound| outbound.fetch(&url, authorization.as_deref()))
            .await
    }

    /// Redirects a browser to the provider, with the query unchanged.
    fn redirect(&self, path: &str, query: Option<&str>) -> Result<Response, Failure> {
        let joint = if query.is_some() { "?" } else { "" };
        let place = format!("{}/{path}{joint}{}", self.url, query.unwrap_or_default());
        let place = HeaderValue::try_from(place)
            .map_err(|_| Failure::bad_request("the query of this address can't be passed on"))?;
        let headers = [
            (header::LOCATION, place),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        Ok((StatusCode::FOUND, headers).into_response())
    }
}

/// The server's relay, after counting a request.
fn counted(server: &Server) -> Result<&Relay, Failure> {
    let relay = server.0.relay.as_ref().ok_or_else(|| {
        let message = "this server offers no login of its own; use a key";
        Failure::new(StatusCode::NOT_FOUND, message)
    })?;
    relay.questions.take_turn()?;
    Ok(relay)
}

type Relayed = Result<Response, IdentityFailure>;

/// Begins a login on another device (RFC 8628).
pub(crate) async fn device(State(server): State<Server>, form: Bytes) -> Relayed {
    Ok(counted(&server)?.post("auth/device", form).await?)
}

/// Exchanges a password, a code, a device's code or a refresh token for a token.
pub(crate) async fn token(State(server): State<Server>, form: Bytes) -> Relayed {
    Ok(counted(&server)?.post("token", form).await?)
}

/// Ends the session that a refresh token belongs to.
pub(crate) async fn log_out(State(server): State<Server>, form: Bytes) -> Relayed {
    Ok(counted(&server)?.post("logout", form).await?)
}

/// Returns the user info for the request's access token.
pub(crate) async fn user_info(State(server): State<Server>, headers: HeaderMap) -> Relayed {
    let relay = counted(&server)?;
    // Never send a key of this server to the provider.
    let token = bearer(&headers).filter(|token| !token.starts_with(SECRET_PREFIX));
    let token = token.ok_or_else(|| {
        let message = "this needs an access token, sent as Authorization: Bearer TOKEN";
        Failure::new(StatusCode::UNAUTHORIZED, message)
    })?;
    let url = format!("{}/userinfo", relay.url);
    Ok(relay.get(url, Some(format!("Bearer {token}"))).await?)
}

/// The provider's public keys.
pub(crate) async fn certs(State(server): State<Server>) -> Relayed {
    let relay = counted(&server)?;
    Ok(relay.get(format!("{}/certs", relay.url), None).await?)
}

/// The provider's configuration.
pub(crate) async fn configuration(State(server): State<Server>) -> Relayed {
    let relay = counted(&server)?;
    let url = relay.configuration.clone().ok_or_else(|| {
        let message = "the URL of the identity provider's configuration is not known here";
        Failure::new(StatusCode::NOT_FOUND, message)
    })?;
    Ok(relay.get(url, None).await?)
}

/// Redirects a browser to the provider's login.
pub(crate) async fn authorize(State(server): State<Server>, RawQuery(query): RawQuery) -> Relayed {
    Ok(counted(&server)?.redirect("auth", query.as_deref())?)
}

/// Redirects a browser to the provider, to end its session there.
pub(crate) async fn log_out_browser(
    State(server): State<Server>,
    RawQuery(query): RawQuery,
) -> Relayed {
    Ok(counted(&server)?.redirect("logout", query.as_deref())?)
}
