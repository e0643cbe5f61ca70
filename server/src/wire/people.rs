//! Users in the platform's API.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use axum::Json;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount::{Batch, Directory, ErrorKind, NewUser, UserId, Users, quoted};
use serde::Deserialize;
use serde_json::{Value, json};

use super::user_object::{Replacement, UserObject};
use super::{Document, Identity, IdentityFailure, Platform};
use crate::auth::Caller;
use crate::door::{Failure, cut};
use crate::json::{Names, object_of};
use crate::keys::Scope;
use crate::server::Server;
use crate::stream::{self, PART_BYTES, Parts};

/// How often a PUT is tried if somebody else keeps changing the user.
const TRIES_MAX: usize = 5;

/// What the answer with users begins and ends with.
const START: &[u8] = br#"{"users":{"#;
const END: &[u8] = b"}}";

/// The configuration, which clients request before they have a key.
pub(crate) async fn config() -> Json<Value> {
    Json(json!({}))
}

#[derive(Deserialize)]
pub(crate) struct UserIds {
    user_ids: Option<Vec<Value>>,
}

/// All users, or those with the given ids, with `null` for unknown ids.
pub(crate) async fn query(
    State(server): State<Server>,
    Document(UserIds { user_ids }): Document<UserIds>,
) -> Platform<Response> {
    let body = match user_ids {
        Some(ids) => {
            let count = ids.len();
            let work = move |server: &Server| {
                let mut body = START.to_vec();
                push_those(&mut body, &server.0.directory, ids)?;
                body.extend_from_slice(END);
                Ok(body)
            };
            server.read(count, work).await?.into()
        }
        None => stream::in_parts(&server, START, All(server.0.directory.users()?)).await?,
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// All users as the members of one object.
struct All(Users);

impl Parts for All {
    fn write(&mut self, part: &mut Vec<u8>) -> Result<bool, Failure> {
        let start = part.len();
        let cut = self.0.for_each_view(|user| {
            if part.len() - start >= PART_BYTES {
                return ControlFlow::Break(Ok(()));
            }
            let pushed = push(
                part,
                start,
                &user.id().to_string(),
                &UserObject::from(&user),
            );
            match pushed {
                Ok(()) => ControlFlow::Continue(()),
                failed => ControlFlow::Break(failed),
            }
        })?;
        let is_last = cut.transpose()?.is_none();
        // The user at whom it was cut is the first of the next part.
        part.extend_from_slice(if is_last { END } else { b"," });
        Ok(is_last)
    }
}

fn push_those(body: &mut Vec<u8>, directory: &Directory, ids: Vec<Value>) -> Result<(), Failure> {
    // An id that is asked for twice has one member.
    let mut found = BTreeMap::new();
    for id in ids {
        // A value that isn't a string is nobody's id.
        let id = match id {
            Value::String(id) => id,
            other => other.to_string(),
        };
        let user = match id.parse::<UserId>() {
            Ok(id) => directory.user_by_id(id)?,
            Err(_) => None,
        };
        found.insert(id, user);
    }
    let start = body.len();
    for (id, user) in &found {
        push(body, start, id, &user.as_deref().map(UserObject::from))?;
    }
    Ok(())
}

/// Appends a member to the JSON object in `body`, whose members begin at `start`.
fn push(
    body: &mut Vec<u8>,
    start: usize,
    key: &str,
    value: &impl serde::Serialize,
) -> Result<(), Failure> {
    let unwritten = |_| Failure::internal("a user can't be written as JSON");
    if body.len() > start {
        body.push(b',');
    }
    serde_json::to_writer(&mut *body, key).map_err(unwritten)?;
    body.push(b':');
    serde_json::to_writer(body, value).map_err(unwritten)
}

#[derive(Deserialize)]
pub(crate) struct Invitation {
    email: String,
    #[serde(default)]
    roles: Option<Vec<String>>,
}

/// Creates an active user. Passwords are ignored, since this server does not log people in.
pub(crate) async fn invite(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(invitation): Document<Invitation>,
) -> Platform<Json<Value>> {
    let is_admin = invitation
        .roles
        .is_some_and(|roles| roles.iter().any(|role| role.eq_ignore_ascii_case("admin")));
    if is_admin {
        caller.may(Scope::Admin)?;
    }
    let user = server
        .write(&caller, move |directory| {
            Ok(directory.create_user(NewUser::new(&invitation.email).admin(is_admin))?)
        })
        .await?;
    Ok(Json(json!({ "id": user.id(), "password": null })))
}

#[derive(Deserialize)]
pub(crate) struct UserEmail {
    email: String,
}

pub(crate) async fn activate(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(UserEmail { email }): Document<UserEmail>,
) -> Platform<Json<Value>> {
    let work =
        move |directory: &Directory| Ok(directory.activate_user(user_with(directory, &email)?)?);
    server.write(&caller, work).await?;
    Ok(Json(json!({})))
}

pub(crate) async fn deactivate(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Document(UserEmail { email }): Document<UserEmail>,
) -> Platform<Json<Value>> {
    let work =
        move |directory: &Directory| Ok(directory.deactivate_user(user_with(directory, &email)?)?);
    server.write(&caller, work).await?;
    Ok(Json(json!({})))
}

/// The user with exactly this email; ids and usernames don't match.
fn user_with(directory: &Directory, email: &str) -> Result<UserId, Failure> {
    let user = directory.user_by_email(email)?;
    let nobody = || {
        let email = cut(&quoted(email));
        Failure::bad_request(format!("no user has the email {email}"))
    };
    Ok(user.ok_or_else(nobody)?.id())
}

#[derive(Deserialize)]
pub(crate) struct Search {
    email: Option<String>,
    #[serde(default)]
    username: Option<String>,
}

/// The user with exactly this email, in a list of at most one.
pub(crate) async fn find(
    State(server): State<Server>,
    Query(search): Query<Search>,
) -> Identity<Response> {
    let directory = &server.0.directory;
    let user = match (&search.email, &search.username) {
        (Some(email), _) => directory.user_by_email(email)?,
        (None, Some(username)) => directory.user_by_username(username)?,
        (None, None) => {
            let hint = "name a user with ?email=; /v1/api/users/query lists all";
            return Err(Failure::bad_request(hint).into());
        }
    };
    let found: Vec<_> = user.iter().map(|user| UserObject::from(&**user)).collect();
    Ok(Json(found).into_response())
}

pub(crate) async fn show(
    State(server): State<Server>,
    Path(id): Path<String>,
) -> Identity<Response> {
    let id = id.parse().map_err(|_| nobody())?;
    let user = server.0.directory.user_by_id(id)?.ok_or_else(nobody)?;
    Ok(Json(UserObject::from(&*user)).into_response())
}

fn nobody() -> IdentityFailure {
    Failure::new(StatusCode::NOT_FOUND, "User not found").into()
}

/// Applies a user object. If it was made from an older version of the record, it changes only
/// whether the user is active.
pub(crate) async fn replace(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    body: axum::body::Bytes,
) -> Identity<StatusCode> {
    let id: UserId = id.parse().map_err(|_| nobody())?;
    let replacement: Replacement = object_of(&body, Names::Exact)?;
    server
        .write(&caller, move |directory| {
            replace_with(directory, id, &replacement)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn replace_with(
    directory: &Directory,
    id: UserId,
    replacement: &Replacement,
) -> Result<(), Failure> {
    for _ in 0..TRIES_MAX {
        let user = directory.user_by_id(id)?.ok_or_else(|| nobody().0)?;
        let mut batch = Batch::new();
        if replacement.is_of(&user)
            && let Some(update) = replacement.update_of(&user)
        {
            batch = batch.update_user(id, update);
        }
        batch = match replacement.enabled {
            Some(true) => batch.activate_user(id),
            Some(false) => batch.deactivate_user(id),
            None => batch,
        };
        match directory.apply(batch) {
            Ok(_) => return Ok(()),
            // The object is stale now, so merge it as such.
            Err(error) if matches!(error.kind(), ErrorKind::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::busy(
        "others keep changing this user; try again in a second",
    ))
}
