//! `/scim/v2/Users`.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use headcount::{Batch, Directory, ErrorKind, User, UserId, quoted};
use serde_json::{Map, Value};

use super::finding::{find, is_short};
use super::listing::{Parameters, SearchRequest, answer};
use super::patch::PatchRequest;
use super::path::entry;
use super::schema::ResourceType;
use super::user::{ScimRecord, WantedUser, groups, is_alias, shown};
use super::user_names::Claim;
use super::{ATTEMPTS, Document, Scim, ScimRequest, not_found, not_modified, resource, write};
use crate::door::Failure;
use crate::preconditions;
use crate::server::{INLINE_MAX, Server};

pub(crate) async fn list(asking: ScimRequest) -> Scim<Response> {
    let parameters = asking.parameters.clone();
    let is_short = is_short(&asking, &parameters);
    answer(asking, parameters, is_short, find).await
}

pub(crate) async fn search(
    asking: ScimRequest,
    Document(search): Document<SearchRequest>,
) -> Scim<Response> {
    let parameters = Parameters::of_search(&search)?;
    let is_short = is_short(&asking, &parameters);
    answer(asking, parameters, is_short, find).await
}

/// The resource, with the groups if they are requested.
pub(super) fn whole(
    asking: &ScimRequest,
    user: &User,
    parameters: &Parameters,
) -> Result<Map<String, Value>, Failure> {
    let mut resource = shown(user, &asking.provisioner(), &asking.base);
    if parameters.needs("groups") {
        let groups = groups(&asking.server.0.directory, user, &asking.base)?;
        if groups.as_array().is_some_and(|groups| !groups.is_empty()) {
            resource.insert("groups".to_owned(), groups);
        }
    }
    Ok(resource)
}

/// The response with a user, which may read many groups.
fn answered(asking: &ScimRequest, status: StatusCode, user: &User) -> Result<Response, Failure> {
    let shown = whole(asking, user, &asking.parameters)?;
    Ok(resource(status, asking, shown))
}

fn existing(directory: &Directory, id: &str) -> Result<Arc<User>, Failure> {
    let user = match id.parse::<UserId>() {
        Ok(id) => directory.user_by_id(id)?,
        Err(_) => None,
    };
    user.ok_or_else(|| not_found(ResourceType::User, id))
}

pub(crate) async fn show(asking: ScimRequest, Path(id): Path<String>) -> Scim<Response> {
    let server = asking.server.clone();
    let user = existing(&server.0.directory, &id)?;
    let is_short = has_few_groups(&asking, &asking.parameters, &[Arc::clone(&user)]);
    let work = move |_: &Server| {
        preconditions::check(asking.if_match()?.as_deref(), user.version())?;
        // The version does not cover the groups.
        let is_versioned = !asking.parameters.needs("groups");
        if is_versioned && preconditions::has_copy(&asking.headers, user.version())? {
            let shown = whole(&asking, &user, &asking.parameters)?;
            return Ok(not_modified(&shown));
        }
        answered(&asking, StatusCode::OK, &user)
    };
    Ok(server.read_if_short(is_short, work).await?)
}

/// Whether these users are shown with few groups, or with none.
pub(super) fn has_few_groups(
    asking: &ScimRequest,
    parameters: &Parameters,
    users: &[Arc<User>],
) -> bool {
    if !parameters.needs("groups") {
        return true;
    }
    let mut left = INLINE_MAX;
    users.iter().all(|user| {
        let directory = &asking.server.0.directory;
        let groups = directory.workspaces_of_up_to(user.id(), left + 1);
        let rest = groups
            .ok()
            .and_then(|groups| left.checked_sub(groups.len()));
        left = rest.unwrap_or_default();
        rest.is_some()
    })
}

pub(crate) async fn create(
    asking: ScimRequest,
    Document(resource): Document<Map<String, Value>>,
) -> Scim<Response> {
    let wanted = WantedUser::parse(resource, &asking.provisioner(), None)?;
    prepare(&asking).await?;
    let (server, caller) = (asking.server.clone(), asking.caller.clone());
    let work = move |directory: &Directory| {
        let server = &asking.server;
        let _claim = claim(server, directory, &wanted, None)?;
        let new = wanted.new_user();
        let created = match directory.create_user(new.clone()) {
            Err(error) if is_full(server, error.kind()) => directory.create_user(new.active(false)),
            created => created,
        };
        answered(&asking, StatusCode::CREATED, &*created?)
    };
    Ok(write(&server, &caller, work).await?)
}

/// Builds the index of user names before a write uses it.
async fn prepare(asking: &ScimRequest) -> Result<(), Failure> {
    if asking.server.0.user_names.is_read() {
        return Ok(());
    }
    let work = |server: &Server| Ok(server.0.user_names.read(&server.0.directory)?);
    asking.server.scan(work).await
}

/// Whether to create or change a user without a seat because none is free.
fn is_full(server: &Server, kind: ErrorKind) -> bool {
    server.0.config.scim_inactive_when_full && matches!(kind, ErrorKind::NoFreeSeat { .. })
}

/// Reserves a user name that the directory does not accept, so that it is not assigned twice. The name
/// that a user has already is not checked again: a change of something else must not fail because
/// another door gave that name away.
fn claim<'a>(
    server: &'a Server,
    directory: &Directory,
    wanted: &WantedUser,
    user: Option<&User>,
) -> Result<Option<Claim<'a>>, Failure> {
    let name = wanted.alias().unwrap_or_else(|| wanted.user_name());
    let has_it = |user: &User| {
        let record = ScimRecord::of(user);
        let own = record.alias_of(user).unwrap_or_else(|| user.username());
        own.to_lowercase() == name.to_lowercase()
    };
    if !is_alias(name) || user.is_some_and(has_it) {
        return Ok(None);
    }
    let taken = || Failure {
        kind: Some(ErrorKind::UsernameTaken),
        ..Failure::new(
            StatusCode::CONFLICT,
            format!("another user has the userName {}", quoted(name)),
        )
    };
    let claim = server.0.user_names.claim(name).ok_or_else(taken)?;
    let mut holders = server.0.user_names.find(directory, name)?;
    if wanted.alias().is_some() {
        holders.extend(directory.user_by_username(name)?);
    }
    let is_other = |holder: &Arc<User>| user.is_none_or(|user| user.id() != holder.id());
    if holders.iter().any(is_other) {
        return Err(taken());
    }
    Ok(Some(claim))
}

pub(crate) async fn replace(
    asking: ScimRequest,
    Path(id): Path<String>,
    Document(resource): Document<Map<String, Value>>,
) -> Scim<Response> {
    let provisioner = asking.provisioner();
    change(asking, id, move |user| {
        Ok(WantedUser::parse(
            resource.clone(),
            &provisioner,
            Some(user),
        )?)
    })
    .await
}

pub(crate) async fn update(
    asking: ScimRequest,
    Path(id): Path<String>,
    Document(body): Document<Map<String, Value>>,
) -> Scim<Response> {
    let request = PatchRequest::parse(&body)?;
    let (provisioner, base) = (asking.provisioner(), asking.base.clone());
    change(asking, id, move |user| {
        let before = shown(user, &provisioner, &base);
        let mut resource = before.clone();
        request.apply(ResourceType::User, &mut resource)?;
        if resource.get("emails") == before.get("emails") {
            // They stay as they were sent, which may be not at all.
            resource.remove("emails");
        }
        let has_id = entry(&resource, "externalId").is_some_and(|(_, id)| !id.is_null());
        let wanted = WantedUser::parse(resource, &provisioner, Some(user))?;
        Ok(if has_id {
            wanted
        } else {
            wanted.without_external_id()
        })
    })
    .await
}

/// Changes a user to the result of `edit`, and retries if somebody else changed them first, unless
/// the request requires a version.
async fn change(
    asking: ScimRequest,
    id: String,
    edit: impl Fn(&User) -> Result<WantedUser, Failure> + Send + 'static,
) -> Scim<Response> {
    let if_match = asking.if_match()?;
    prepare(&asking).await?;
    let (server, caller) = (asking.server.clone(), asking.caller.clone());
    let work = move |directory: &Directory| {
        let server = &asking.server;
        for _ in 0..ATTEMPTS {
            let user = existing(directory, &id)?;
            preconditions::check(if_match.as_deref(), user.version())?;
            let wanted = edit(&user)?;
            let _claim = claim(server, directory, &wanted, Some(&user))?;
            match apply(server, directory, &user, &wanted) {
                Err(Failure {
                    kind: Some(ErrorKind::Conflict { .. }),
                    ..
                }) => {}
                changed => return answered(&asking, StatusCode::OK, &*changed?),
            }
        }
        Err(others_are_faster())
    };
    Ok(write(&server, &caller, work).await?)
}

fn others_are_faster() -> Failure {
    Failure::busy("others keep changing this user; try again in a second")
}

fn apply(
    server: &Server,
    directory: &Directory,
    user: &Arc<User>,
    wanted: &WantedUser,
) -> Result<Arc<User>, Failure> {
    let update = wanted.update_of(user);
    let batch = |active: Option<bool>| {
        let mut batch = Batch::new().allow_ownerless(true);
        if let Some(update) = update.clone() {
            batch = batch
                .update_user(user.id(), update)
                .if_version(user.version());
        }
        let is_updated = update.is_some();
        batch = match active.filter(|active| *active != user.is_active()) {
            Some(true) => batch.activate_user(user.id()),
            Some(false) => batch.deactivate_user(user.id()),
            None => return batch,
        };
        if is_updated {
            return batch;
        }
        batch.if_version(user.version())
    };
    let applied = match directory.apply(batch(wanted.active)) {
        Err(error) if is_full(server, error.kind()) => directory.apply(batch(None)),
        applied => applied,
    }?;
    Ok(Arc::clone(applied.user(user.id()).unwrap_or(user)))
}

pub(crate) async fn delete(asking: ScimRequest, Path(id): Path<String>) -> Scim<Response> {
    let if_match = asking.if_match()?;
    let work = move |directory: &Directory| {
        for _ in 0..ATTEMPTS {
            let user = existing(directory, &id)?;
            preconditions::check(if_match.as_deref(), user.version())?;
            let mut batch = Batch::new().delete_user(user.id()).allow_ownerless(true);
            if if_match.is_some() {
                batch = batch.if_version(user.version());
            }
            match directory.apply(batch) {
                Err(error) if matches!(error.kind(), ErrorKind::Conflict { .. }) => {}
                done => return Ok(done?),
            }
        }
        Err(others_are_faster())
    };
    write(&asking.server, &asking.caller, work).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
