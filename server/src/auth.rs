//! Who asks, and whether they may.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use headcount::{Timestamp, UserId};

use crate::door::Failure;
use crate::keys::{Holder, Key, Scope};
use crate::routes::{Access, Route};
use crate::server::Server;

/// Who makes a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    key: Arc<Key>,
    /// The user whose key it is.
    pub(crate) user: Option<UserId>,
}

impl Caller {
    pub(crate) fn may(&self, scope: Scope) -> Result<(), Failure> {
        if self.key.allows(scope) {
            return Ok(());
        }
        let message = format!("this needs a key with the scope {scope}");
        Err(Failure::new(StatusCode::FORBIDDEN, message))
    }

    /// The provisioner whose key it is, or the id of the user.
    pub(crate) fn holder_name(&self) -> String {
        match &self.key.holder {
            Holder::Provisioner(name) => name.clone(),
            Holder::User(id) => id.to_string(),
        }
    }

    /// Whether the key would still be let in, for answers that go on for long.
    pub(crate) fn is_still_good(&self, server: &Server) -> bool {
        let user = match self.user {
            Some(id) => server.0.directory.user_by_id(id),
            None => return server.0.keys.holds(&self.key),
        };
        let is_active = user.is_ok_and(|user| user.is_some_and(|user| user.is_active()));
        is_active && server.0.keys.holds(&self.key)
    }

    /// The user whose key it is; an error for a provisioner's.
    pub(crate) fn user(&self) -> Result<UserId, Failure> {
        self.user.ok_or_else(|| {
            Failure::bad_request("this needs the key of a user, and the key is a provisioner's")
        })
    }
}

/// Lets a request through to its route, or not; counts the answers, and ends what takes
/// too long.
pub(crate) async fn guard(
    State((server, route)): State<(Server, &'static Route)>,
    mut request: Request,
    next: Next,
) -> Response {
    let response = match admit(&server, route, &mut request) {
        Ok(()) => {
            let answer = next.run(request);
            match tokio::time::timeout(server.0.config.request_timeout, answer).await {
                Ok(response) => response,
                Err(_) => Failure::busy("the request took too long").response(route.door),
            }
        }
        Err(failure) => failure.response(route.door),
    };
    server.0.metrics.answered(response.status().as_u16());
    response
}

fn admit(server: &Server, route: &Route, request: &mut Request) -> Result<(), Failure> {
    let Access::Scope(scope) = route.access else {
        return Ok(());
    };
    let caller = identify(server, request.headers()).inspect_err(|failure| {
        if failure.status == StatusCode::UNAUTHORIZED {
            server.0.metrics.unauthenticated.fetch_add(1, Relaxed);
        }
    })?;
    if let Err(wait) = server.0.rates.take(&caller.key.id, Instant::now()) {
        server.0.metrics.limited.fetch_add(1, Relaxed);
        let failure = Failure::new(
            StatusCode::TOO_MANY_REQUESTS,
            "this key makes too many requests; ask again later",
        );
        return Err(Failure {
            retry_after_seconds: Some(wait.as_secs() + 1),
            ..failure
        });
    }
    caller.may(scope)?;
    request.extensions_mut().insert(caller);
    Ok(())
}

/// The caller whose key the request brings. The user's state is looked up every time.
fn identify(server: &Server, headers: &HeaderMap) -> Result<Caller, Failure> {
    let refuse = |message: &str| Failure::new(StatusCode::UNAUTHORIZED, message);
    let secret = bearer(headers)
        .ok_or_else(|| refuse("this needs a key, sent as Authorization: Bearer KEY"))?;
    let key = server
        .0
        .keys
        .find(secret)
        .ok_or_else(|| refuse("this key is not known, or was revoked"))?;
    if key.is_expired(Timestamp::now()) {
        return Err(refuse("this key has expired; make a new one"));
    }
    let user = match &key.holder {
        Holder::Provisioner(_) => None,
        Holder::User(id) => {
            let user = server.0.directory.user_by_id(*id)?;
            if !user.is_some_and(|user| user.is_active()) {
                return Err(refuse("the user of this key is not active"));
            }
            Some(*id)
        }
    };
    Ok(Caller { key, user })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
