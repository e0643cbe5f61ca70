//! `/api/v1/keys`: the keys of the server.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount::{Error, ErrorKind, Timestamp, quoted};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, At, Body, Rest, user_named};
use crate::auth::Caller;
use crate::door::{Failure, cut};
use crate::keys::{Holder, Key, NewKey, Scope, Secret};
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
    /// The id of the key that it was created with; null if it was created without one.
    created_by_key: Option<String>,
    /// The door that its creation came through, such as `rest` or `page`; null for a program that
    /// uses the directory itself.
    created_through: Option<String>,
    #[schema(format = "date-time")]
    expires_at: Option<String>,
    /// Only of a key that was revoked.
    #[schema(format = "date-time", required = false)]
    revoked_at: String,
    /// The user who revoked it; null for a program. Only of a key that was revoked.
    #[schema(format = "uuid", required = false)]
    revoked_by: Option<String>,
    /// The id of the key that it was revoked with. Only of a key that was revoked.
    #[schema(required = false)]
    revoked_by_key: Option<String>,
    /// The door that its revocation came through. Only of a key that was revoked.
    #[schema(required = false)]
    revoked_through: Option<String>,
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

#[derive(Deserialize, IntoParams)]
pub(crate) struct Listing {
    /// The latest 1,000 keys that were revoked, by the time at which they were, in place of those
    /// that were not.
    #[serde(default)]
    revoked: bool,
}

/// All keys, oldest first, without their secrets.
pub(crate) async fn list(
    State(server): State<Server>,
    Asked(listing): Asked<Listing>,
) -> Rest<Json<Value>> {
    let keys = &server.0.keys;
    if listing.revoked {
        let keys = keys.revoked();
        let keys: Vec<_> = keys.iter().map(|key| &**key).collect();
        return Ok(Json(json!({ "keys": keys })));
    }
    let keys = keys.list();
    let keys: Vec<_> = keys.iter().map(|key| &**key).collect();
    Ok(Json(json!({ "keys": keys })))
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
    /// When the key expires, in the future; never by default.
    #[schema(value_type = Option<String>, format = "date-time")]
    expires_at: Option<Timestamp>,
}

impl NewKeyBody {
    fn key(self, server: &Server) -> Result<NewKey, Failure> {
        let holder = match (self.user, self.provisioner) {
            (Some(user), None) => Holder::User(user_named(&server.0.directory, &user)?.id()),
            (None, Some(name)) => Holder::Provisioner(name),
            _ => {
                let hint = "name the holder of the key: either a user or a provisioner";
                return Err(Failure::bad_request(hint));
            }
        };
        let mut key = NewKey::new(self.name, holder);
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
    let new = new.key(&server)?;
    let (key, secret) = add(&server, &caller, new).await?;
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

/// Creates a key by the caller, and logs it.
pub(crate) async fn add(
    server: &Server,
    caller: &Caller,
    new: NewKey,
) -> Result<(Arc<Key>, Secret), Failure> {
    let new = new.author(caller.author());
    let keys = server.keys().clone();
    let by = caller.told();
    let work = move |_: &_| {
        let (key, secret) = keys.create(new)?;
        log::info!("{by} created the key {}", told(&key));
        Ok((key, secret))
    };
    server.write(caller, work).await
}

/// The key, for the log.
fn told(key: &Key) -> String {
    let expiry = key.expires_at.map_or("never expires".to_owned(), |moment| {
        format!("expires {moment}")
    });
    format!(
        "{} ({}) of {} with the scopes {}, which {expiry}",
        key.id,
        quoted(&key.name),
        quoted(&key.holder.to_string()),
        key.scope_names()
    )
}

pub(crate) async fn show(State(server): State<Server>, At(id): At<String>) -> Rest<Json<Value>> {
    Ok(Json(json!(*named(&server, &id)?)))
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
    let key = removable(server, caller, &id)?;
    let keys = server.keys().clone();
    let (by, author) = (caller.told(), caller.author());
    let work = move |_: &_| {
        if !keys.revoke(&id, author)? {
            return Err(no_key(&id));
        }
        log::info!("{by} revoked the key {}", told(&key));
        Ok(())
    };
    server.write(caller, work).await
}

/// The key with this id, unless the caller may not revoke it.
pub(crate) fn removable(server: &Server, caller: &Caller, id: &str) -> Result<Arc<Key>, Failure> {
    if caller.key_id() == Some(id) {
        let message = "a key can't revoke itself; use another key with the scope admin";
        return Err(Error::new(ErrorKind::OwnAccount, message).into());
    }
    named(server, id)
}

/// The key with this id.
pub(crate) fn named(server: &Server, id: &str) -> Result<Arc<Key>, Failure> {
    server.0.keys.named(id).ok_or_else(|| no_key(id))
}

fn no_key(id: &str) -> Failure {
    let message = format!(
        "no key has the id {}; list the keys to find it",
        quoted(&cut(&id))
    );
    Failure::new(StatusCode::NOT_FOUND, message)
}
