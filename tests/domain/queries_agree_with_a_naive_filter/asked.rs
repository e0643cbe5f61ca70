//! Random queries, and their answers by hand.

use std::collections::HashSet;
use std::sync::Arc;

use headcount::{Directory, Email, Role, Sort, Timestamp, User, UserQuery, Username, WorkspaceId};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::people::{MOMENTS, USERS};
use crate::helpers::{listed, roles};

const PREFIXES: [&str; 6] = ["", "a", "A.", "a.b", "b+", "A0@ex.c"];

/// A query, to be asked and to be answered by hand.
#[derive(Clone, Debug)]
pub struct Asked {
    active: Option<bool>,
    admins: bool,
    workspace: Option<(usize, Option<Role>)>,
    email_prefix: Option<&'static str>,
    email_domain: Option<&'static str>,
    username_prefix: Option<&'static str>,
    created_since: Option<u64>,
    /// The time of the last change of some user.
    pub changed_since: Option<Index>,
    pub sort: Sort,
    pub descending: bool,
    pub limit: usize,
}

pub fn asked() -> impl Strategy<Value = Asked> {
    let role = option::of(select(vec![Role::Owner, Role::User]));
    let domains = vec![
        "EX.co",
        "ex.com",
        "xn--bcher-kva.example",
        "BÜCHER.example",
        "co",
        "?",
    ];
    let conditions = (
        option::weighted(0.3, any::<bool>()),
        prop::bool::weighted(0.2),
        option::weighted(0.3, (0..2_usize, role)),
        option::weighted(0.3, select(&PREFIXES[..])),
        option::weighted(0.3, select(domains)),
        option::weighted(0.3, select(&PREFIXES[..])),
        option::weighted(0.3, select(&MOMENTS[..])),
        option::weighted(0.2, any::<Index>()),
    );
    let sort = select(vec![Sort::Email, Sort::Username, Sort::Created]);
    (conditions, sort, any::<bool>(), 1..20_usize).prop_map(|(c, sort, descending, limit)| Asked {
        active: c.0,
        admins: c.1,
        workspace: c.2,
        email_prefix: c.3,
        email_domain: c.4,
        username_prefix: c.5,
        created_since: c.6,
        changed_since: c.7,
        sort,
        descending,
        limit,
    })
}

impl Asked {
    pub fn all(sort: Sort, descending: bool) -> Self {
        Self {
            active: None,
            admins: false,
            workspace: None,
            email_prefix: None,
            email_domain: None,
            username_prefix: None,
            created_since: None,
            changed_since: None,
            sort,
            descending,
            limit: USERS,
        }
    }

    pub fn query(&self, directory: &Directory, workspaces: &[WorkspaceId; 2]) -> UserQuery {
        let mut query = UserQuery::new().sort(self.sort).limit(self.limit);
        if self.descending {
            query = query.descending();
        }
        query = match self.active {
            Some(true) => query.active(),
            Some(false) => query.inactive(),
            None => query,
        };
        if self.admins {
            query = query.admins();
        }
        if let Some((n, role)) = self.workspace {
            query = query.member_of(workspaces[n], role);
        }
        if let Some(prefix) = self.email_prefix {
            query = query.email_prefix(prefix);
        }
        if let Some(domain) = self.email_domain {
            query = query.email_domain(domain);
        }
        if let Some(prefix) = self.username_prefix {
            query = query.username_prefix(prefix);
        }
        if let Some(moment) = self.created_since {
            query = query.created_since(Timestamp::from_unix_micros(moment).unwrap());
        }
        if let Some(moment) = self.changed_moment(directory) {
            query = query.changed_since(moment);
        }
        query
    }

    fn changed_moment(&self, directory: &Directory) -> Option<Timestamp> {
        let users = listed(directory);
        let index = self.changed_since.filter(|_| !users.is_empty())?;
        Some(users[index.index(users.len())].updated_at())
    }

    /// The answer to it: all users, filtered and sorted.
    pub fn matches(&self, directory: &Directory, workspaces: &[WorkspaceId; 2]) -> Vec<Arc<User>> {
        let mut users = listed(directory);
        let members = self.workspace.map(|(n, role)| {
            let mut members = roles(directory, workspaces[n]);
            members.retain(|(_, has)| role.is_none_or(|role| *has == role));
            members
                .into_iter()
                .map(|(user, _)| user)
                .collect::<HashSet<_>>()
        });
        let domain = self.email_domain.map(domain_key);
        let changed = self.changed_moment(directory);
        users.retain(|user| {
            let created = user.created_at().as_unix_micros();
            let starts = |text: &str, prefix: Option<&str>| {
                prefix.is_none_or(|prefix| text.starts_with(&prefix.to_lowercase()))
            };
            self.active.is_none_or(|active| active == user.is_active())
                && (!self.admins || user.is_admin())
                && members
                    .as_ref()
                    .is_none_or(|members| members.contains(&user.id()))
                && starts(user.email().key(), self.email_prefix)
                && starts(&username_key(user), self.username_prefix)
                && domain
                    .as_deref()
                    .is_none_or(|domain| user.email().domain() == domain)
                && self.created_since.is_none_or(|moment| created >= moment)
                && changed.is_none_or(|moment| user.updated_at() >= moment)
        });
        match self.sort {
            Sort::Email => users.sort_by_key(|user| user.email().key().to_owned()),
            Sort::Username => users.sort_by_key(|user| username_key(user)),
            Sort::Created => users.sort_by_key(|user| (user.created_at(), user.id())),
        }
        if self.descending {
            users.reverse();
        }
        users
    }

    pub fn comes_before(&self, first: &User, second: &User) -> bool {
        let (first, second) = if self.descending {
            (second, first)
        } else {
            (first, second)
        };
        match self.sort {
            Sort::Email => first.email().key() < second.email().key(),
            Sort::Username => username_key(first) < username_key(second),
            Sort::Created => (first.created_at(), first.id()) < (second.created_at(), second.id()),
        }
    }
}

fn username_key(user: &User) -> String {
    match Username::parse(user.username()) {
        Ok(name) => name.key().to_owned(),
        Err(_) => user.email().key().to_owned(),
    }
}

/// The domain as it stands in emails; what is none is no email's.
fn domain_key(text: &str) -> String {
    Email::parse(&format!("x@{text}")).map_or(text.to_owned(), |email| email.domain().to_owned())
}
