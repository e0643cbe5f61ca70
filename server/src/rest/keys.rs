//! `/api/v1/keys`: the keys of the server.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount::{Error, ErrorKind, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{At, Body, Rest, user_named};
use crate::auth::Caller;
use crate::door::{Failure, cut};
use crate::keys::{Holder, NewKey, Scope};
use crate::server::Server;

/// A key of a user or of a provisioner. This only describes it.
#[derive(ToSchema)]
#[schema(as = Key)]
#[allow(dead_code, reason = "it only describes")]
pub(super) struct Shown {
    id: String,
    name: String,
    #[schema(format = "uuid")]
    user: Option<String>,
    provisioner: Option<String>,
    scopes: Vec<Scope>,
    #[schema(format = "date-time")]
    created_at: String,
    /// The user who created it; null for a program.
    #[schema(format = "uuid")]
    created_by: Option<String>,
    #[schema(format = "date-time")]
    expires_at: Option<String>,
    /// The bearer token, only in the response to the request that created the key.
    #[schema(required = false)]
    secret: Option<String>,
}

/// Oldest first.
#[derive(ToSchema)]
#[schema(as = Keys)]
#[allow(dead_code, reason = "it only describes")]
pub(super) struct Listed {
    keys: Vec<Shown>,
}

/// All keys, oldest first, without their secrets.
pub(crate) async fn list(State(server): State<Server>) -> Json<Value> {
    let keys = server.0.keys.list();
    let keys: Vec<_> = keys.iter().map(|key| &**key).collect();
    Json(json!({ "keys": keys }))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewKey)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKeyBody {
    /// What the key is for.
    name: String,
    /// The id, email or username of the user whose key it is: it works while the user is active.
    user: Option<String>,
    /// The name of the program whose key it is, if it is not a user's.
    provisioner: Option<String>,
    /// By default `read`.
    #[serde(default)]
    scopes: Vec<Scope>,
    /// When the key expires; never by default.
    #[schema(value_type = Option<String>, format = "date-time")]
    expires_at: Option<Timestamp>,
}

impl NewKeyBody {
    fn key(self, server: &Server, caller: &Caller) -> Result<NewKey, Failure> {
        let holder = match (self.user, self.provisioner) {
            (Some(user), None) => Holder::User(user_named(&server.0.directory, &user)?.id()),
            (None, Some(name)) => Holder::Provisioner(name),
            _ => {
                let hint = "name the holder of the key: either a user or a provisioner";
                return Err(Failure::bad_request(hint));
            }
        };
        let mut key = NewKey::new(self.name, holder).created_by(caller.user);
        for scope in self.scopes {
            key = key.scope(scope);
        }
        Ok(match self.expires_at {
            Some(moment) => key.expires_at(moment),
            None => key,
        })
    }
}

/// Creates a key. Only this response has its secret.
pub(crate) async fn create(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(new): Body<NewKeyBody>,
) -> Rest<Response> {
    if headers.contains_key("idempotency-key") {
        let message = "the secret of a key is shown once, so the request can't be repeated: leave \
                       Idempotency-Key out";
        return Err(Failure::bad_request(message).into());
    }
    let new = new.key(&server, &caller)?;
    let keys = server.keys().clone();
    let created = server.write(&caller, move |_| Ok(keys.create(new)?));
    let (key, secret) = created.await?;
    let mut shown = json!(*key);
    shown["secret"] = json!(secret.expose());
    let mut response = (StatusCode::CREATED, Json(shown)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/keys/{}", key.id)) {
        headers.insert(header::LOCATION, place);
    }
    Ok(response)
}

pub(crate) async fn show(State(server): State<Server>, At(id): At<String>) -> Rest<Json<Value>> {
    let keys = server.0.keys.list();
    let key = keys.iter().find(|key| key.id == id);
    let key = key.ok_or_else(|| no_key(&id))?;
    Ok(Json(json!(**key)))
}

/// Removes a key permanently.
pub(crate) async fn revoke(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At(id): At<String>,
) -> Rest<StatusCode> {
    remove(&server, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revokes the key with this id, unless it is the caller's own: whoever revoked the only admin's key
/// could manage no keys any more.
pub(crate) async fn remove(server: &Server, caller: &Caller, id: String) -> Result<(), Failure> {
    if caller.uses_key(&id) {
        let message = "a key can't revoke itself; use another key with the scope admin";
        return Err(Error::new(ErrorKind::OwnAccount, message).into());
    }
    let keys = server.keys().clone();
    let work = move |_: &_| {
        let is_gone = keys.revoke(&id)?;
        is_gone.then_some(()).ok_or_else(|| no_key(&id))
    };
    server.write(caller, work).await
}

fn no_key(id: &str) -> Failure {
    let message = format!("no key has the id {:?}; list the keys to find it", cut(&id));
    Failure::new(StatusCode::NOT_FOUND, message)
}
