//! Authentication and authorization of requests.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use axum::body::{HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use headcount::{Batch, Timestamp, UserId, quoted};

use crate::door::{Door, Failure};
use crate::jwt::TokenError;
use crate::keys::{Author, Holder, Key, Scope};
use crate::preconditions;
use crate::progress;
use crate::rest::{parameters, whole};
use crate::routes::{Access, Route, only_reads};
use crate::server::Server;
use crate::sightings;

const UNKNOWN_KEY: &str = "this key is not known, or was revoked";
/// Bytes of a refusal that axum wrote.
const REFUSAL_BYTES_MAX: usize = 16 * 1024;

/// What a caller was authenticated by.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    Key(Arc<Key>),
    /// A token of the issuer, or a login there: the user, and when it expires.
    Token(UserId, Timestamp),
}

/// The sender of a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    credential: Credential,
    /// The user whose key or token it is.
    pub(crate) user: Option<UserId>,
    /// The scope of a user with a token.
    scope: Option<Scope>,
    /// The door that the request came through.
    door: Door,
}

impl Credential {
    fn user(&self) -> Option<UserId> {
        match self {
            Self::Key(key) => match key.holder {
                Holder::User(id) => Some(id),
                Holder::Provisioner(_) => None,
            },
            Self::Token(user, _) => Some(*user),
        }
    }

    /// The name that people know it by.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Key(key) => &key.name,
            Self::Token(..) => "the identity provider",
        }
    }
}

impl Caller {
    /// The caller with this credential, if it is still valid. The user's state is read every
    /// time.
    pub(crate) fn of(server: &Server, credential: Credential, door: Door) -> Result<Self, Failure> {
        let refuse = |message: &str| Failure::new(StatusCode::UNAUTHORIZED, message);
        match &credential {
            Credential::Key(key) if !server.0.keys.knows(key) => return Err(refuse(UNKNOWN_KEY)),
            Credential::Key(key) if key.is_expired(Timestamp::now()) => {
                return Err(refuse("this key has expired; create a new one"));
            }
            Credential::Token(_, end) if *end <= Timestamp::now() => {
                return Err(refuse(TokenError::Expired.message()));
            }
            _ => {}
        }
        let user = match credential.user() {
            None => None,
            Some(id) => {
                let user = server.0.directory.user_by_id(id)?;
                let user = user.filter(|user| user.is_active());
                Some(user.ok_or_else(|| refuse("the user of this key is not active"))?)
            }
        };
        let scope = match (&credential, &server.0.issuing, &user) {
            (Credential::Token(..), Some(_), Some(user)) if user.is_admin() => Some(Scope::Admin),
            (Credential::Token(..), Some(issuing), _) => Some(issuing.scope()),
            _ => None,
        };
        Ok(Self {
            user: user.map(|user| user.id()),
            credential,
            scope,
            door,
        })
    }

    /// The caller with this key or token.
    pub(crate) async fn bearing(
        server: &Server,
        secret: &str,
        door: Door,
    ) -> Result<Self, Failure> {
        let credential = match &server.0.issuing {
            Some(issuing) if secret.contains('.') => {
                let token = issuing.token(&server.0.directory, secret).await?;
                Credential::Token(token.user, token.expires_at)
            }
            _ => {
                let key = server.0.keys.find(secret);
                let key = key.ok_or_else(|| Failure::new(StatusCode::UNAUTHORIZED, UNKNOWN_KEY))?;
                Credential::Key(key)
            }
        };
        Self::of(server, credential, door)
    }

    pub(crate) fn into_credential(self) -> Credential {
        self.credential
    }

    /// The caller's name in the rate limits and in `Syncs`.
    fn id(&self) -> Cow<'_, str> {
        match &self.credential {
            Credential::Key(key) => Cow::Borrowed(&key.id),
            Credential::Token(user, _) => Cow::Owned(user.to_string()),
        }
    }

    /// Counts a request against the rate limit of the key, or refuses it.
    pub(crate) fn take_turn(&self, server: &Server) -> Result<(), Failure> {
        let Err(wait) = server.0.rates.take(&self.id(), Instant::now()) else {
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
        let is_allowed = match (&self.credential, self.scope) {
            (Credential::Key(key), _) => key.allows(scope),
            (Credential::Token(..), held) => held.is_some_and(|held| held.covers(scope)),
        };
        if is_allowed {
            return Ok(());
        }
        let message = format!("this needs a key with the scope {scope}");
        Err(Failure::new(StatusCode::FORBIDDEN, message))
    }

    /// The door that changes record: for SCIM with the provisioner's name, if that is valid in
    /// a door's.
    pub(crate) fn door(&self) -> Cow<'static, str> {
        let door = self.door.name();
        match &self.credential {
            Credential::Key(key) if self.door == Door::Scim => match &key.holder {
                Holder::Provisioner(name) => Some(format!("{door}:{name}"))
                    .filter(|door| Batch::is_door(door))
                    .map_or(Cow::Borrowed(door), Cow::Owned),
                Holder::User(_) => Cow::Borrowed(door),
            },
            _ => Cow::Borrowed(door),
        }
    }

    /// The name of the provisioner, or the id of the user, that the credential belongs to.
    pub(crate) fn holder_name(&self) -> String {
        match &self.credential {
            Credential::Key(key) => match &key.holder {
                Holder::Provisioner(name) => name.clone(),
                Holder::User(id) => id.to_string(),
            },
            Credential::Token(user, _) => user.to_string(),
        }
    }

    /// The id of the key that the credential is; `None` for a token.
    pub(crate) fn key_id(&self) -> Option<&str> {
        match &self.credential {
            Credential::Key(key) => Some(&key.id),
            Credential::Token(..) => None,
        }
    }

    /// Who creates or revokes a key.
    pub(crate) fn author(&self) -> Author {
        Author::new(self.user)
            .with_key(self.key_id().map(str::to_owned))
            .through(self.door())
    }

    /// Who it is, for the log.
    pub(crate) fn told(&self) -> String {
        let (holder, door) = (quoted(&self.holder_name()), self.door.name());
        match self.key_id() {
            Some(id) => format!("{holder} with the key {id} through {door}"),
            None => format!("{holder} with a token through {door}"),
        }
    }

    /// Whether the credential is still valid, for long-lived responses.
    pub(crate) fn is_still_good(&self, server: &Server) -> bool {
        self.now(server).is_ok()
    }

    /// Whether the credential is still valid, and for this scope.
    pub(crate) fn may_still(&self, server: &Server, scope: Scope) -> bool {
        self.now(server)
            .is_ok_and(|caller| caller.may(scope).is_ok())
    }

    /// The same credential, as it is now.
    fn now(&self, server: &Server) -> Result<Self, Failure> {
        Self::of(server, self.credential.clone(), self.door)
    }

    /// The user that the credential belongs to; an error for a provisioner's.
    pub(crate) fn user(&self) -> Result<UserId, Failure> {
        self.user.ok_or_else(|| {
            Failure::bad_request("this needs a user's key, and this one is a provisioner's")
        })
    }
}

/// Authorizes a request for its route, counts the response, and enforces the time limit.
pub(crate) async fn guard(
    State((server, route)): State<(Server, &'static Route)>,
    mut request: Request,
    next: Next,
) -> Response {
    let response = match admit(&server, route, &mut request).await {
        Ok(()) => {
            let caller = request.extensions().get::<Caller>().cloned();
            let limit = if whole::is_long(route.path) {
                server.0.config.whole_timeout
            } else {
                server.0.config.request_timeout
            };
            let handled = progress::limited(limit, next.run(request));
            let response = match handled.await {
                Ok(response) => in_words_of(route.door, response).await,
                Err(late) => Failure::from(late).response(route.door),
            };
            if let Some(caller) = caller.filter(|_| route.door == Door::Scim) {
                server.0.syncs.note(&caller.id(), &response);
            }
            response
        }
        Err(failure) => failure.response(route.door),
    };
    server.0.metrics.answered(response.status().as_u16());
    response
}

/// Converts a refusal that axum wrote as plain text, for a body that is too large or a parameter
/// that can't be read, to the format of `door`.
async fn in_words_of(door: Door, response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_text = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !status.is_client_error() || !is_text || door == Door::Plain {
        return response;
    }
    match to_bytes(response.into_body(), REFUSAL_BYTES_MAX).await {
        Ok(text) => Failure::new(status, String::from_utf8_lossy(&text)).response(door),
        Err(_) => Failure::new(status, "the request can't be read").response(door),
    }
}

async fn admit(
    server: &Server,
    route: &'static Route,
    request: &mut Request,
) -> Result<(), Failure> {
    settle_host(request)?;
    if !request.body().is_end_stream() {
        check_codings(request.headers())?;
    }
    let scope = match route.access {
        Access::Open => return Ok(()),
        // The page identifies visitors itself, because it checks the origin of forms first.
        Access::Session(scope) => {
            request.extensions_mut().insert(scope);
            return Ok(());
        }
        Access::Scope(scope) => scope,
    };
    let caller = identify(server, request.headers(), route.door)
        .await
        .inspect_err(|failure| {
            if failure.status == StatusCode::UNAUTHORIZED {
                server.0.metrics.unauthenticated.fetch_add(1, Relaxed);
            }
        })?;
    caller.take_turn(server)?;
    caller.may(scope)?;
    sightings::record(server, caller.user);
    let is_change = !only_reads(route.method, route.path);
    if is_change && matches!(route.door, Door::Rest | Door::Scim) {
        preconditions::check_change(request.headers())?;
    }
    if route.door == Door::Rest {
        parameters::check(route.method, route.path, request)?;
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

/// Makes `Host` the host that the request is for. A target with a host of its own decides, and
/// HTTP/2 has no other; HTTP/1.1 has one `Host` (RFC 9112, 3.2).
fn settle_host(request: &mut Request) -> Result<(), Failure> {
    let count = request.headers().get_all(header::HOST).iter().count();
    let of_target = request.uri().authority().map(|of| match of.port() {
        Some(port) => format!("{}:{port}", of.host()),
        None => of.host().to_owned(),
    });
    let is_missing = count == 0 && of_target.is_none() && request.version() == Version::HTTP_11;
    if count > 1 || is_missing {
        return Err(Failure::bad_request("a request has one header Host"));
    }
    if let Some(Ok(host)) = of_target.map(HeaderValue::try_from) {
        request.headers_mut().insert(header::HOST, host);
    }
    Ok(())
}

/// Refuses a body that is compressed or otherwise coded.
fn check_codings(headers: &HeaderMap) -> Result<(), Failure> {
    let is_coded = |name, plain: &[u8]| {
        let lines = headers.get_all(name).iter();
        let mut codings = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        codings.any(|coding| {
            let coding = coding.trim_ascii();
            !coding.is_empty() && !coding.eq_ignore_ascii_case(plain)
        })
    };
    if is_coded(header::CONTENT_ENCODING, b"identity") {
        let message = "send the body uncompressed, without Content-Encoding";
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    if is_coded(header::TRANSFER_ENCODING, b"chunked") {
        let message = "of the transfer codings, only chunked is supported";
        return Err(Failure::new(StatusCode::NOT_IMPLEMENTED, message));
    }
    Ok(())
}

/// The caller whose key or token the request carries.
async fn identify(server: &Server, headers: &HeaderMap, door: Door) -> Result<Caller, Failure> {
    let secret = bearer(headers).ok_or_else(|| {
        let message = "this needs a key, sent as Authorization: Bearer KEY";
        Failure::new(StatusCode::UNAUTHORIZED, message)
    })?;
    Caller::bearing(server, secret, door).await
}

/// The header with this name. Sending it twice is an error, since one value would be ignored.
pub(crate) fn only<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a HeaderValue>, Failure> {
    let mut values = headers.get_all(name).iter();
    let (value, second) = (values.next(), values.next());
    if second.is_some() {
        let message = format!("the header {name} may be sent only once");
        return Err(Failure::bad_request(message));
    }
    Ok(value)
}

/// The token of the header `Authorization`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = only(headers, header::AUTHORIZATION.as_str())
        .ok()??
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
