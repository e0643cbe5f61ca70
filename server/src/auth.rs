//! Who asks, and whether they may.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use headcount::{Timestamp, UserId};

use crate::door::{Door, Failure};
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
    /// The caller with this key, if it is still good. The user's state is looked up every
    /// time.
    pub(crate) fn of(server: &Server, key: Arc<Key>) -> Result<Self, Failure> {
        let refuse = |message: &str| Failure::new(StatusCode::UNAUTHORIZED, message);
        if !server.0.keys.knows(&key) {
            return Err(refuse("this key is not known, or was revoked"));
        }
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
        Ok(Self { key, user })
    }

    /// The caller whose key this is.
    pub(crate) fn bearing(server: &Server, secret: &str) -> Result<Self, Failure> {
        let key = server.0.keys.find(secret).ok_or_else(|| {
            let message = "this key is not known, or was revoked";
            Failure::new(StatusCode::UNAUTHORIZED, message)
        })?;
        Self::of(server, key)
    }

    pub(crate) fn into_key(self) -> Arc<Key> {
        self.key
    }

    /// Counts a request of the key, or refuses it because there were too many.
    pub(crate) fn take_turn(&self, server: &Server) -> Result<(), Failure> {
        let Err(wait) = server.0.rates.take(&self.key.id, Instant::now()) else {
            return Ok(());
        };
        server.0.metrics.limited.fetch_add(1, Relaxed);
        let failure = Failure::new(
            StatusCode::TOO_MANY_REQUESTS,
            "this key makes too many requests; ask again later",
        );
        Err(Failure {
            retry_after_seconds: Some(wait.as_secs() + 1),
            ..failure
        })
    }

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
            let caller = request.extensions().get::<Caller>().cloned();
            let answer = next.run(request);
            let timed = tokio::time::timeout(server.0.config.request_timeout, answer);
            let response = match timed.await {
                Ok(response) => response,
                Err(_) => Failure::busy("the request took too long").response(route.door),
            };
            if let Some(caller) = caller.filter(|_| route.door == Door::Scim) {
                server.0.syncs.note(&caller.key.id, &response);
            }
            response
        }
        Err(failure) => failure.response(route.door),
    };
    server.0.metrics.answered(response.status().as_u16());
    response
}

fn admit(server: &Server, route: &Route, request: &mut Request) -> Result<(), Failure> {
    let scope = match route.access {
        Access::Open => return Ok(()),
        // Who visits the page is found out there, since its forms are checked first.
        Access::Session(scope) => {
            request.extensions_mut().insert(scope);
            return Ok(());
        }
        Access::Scope(scope) => scope,
    };
    let caller = identify(server, request.headers()).inspect_err(|failure| {
        if failure.status == StatusCode::UNAUTHORIZED {
            server.0.metrics.unauthenticated.fetch_add(1, Relaxed);
        }
    })?;
    caller.take_turn(server)?;
    caller.may(scope)?;
    request.extensions_mut().insert(caller);
    Ok(())
}

/// The caller whose key the request brings.
fn identify(server: &Server, headers: &HeaderMap) -> Result<Caller, Failure> {
    let secret = bearer(headers).ok_or_else(|| {
        let message = "this needs a key, sent as Authorization: Bearer KEY";
        Failure::new(StatusCode::UNAUTHORIZED, message)
    })?;
    Caller::bearing(server, secret)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
