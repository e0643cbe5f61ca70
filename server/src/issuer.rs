//! The identity provider whose tokens are accepted: its keys, which are cached, and the user
//! that a token identifies.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use axum::http::StatusCode;
use headcount::{Directory, Timestamp, User, UserId};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::door::Failure;
use crate::jwt::{Claims, Expected, LEEWAY_SECONDS, PublicKeys, TokenError};
use crate::keys::Scope;
use crate::outbound::Outbound;
use crate::questions::Questions;

/// How long keys are used before they are fetched again.
const KEYS_LIFETIME: Duration = Duration::from_mins(10);
/// The minimum time between two fetches, so that made-up key ids don't become load on the
/// provider.
const QUESTIONS_APART: Duration = Duration::from_secs(10);

/// An identity provider whose tokens (JWTs) are accepted in addition to keys.
///
/// ```
/// use headcount_server::{Issuer, Scope};
///
/// let mut issuer = Issuer::new("https://id.ex.co/realms/staff", "headcount");
/// issuer.user_claim = "email".to_owned();
/// issuer.scope = Scope::Write;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Issuer {
    /// The `iss` of its tokens. Its keys are discovered through
    /// `URL/.well-known/openid-configuration`.
    pub url: String,
    /// The `aud` of its tokens.
    pub audience: String,
    /// The URL of the keys (a JWK set), for a provider without that document.
    pub jwks_url: Option<String>,
    /// The claim that identifies the user. `sub`, the default, is the user's id; `email` is
    /// their email and requires `email_verified`; any other is their username.
    pub user_claim: String,
    /// The scope of users with a token. The directory's admins have [`Scope::Admin`].
    pub scope: Scope,
    /// How people log in to the page through this provider; without it they need a key.
    pub login: Option<Login>,
}

/// The page as a client of the provider (`OpenID` Connect authorization code with PKCE).
///
/// ```
/// use headcount_server::{Issuer, Login};
///
/// let mut issuer = Issuer::new("https://id.ex.co/realms/staff", "headcount");
/// issuer.login = Some(Login::new("headcount-page", "https://users.ex.co"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Login {
    /// The client id of the page.
    pub client_id: String,
    /// The client's secret, for a provider that requires one in addition to PKCE.
    pub client_secret: Option<String>,
    /// The URL at which browsers reach this server. The redirect URI is
    /// `URL/admin/oidc/callback`.
    pub public_url: String,
}

impl Login {
    /// A client without a secret.
    pub fn new(client_id: impl Into<String>, public_url: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: None,
            public_url: public_url.into(),
        }
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("client_id", &self.client_id)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

impl Issuer {
    /// A provider whose tokens identify users by id and have the scope `read`.
    pub fn new(url: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            audience: audience.into(),
            jwks_url: None,
            user_claim: "sub".to_owned(),
            scope: Scope::Read,
            login: None,
        }
    }
}

/// A verified token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) user: UserId,
    pub(crate) expires_at: Timestamp,
}

/// An issuer and its cached keys.
pub(crate) struct Issuing {
    issuer: Issuer,
    outbound: Arc<Outbound>,
    known: RwLock<(Arc<PublicKeys>, Option<Instant>)>,
    asked: Mutex<Option<Instant>>,
    /// The questions of people who log in to the page.
    questions: Questions,
    /// The configuration, or `None` if it could not be read, and when that was.
    about: Mutex<Option<(Instant, Option<Arc<Value>>)>>,
}

/// Logins that begin in a second, of all people together, and in a burst.
pub(crate) const LOGINS_PER_SECOND: u32 = 10;
pub(crate) const LOGINS_BURST: u32 = 50;

impl Issuing {
    pub(crate) fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            outbound: Arc::new(Outbound::new()),
            known: RwLock::default(),
            asked: Mutex::default(),
            questions: Questions::new(LOGINS_PER_SECOND, LOGINS_BURST),
            about: Mutex::default(),
        }
    }

    pub(crate) fn scope(&self) -> Scope {
        self.issuer.scope
    }

    /// The page as a client of the provider, if people can log in through it.
    pub(crate) fn login(&self) -> Option<&Login> {
        self.issuer.login.as_ref()
    }

    /// The provider's `issuer` identifier.
    pub(crate) fn url(&self) -> &str {
        &self.issuer.url
    }

    pub(crate) fn outbound(&self) -> &Arc<Outbound> {
        &self.outbound
    }

    pub(crate) fn questions(&self) -> &Questions {
        &self.questions
    }

    /// The provider's configuration, which is read anew after a while.
    pub(crate) async fn configuration(self: &Arc<Self>) -> Result<Arc<Value>, String> {
        let mut known = self.about.lock().await;
        if let Some((at, about)) = &*known {
            let lifetime = match about {
                Some(_) => KEYS_LIFETIME,
                None => QUESTIONS_APART,
            };
            if at.elapsed() < lifetime {
                let failed = || "its configuration could not be read a moment ago".to_owned();
                return about.clone().ok_or_else(failed);
            }
        }
        let (outbound, url) = (Arc::clone(&self.outbound), self.issuer.url.clone());
        let ask = move || configuration(&outbound, &url);
        let about = self.questions.ask(ask).await.map(Arc::new);
        *known = Some((Instant::now(), about.as_ref().ok().cloned()));
        about
    }

    /// Verifies an access token and finds its user.
    pub(crate) async fn token(
        self: &Arc<Self>,
        directory: &Directory,
        token: &str,
    ) -> Result<Token, Failure> {
        let claims = self.claims(token, &self.issuer.audience).await?;
        let user = self.user(directory, &claims)?;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time beyond the range is cut to it, which is as good"
        )]
        let micros = ((claims.exp + LEEWAY_SECONDS) * 1e6) as u64;
        let expires_at = Timestamp::from_unix_micros(micros);
        Ok(Token {
            user: user.id(),
            expires_at: expires_at.map_err(|_| refuse(TokenError::Malformed.message()))?,
        })
    }

    /// The claims of a token that the issuer made for `audience`.
    pub(crate) async fn claims(
        self: &Arc<Self>,
        token: &str,
        audience: &str,
    ) -> Result<Claims, Failure> {
        let at = self.known().1;
        match at {
            None => self.ask(at).await,
            // Requests in the meantime use the cached keys.
            Some(time) if time.elapsed() > KEYS_LIFETIME => {
                let again = Arc::clone(self);
                tokio::spawn(async move { again.ask(at).await });
            }
            Some(_) => {}
        }
        let outcome = match self.verify(token, audience) {
            Err(TokenError::UnknownKey) => {
                self.ask(at).await;
                self.verify(token, audience)
            }
            outcome => outcome,
        };
        outcome.map_err(|refusal| refuse(refusal.message()))
    }

    fn known(&self) -> (Arc<PublicKeys>, Option<Instant>) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        (Arc::clone(&known.0), known.1)
    }

    fn verify(&self, token: &str, audience: &str) -> Result<Claims, TokenError> {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let expected = Expected {
            issuer: &self.issuer.url,
            audience,
            now_seconds: since.unwrap_or_default().as_secs_f64(),
        };
        self.known().0.verify(token, &expected)
    }

    /// Fetches the provider's keys, unless that was done since `seen` or a moment ago. If it
    /// fails, the cached keys stay in use.
    async fn ask(&self, seen: Option<Instant>) {
        let mut asked = self.asked.lock().await;
        let is_news = self.known().1 != seen;
        if is_news || asked.is_some_and(|at| at.elapsed() < QUESTIONS_APART) {
            return;
        }
        *asked = Some(Instant::now());
        let (outbound, issuer) = (Arc::clone(&self.outbound), self.issuer.clone());
        let found = tokio::task::spawn_blocking(move || keys(&outbound, &issuer)).await;
        match found {
            Ok(Ok(keys)) => {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                *known = (Arc::new(keys), Some(Instant::now()));
            }
            Ok(Err(why)) => log::error!("the issuer's keys can't be read: {why}"),
            Err(_) => log::error!("the issuer's keys can't be read: fetching them panicked"),
        }
    }

    /// The active user that a token's claims identify.
    pub(crate) fn user(
        &self,
        directory: &Directory,
        claims: &Claims,
    ) -> Result<Arc<User>, Failure> {
        let name = &self.issuer.user_claim;
        let Some(told) = claims.others.get(name).and_then(Value::as_str) else {
            return Err(refuse(&format!("the token has no claim {name}")));
        };
        let user = match name.as_str() {
            "sub" => match told.parse() {
                Ok(id) => directory.user_by_id(id)?,
                Err(_) => None,
            },
            "email" if claims.others.get("email_verified") != Some(&Value::Bool(true)) => {
                return Err(refuse("the token's email is not verified"));
            }
            "email" => directory.user_by_email(told)?,
            _ => directory.user_by_username(told)?,
        };
        user.filter(|user| user.is_active())
            .ok_or_else(|| refuse("the token's subject is not an active user here"))
    }
}

fn keys(outbound: &Outbound, issuer: &Issuer) -> Result<PublicKeys, String> {
    let url = if let Some(url) = &issuer.jwks_url {
        url.clone()
    } else {
        let about = configuration(outbound, &issuer.url)?;
        let url = about["jwks_uri"].as_str();
        url.ok_or("its configuration has no jwks_uri")?.to_owned()
    };
    let keys = PublicKeys::of_jwks(&outbound.get(&url)?);
    keys.ok_or_else(|| format!("{url} is not a JWK set"))
}

/// The path of a provider's configuration below its URL.
pub(crate) const CONFIGURATION: &str = "/.well-known/openid-configuration";

/// The provider's configuration (`OpenID` Connect Discovery 1.0).
fn configuration(outbound: &Outbound, issuer: &str) -> Result<Value, String> {
    let base = issuer.trim_end_matches('/');
    let about = outbound.get(&format!("{base}{CONFIGURATION}"))?;
    if about["issuer"] != issuer {
        let other = &about["issuer"];
        return Err(format!("{base} says that it is the issuer {other}"));
    }
    Ok(about)
}

fn refuse(message: &str) -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, message)
}
