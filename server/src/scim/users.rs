//! `/scim/v2/Users`.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use headcount::{Batch, Directory, ErrorKind, Sort, User, UserId, UserQuery};
use serde_json::{Map, Value};

use super::filter::Filter;
use super::listing::{Listed, Parameters, SearchRequest, answer};
use super::narrowing::narrowed;
use super::patch::PatchRequest;
use super::path::entry;
use super::schema::ResourceType;
use super::user::{WantedUser, groups, is_alias, shown};
use super::user_names::Claim;
use super::{ATTEMPTS, Document, Scim, ScimRequest, not_found, resource};
use crate::door::Failure;
use crate::server::Server;

/// Users that are skipped at a time on the way to a page.
const STRIDE: usize = UserQuery::LIMIT_MAX;

pub(crate) async fn list(asking: ScimRequest) -> Scim<Response> {
    let parameters = asking.parameters.clone();
    answer(asking, parameters, find).await
}

pub(crate) async fn search(
    asking: ScimRequest,
    Document(search): Document<SearchRequest>,
) -> Scim<Response> {
    let parameters = Parameters::of_search(&search)?;
    answer(asking, parameters, find).await
}

/// The users that a request asks for, active or not.
pub(super) fn find(asking: &ScimRequest, parameters: &Parameters) -> Result<Listed, Failure> {
    parameters.check_filter(ResourceType::User)?;
    let directory = &asking.server.0.directory;
    let narrowed = narrowed(
        parameters.filter.as_ref(),
        UserQuery::new().sort(Sort::Created),
    );
    let query = narrowed.query;
    if let (Some(filter), false) = (&parameters.filter, narrowed.is_exact) {
        let mut matches = Vec::new();
        let is_name = matches!(filter, Filter::Compare(path, ..) if path.is("userName"));
        let candidates = candidates(asking, filter)?;
        let is_certain = is_name && candidates.is_some();
        let mut check = |user: &User| {
            let user = whole(asking, user, parameters)?;
            if is_certain || filter.holds(&user) {
                matches.push(user);
            }
            Ok::<_, Failure>(())
        };
        match candidates {
            Some(users) => users.iter().try_for_each(|user| check(user))?,
            None => each(directory, query, check)?,
        }
        return Ok(parameters.page(matches));
    }
    let users = page(&asking.server, &query, parameters)?;
    let total = directory.count(&query)?;
    Ok(Listed {
        total: usize::try_from(total).unwrap_or(usize::MAX),
        resources: users
            .iter()
            .map(|user| whole(asking, user, parameters))
            .collect::<Result<_, _>>()?,
    })
}

/// Visits all users of a query, page by page.
fn each(
    directory: &Directory,
    query: UserQuery,
    mut visit: impl FnMut(&User) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut query = query.limit(STRIDE);
    loop {
        let page = directory.query(&query)?;
        page.users.iter().try_for_each(|user| visit(user))?;
        match page.next {
            Some(next) => query = query.after(&*next),
            None => return Ok(()),
        }
    }
}

/// The users that the filter may match, if an index finds them.
fn candidates(asking: &ScimRequest, filter: &Filter) -> Result<Option<Vec<Arc<User>>>, Failure> {
    let directory = &asking.server.0.directory;
    if let Some(id) = filter.required(&|path| path.is("id")) {
        let id: Option<UserId> = id.parse().ok();
        let user = id.map(|id| directory.user_by_id(id)).transpose()?;
        return Ok(Some(user.flatten().into_iter().collect()));
    }
    if let Some(id) = filter.required(&|path| path.is("externalId")) {
        let user = directory.user_by_external_id(&asking.provisioner(), id)?;
        return Ok(Some(user.into_iter().collect()));
    }
    if let Some(name) = filter.required(&|path| path.is("userName")) {
        let mut users = asking.server.0.user_names.find(directory, name)?;
        let user = directory.user_by_username(name)?;
        users.extend(user.filter(|user| users.iter().all(|other| other.id() != user.id())));
        return Ok(Some(users));
    }
    if let Some(email) = filter.required(&|path| path.is("emails")) {
        let mut users = asking.server.0.user_names.find_by_email(directory, email)?;
        let user = directory.user_by_email(email)?;
        users.extend(user.filter(|user| users.iter().all(|other| other.id() != user.id())));
        return Ok(Some(users));
    }
    Ok(None)
}

fn page(
    server: &Server,
    query: &UserQuery,
    parameters: &Parameters,
) -> Result<Vec<Arc<User>>, Failure> {
    if parameters.count == 0 {
        return Ok(Vec::new());
    }
    let directory = &server.0.directory;
    let page_start = |start| (query.clone(), start);
    let mut query = query.clone();
    if let Some(cursor) = server.0.page_starts.find(&page_start(parameters.start)) {
        query = query.after(&*cursor);
    } else {
        let mut left = parameters.start - 1;
        while left > 0 {
            let passed = directory.query(&query.clone().limit(left.min(STRIDE)))?;
            let Some(next) = passed.next else {
                return Ok(Vec::new());
            };
            left -= passed.users.len();
            query = query.after(&*next);
        }
    }
    let page = directory.query(&query.limit(parameters.count))?;
    if let Some(next) = page.next {
        let start = page_start(parameters.start + page.users.len());
        server.0.page_starts.remember(start, next);
    }
    Ok(page.users)
}

/// The resource, with the groups if they are requested.
fn whole(
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
    let work = move |server: &Server| {
        let user = existing(&server.0.directory, &id)?;
        answered(&asking, StatusCode::OK, &user)
    };
    Ok(server.scan(work).await?)
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
    Ok(server.write(&caller, work).await?)
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

/// Reserves a user name that the directory does not accept, so that it is not assigned twice.
fn claim<'a>(
    server: &'a Server,
    directory: &Directory,
    wanted: &WantedUser,
    user: Option<&User>,
) -> Result<Option<Claim<'a>>, Failure> {
    let name = wanted.alias().unwrap_or_else(|| wanted.user_name());
    if !is_alias(name) {
        return Ok(None);
    }
    let taken = || Failure {
        kind: Some(ErrorKind::UsernameTaken),
        ..Failure::new(
            StatusCode::CONFLICT,
            format!("another user has the userName {name:?}"),
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
        let mut resource = shown(user, &provisioner, &base);
        request.apply(ResourceType::User, &mut resource)?;
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
            check_version(if_match.as_deref(), &user)?;
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
    Ok(server.write(&caller, work).await?)
}

/// Refuses a user who has none of the versions that a request requires.
fn check_version(wanted: Option<&[u64]>, user: &User) -> Result<(), Failure> {
    let found = user.version();
    let Some(wanted) = wanted.filter(|wanted| !wanted.contains(&found)) else {
        return Ok(());
    };
    let expected = wanted.last().copied().unwrap_or_default();
    Err(Failure {
        kind: Some(ErrorKind::Conflict { expected, found }),
        ..Failure::new(
            StatusCode::PRECONDITION_FAILED,
            format!("the version is {found}, not {expected}; read the user again"),
        )
    })
}

fn others_are_faster() -> Failure {
    Failure::busy("others change this user all the time; try again in a second")
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
            check_version(if_match.as_deref(), &user)?;
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
    asking.server.write(&asking.caller, work).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
