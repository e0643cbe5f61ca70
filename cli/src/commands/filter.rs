//! Users who meet every condition, read page by page.

use std::sync::Arc;

use headcount::{Timestamp, User, UserQuery};

use super::naming::find_workspace;
use crate::args::FilterArgs;
use crate::directory::Directory;
use crate::failure::{Failure, Result};

/// Refuses two conditions that nothing can meet: since a time that is not before the end.
pub(super) fn refuse_empty(
    since: &str,
    from: Option<Timestamp>,
    before: &str,
    to: Option<Timestamp>,
) -> Result<()> {
    match (from, to) {
        (Some(from), Some(to)) if from >= to => Err(Failure::refused(
            "usage",
            format!(
                "nothing is since {from} and before {to}; give --{since} a time that is earlier \
                 than that of --{before}, or leave one of them out"
            ),
        )),
        _ => Ok(()),
    }
}

/// The query that these conditions make.
pub(super) fn query_of(directory: &Directory, args: &FilterArgs) -> Result<UserQuery> {
    for (since, from, before, to) in [
        (
            "created-since",
            args.created_since,
            "created-before",
            args.created_before,
        ),
        (
            "changed-since",
            args.changed_since,
            "changed-before",
            args.changed_before,
        ),
        (
            "seen-since",
            args.seen_since,
            "inactive-since",
            args.inactive_since,
        ),
    ] {
        refuse_empty(since, from, before, to)?;
    }
    let active = match (args.active, args.inactive) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    let mut query = UserQuery::new()
        .active(active)
        .admins(args.admin.then_some(true))
        .email_prefix(args.email_prefix.as_deref())
        .email_domain(args.domain.as_deref())
        .username_prefix(args.username_prefix.as_deref())
        .created_since(args.created_since)
        .created_before(args.created_before)
        .changed_since(args.changed_since)
        .changed_before(args.changed_before)
        .seen_since(args.seen_since)
        .seen_before(args.inactive_since);
    if let Some(workspace) = &args.workspace {
        let workspace = find_workspace(directory, workspace)?;
        query = query.member_of(&workspace, args.role);
    }
    for attribute in &args.attribute {
        query = match attribute.split_once('=') {
            Some((name, value)) => query.attribute(name, value),
            None => query.attribute(attribute, None),
        };
    }
    Ok(query)
}

/// Calls `visit` with every user, in the order of the query, until it returns false.
pub(super) fn each(
    directory: &Directory,
    query: &UserQuery,
    mut visit: impl FnMut(Arc<User>) -> Result<bool>,
) -> Result<()> {
    let mut query = query.clone().limit(UserQuery::LIMIT_MAX);
    loop {
        let page = directory.query(&query)?;
        for user in page.users {
            if !visit(user)? {
                return Ok(());
            }
        }
        match page.next {
            Some(next) => query = query.after(&*next),
            None => return Ok(()),
        }
    }
}
