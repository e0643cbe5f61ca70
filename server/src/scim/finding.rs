//! Finds the users that a request for a list asks for: by an index if the filter allows it.

use std::sync::Arc;

use headcount::{Directory, Sort, User, UserId, UserQuery};

use super::ScimRequest;
use super::filter::Filter;
use super::listing::{Listed, Parameters};
use super::narrowing::narrowed;
use super::schema::ResourceType;
use super::users::{has_few_groups, whole};
use crate::door::Failure;
use crate::server::{Server, Shared};

/// Users that are skipped at a time on the way to a page.
const STRIDE: usize = UserQuery::LIMIT_MAX;

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

/// Whether `find` reads only a few users, which an index finds, with few groups.
pub(super) fn is_short(asking: &ScimRequest, parameters: &Parameters) -> bool {
    let Some(filter) = parameters.filter.as_ref() else {
        return false;
    };
    let required = |name: &str| filter.required(&|path| path.is(name));
    let is_one = required("id").or_else(|| required("externalId")).is_some();
    let Shared {
        directory,
        user_names,
        ..
    } = &*asking.server.0;
    let text = required("userName").or_else(|| required("emails"));
    let is_few = is_one || text.is_some_and(|text| user_names.finds_few(directory, text));
    is_few
        && matches!(candidates(asking, filter), Ok(Some(users)) if has_few_groups(asking, parameters, &users))
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
