//! `/api/v1/users`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount::{
    Applied, Batch, Directory, NewUser, Sort, Subject, Timestamp, User, UserId, UserQuery,
    UserUpdate, quoted,
};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::workspaces::Place;
use super::{
    Asked, At, Body, Conditional, Rest, page_limit, page_of, read, tagged, user_named,
    with_request_id,
};
use crate::auth::Caller;
use crate::door::Failure;
use crate::keys::Scope;
use crate::server::Server;

#[derive(Deserialize, IntoParams)]
pub(crate) struct Listing {
    /// Active or inactive users only.
    active: Option<bool>,
    /// Admins only.
    #[serde(default)]
    admins: bool,
    /// With emails that begin with this.
    email_prefix: Option<String>,
    /// With emails at this domain.
    email_domain: Option<String>,
    /// With usernames that begin with this.
    username_prefix: Option<String>,
    /// With each word of this text in their email, username or names, in any case.
    #[param(max_length = 255)]
    search: Option<String>,
    /// With this attribute, as `name=value`, or as `name` for any value. May be repeated.
    #[serde(default)]
    #[param(max_items = 16)]
    attribute: Vec<String>,
    /// Created at this time or later.
    #[param(value_type = Option<String>, format = "date-time")]
    created_since: Option<Timestamp>,
    /// Created before.
    #[param(value_type = Option<String>, format = "date-time")]
    created_before: Option<Timestamp>,
    /// Created or changed at this time or later.
    #[param(value_type = Option<String>, format = "date-time")]
    changed_since: Option<Timestamp>,
    /// Last changed before.
    #[param(value_type = Option<String>, format = "date-time")]
    changed_before: Option<Timestamp>,
    /// Last seen at this time or later; users who were never seen count as seen at creation.
    #[param(value_type = Option<String>, format = "date-time")]
    seen_since: Option<Timestamp>,
    /// Last seen before; users who were never seen count as seen at creation.
    #[param(value_type = Option<String>, format = "date-time")]
    seen_before: Option<Timestamp>,
    /// Members of the workspace with this id or name.
    #[param(value_type = Option<String>)]
    workspace: Option<Place>,
    #[param(pattern = "^(email|username|created)$")]
    sort: Option<String>,
    #[serde(default)]
    descending: bool,
    /// Users of the page.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// The last page's `next`.
    after: Option<String>,
}

impl Listing {
    /// The query, and how many users its page may read.
    fn query(&self) -> Result<(UserQuery, usize), Failure> {
        let limit = page_limit(self.limit, UserQuery::LIMIT)?;
        let sort = match self.sort.as_deref() {
            None | Some("email") => Sort::Email,
            Some("username") => Sort::Username,
            Some("created") => Sort::Created,
            Some(_) => {
                let hint = "sort must be email, username or created";
                return Err(Failure::bad_request(hint));
            }
        };
        let all = UserQuery::new()
            .limit(limit)
            .sort(sort)
            .descending(self.descending);
        let mut query = all.clone();
        if let Some(place) = &self.workspace {
            query = query.member_of(place.workspace.clone(), None);
        }
        let mut names = BTreeSet::new();
        for attribute in &self.attribute {
            let (name, value) = match attribute.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (&**attribute, None),
            };
            if !names.insert(name) {
                // Of two conditions on it, one would be ignored.
                let message = format!("the attribute {} is named twice", quoted(name));
                return Err(Failure::bad_request(message));
            }
            query = query.attribute(name, value);
        }
        let query = query
            .active(self.active)
            .admins(self.admins.then_some(true))
            .email_prefix(self.email_prefix.as_deref())
            .email_domain(self.email_domain.as_deref())
            .username_prefix(self.username_prefix.as_deref())
            .search(self.search.as_deref())
            .created_since(self.created_since)
            .created_before(self.created_before)
            .changed_since(self.changed_since)
            .changed_before(self.changed_before)
            .seen_since(self.seen_since)
            .seen_before(self.seen_before);
        // With conditions, a page may have to read many users to find its own.
        let count = if query == all { limit } else { usize::MAX };
        Ok((query, count))
    }
}

/// A page of users, and the cursor of the next one.
pub(crate) async fn list(
    State(server): State<Server>,
    Asked(listing): Asked<Listing>,
) -> Rest<Json<Value>> {
    let (query, count) = listing.query()?;
    let page = server.read(count, move |server| {
        page_of(server, &query, listing.after.as_deref())
    });
    Ok(Json(json!(page.await?)))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewUser)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUserBody {
    #[schema(value_type = String, format = "email", required = true)]
    email: Option<String>,
    #[schema(format = "uuid")]
    id: Option<String>,
    username: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    active: Option<bool>,
    #[serde(default)]
    admin: bool,
    #[serde(default)]
    external_ids: BTreeMap<String, String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

impl NewUserBody {
    fn user(self) -> Result<NewUser, Failure> {
        let mut user = NewUser::new(self.email.unwrap_or_default())
            .active(self.active.unwrap_or(true))
            .admin(self.admin);
        if let Some(id) = self.id {
            user = user.id(id.parse::<UserId>()?);
        }
        if let Some(username) = self.username {
            user = user.username(username);
        }
        if let Some(name) = self.given_name {
            user = user.given_name(name);
        }
        if let Some(name) = self.family_name {
            user = user.family_name(name);
        }
        for (provisioner, id) in self.external_ids {
            user = user.external_id(provisioner, id);
        }
        for (name, value) in self.attributes {
            user = user.attribute(name, value);
        }
        Ok(user)
    }
}

pub(crate) async fn create(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(new): Body<NewUserBody>,
) -> Rest<Response> {
    if new.admin {
        caller.may(Scope::Admin)?;
    }
    let batch = with_request_id(Batch::new().create_user(new.user()?), &headers)?;
    let user = server
        .write(&caller, |directory| {
            user_of(directory, &directory.apply(batch)?)
        })
        .await?;
    let mut response = tagged(StatusCode::CREATED, user.version(), &*user);
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/users/{}", user.id())) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// The user of a batch with one operation, as they are afterwards.
fn user_of(directory: &Directory, applied: &Applied) -> Result<Arc<User>, Failure> {
    let gone = || Failure::new(StatusCode::GONE, "the user was deleted since");
    let id = subject(applied).ok_or_else(gone)?;
    match applied.user(id) {
        Some(user) => Ok(Arc::clone(user)),
        // The request was sent again, and the first result is not kept.
        None => directory.user_by_id(id)?.ok_or_else(gone),
    }
}

fn subject(applied: &Applied) -> Option<UserId> {
    match applied.outcomes.first()?.subject {
        Subject::User(id) => Some(id),
        _ => None,
    }
}

pub(crate) async fn show(
    State(server): State<Server>,
    At(name): At<String>,
    headers: HeaderMap,
) -> Rest<Response> {
    let user = user_named(&server.0.directory, &name)?;
    let is_by_id = name.parse::<UserId>().is_ok();
    Ok(read(&headers, is_by_id, user.version(), &*user)?)
}

/// The workspaces that the user is a member of.
pub(crate) async fn memberships(
    State(server): State<Server>,
    At(name): At<String>,
) -> Rest<Json<Value>> {
    let user = user_named(&server.0.directory, &name)?;
    let work = move |server: &Server| Ok(server.0.directory.workspaces_of(&*user)?);
    Ok(Json(json!({ "members": server.scan(work).await? })))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = UserChange)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, format = "email", required = false)]
    email: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    username: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    given_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    family_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    admin: Option<bool>,
    #[serde(default)]
    external_ids: BTreeMap<String, Option<String>>,
    #[serde(default)]
    attributes: BTreeMap<String, Option<String>>,
}

/// A member that is present, even if it is null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl UserPatch {
    fn update(&self) -> UserUpdate {
        let mut update = UserUpdate::new();
        if let Some(email) = &self.email {
            update = update.email(email);
        }
        if let Some(username) = &self.username {
            update = update.username(username.as_deref());
        }
        if let Some(name) = &self.given_name {
            update = update.given_name(name.as_deref());
        }
        if let Some(name) = &self.family_name {
            update = update.family_name(name.as_deref());
        }
        if let Some(admin) = self.admin {
            update = update.admin(admin);
        }
        for (provisioner, id) in &self.external_ids {
            update = update.external_id(provisioner, id.as_deref());
        }
        for (name, value) in &self.attributes {
            update = update.attribute(name, value.as_deref());
        }
        update
    }
}

/// Changes the fields in the body, as a merge patch does.
pub(crate) async fn update(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At(name): At<String>,
    headers: HeaderMap,
    Body(change): Body<UserPatch>,
) -> Rest<Response> {
    if change.admin.is_some() {
        caller.may(Scope::Admin)?;
    }
    let update = change.update();
    let batch = Batch::new().update_user(&*name, update);
    operate(&server, &caller, &headers, batch).await
}

pub(crate) async fn activate(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At(name): At<String>,
    headers: HeaderMap,
) -> Rest<Response> {
    operate(
        &server,
        &caller,
        &headers,
        Batch::new().activate_user(&*name),
    )
    .await
}

pub(crate) async fn deactivate(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At(name): At<String>,
    Asked(leaving): Asked<Leaving>,
    headers: HeaderMap,
) -> Rest<Response> {
    let batch = leaving.allowing(Batch::new().deactivate_user(&*name));
    operate(&server, &caller, &headers, batch).await
}

/// Applies a batch for one user. The batch names the user as the request does, so a request that
/// is sent again makes the same batch even if the user is gone or has another name.
async fn operate(
    server: &Server,
    caller: &Caller,
    headers: &HeaderMap,
    batch: Batch,
) -> Rest<Response> {
    let batch = Conditional::new(batch, headers)?;
    let user = server
        .write(caller, |directory| {
            user_of(directory, &batch.apply(directory)?)
        })
        .await?;
    Ok(tagged(StatusCode::OK, user.version(), &*user))
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct Leaving {
    /// Whether workspaces may be left without an active owner.
    #[serde(default)]
    allow_ownerless: bool,
}

impl Leaving {
    fn allowing(&self, batch: Batch) -> Batch {
        batch.allow_ownerless(self.allow_ownerless)
    }
}

pub(crate) async fn delete(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    At(name): At<String>,
    Asked(leaving): Asked<Leaving>,
    headers: HeaderMap,
) -> Rest<Response> {
    let batch = leaving.allowing(Batch::new().delete_user(&*name));
    let batch = Conditional::new(batch, &headers)?;
    server
        .write(&caller, |directory| Ok(batch.apply(directory)?))
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
