//! The SDK's own logins, relayed to the identity provider. Off by default. What goes through
//! has passwords and tokens: it is neither logged nor kept.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::door::{Door, Failure};
use crate::outbound::Outbound;
use crate::rates::Rates;
use crate::server::Server;

/// Logins a second, of all clients together: they have no key to be told apart by.
const PER_SECOND: u32 = 20;
const BURST: u32 = 100;
/// Logins that wait for the provider at a time.
const AT_ONCE: usize = 4;
/// Bytes of a login.
const BYTES_MAX: usize = 16 * 1024;

pub(crate) struct Relay {
    /// The address of the provider's `openid-connect` folder.
    url: String,
    outbound: Arc<Outbound>,
    rates: Rates,
    at_once: Semaphore,
}

impl Relay {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            outbound: Arc::new(Outbound::new()),
            rates: Rates::new(PER_SECOND, BURST),
            at_once: Semaphore::new(AT_ONCE),
        }
    }

    async fn send(&self, path: &str, form: Bytes) -> Result<Response, Failure> {
        if let Err(wait) = self.rates.take("", Instant::now()) {
            let message = "too many logins at once; try again later";
            return Err(Failure {
                retry_after_seconds: Some(wait.as_secs() + 1),
                ..Failure::new(StatusCode::TOO_MANY_REQUESTS, message)
            });
        }
        if form.len() > BYTES_MAX {
            let message = format!("a login has up to {BYTES_MAX} bytes");
            return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        let unavailable = || {
            let message = "the identity provider can't be asked now; try again later";
            Failure::new(StatusCode::BAD_GATEWAY, message)
        };
        let _permit = self.at_once.acquire().await.map_err(|_| unavailable())?;
        let outbound = Arc::clone(&self.outbound);
        let url = format!("{}/{path}", self.url.trim_end_matches('/'));
        let asked = tokio::task::spawn_blocking(move || outbound.post(&url, None, &form)).await;
        let answer = match asked {
            Ok(Ok(answer)) => answer,
            Ok(Err(why)) => {
                log::error!("a login can't be relayed: {why}");
                return Err(unavailable());
            }
            Err(_) => return Err(unavailable()),
        };
        let status = StatusCode::from_u16(answer.status).map_err(|_| unavailable())?;
        let headers = [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        Ok((status, headers, answer.body).into_response())
    }
}

/// Begins a login on another device (RFC 8628).
pub(crate) async fn device(State(server): State<Server>, form: Bytes) -> Response {
    relay(&server, "auth/device", form).await
}

/// Gives a token for a password, a device's code or a refresh token.
pub(crate) async fn token(State(server): State<Server>, form: Bytes) -> Response {
    relay(&server, "token", form).await
}

async fn relay(server: &Server, path: &str, form: Bytes) -> Response {
    let sent = if let Some(relay) = &server.0.relay {
        relay.send(path, form).await
    } else {
        let message = "this server offers no login of its own; use a key";
        Err(Failure::new(StatusCode::NOT_FOUND, message))
    };
    sent.unwrap_or_else(|failure| failure.response(Door::Identity))
}
