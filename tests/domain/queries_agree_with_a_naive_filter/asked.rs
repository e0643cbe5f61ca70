//! Random queries, and their answers computed naively.

use std::collections::HashSet;
use std::sync::Arc;

use headcount::{Directory, Email, Role, Sort, Timestamp, User, UserQuery, Username, WorkspaceId};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::people::{MOMENTS, TEAMS, USERS};
use crate::helpers::{listed, roles};

const PREFIXES: [&str; 6] = ["", "a", "A.", "a.b", "b+", "A0@ex.c"];
const SEARCHES: [&str; 10] = [
    "",
    " ",
    "A",
    "b.",
    "kim",
    "LEE ås",
    "lee a0",
    "BÜCHER",
    "xn--bcher",
    "ex.co kim",
];

/// A query, to be run and to be answered naively.
#[derive(Clone, Debug)]
pub struct Asked {
    active: Option<bool>,
    admins: Option<bool>,
    workspace: Option<(usize, Option<Role>)>,
    email_prefix: Option<&'static str>,
    email_domain: Option<&'static str>,
    username_prefix: Option<&'static str>,
    search: Option<&'static str>,
    attributes: Vec<(&'static str, Option<&'static str>)>,
    created: [Option<u64>; 2],
    /// Times of the last changes of some users: since, and before.
    changed: [Option<Index>; 2],
    /// Times when some users were last seen.
    seen: [Option<Index>; 2],
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
    let names = (
        option::weighted(0.2, select(&PREFIXES[..])),
        option::weighted(0.2, select(domains)),
        option::weighted(0.2, select(&PREFIXES[..])),
        option::weighted(0.3, select(&SEARCHES[..])),
        vec(
            (select(&TEAMS[..]), option::of(select(&TEAMS[..]))),
            0..2_usize,
        ),
    );
    let created = || option::weighted(0.2, select(&MOMENTS[..]));
    let index = || option::weighted(0.15, any::<Index>());
    let conditions = (
        option::weighted(0.3, any::<bool>()),
        option::weighted(0.2, any::<bool>()),
        option::weighted(0.3, (0..2_usize, role)),
        names,
        [created(), created()],
        [index(), index()],
        [index(), index()],
    );
    let sort = select(vec![Sort::Email, Sort::Username, Sort::Created]);
    (conditions, sort, any::<bool>(), 1..20_usize).prop_map(|(c, sort, descending, limit)| Asked {
        active: c.0,
        admins: c.1,
        workspace: c.2,
        email_prefix: c.3.0,
        email_domain: c.3.1,
        username_prefix: c.3.2,
        search: c.3.3,
        attributes: c.3.4,
        created: c.4,
        changed: c.5,
        seen: c.6,
        sort,
        descending,
        limit,
    })
}

impl Asked {
    pub fn all(sort: Sort, descending: bool) -> Self {
        Self {
            active: None,
            admins: None,
            workspace: None,
            email_prefix: None,
            email_domain: None,
            username_prefix: None,
            search: None,
            attributes: Vec::new(),
            created: [None; 2],
            changed: [None; 2],
            seen: [None; 2],
            sort,
            descending,
            limit: USERS,
        }
    }

    /// Without the conditions on times that change when others write between two pages.
    pub fn stable(self) -> Self {
        Self {
            changed: [None; 2],
            seen: [None; 2],
            ..self
        }
    }

    pub fn query(&self, directory: &Directory, workspaces: &[WorkspaceId; 2]) -> UserQuery {
        let [created, changed, seen] = [
            self.created.map(|micros| micros.map(at)),
            self.changed.map(|index| changed_moment(directory, index)),
            self.seen.map(|index| seen_moment(directory, index)),
        ];
        let mut query = UserQuery::new()
            .active(self.active)
            .admins(self.admins)
            .email_prefix(self.email_prefix)
            .email_domain(self.email_domain)
            .username_prefix(self.username_prefix)
            .search(self.search)
            .created_since(created[0])
            .created_before(created[1])
            .changed_since(changed[0])
            .changed_before(changed[1])
            .seen_since(seen[0])
            .seen_before(seen[1])
            .sort(self.sort)
            .descending(self.descending)
            .limit(self.limit);
        if let Some((n, role)) = self.workspace {
            query = query.member_of(workspaces[n], role);
        }
        for (name, value) in &self.attributes {
            query = query.attribute(*name, *value);
        }
        query
    }

    /// The expected answer: all users, filtered and sorted.
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
        let created = self.created.map(|micros| micros.map(at));
        let changed = self.changed.map(|index| changed_moment(directory, index));
        let seen = self.seen.map(|index| seen_moment(directory, index));
        users.retain(|user| {
            let starts = |text: &str, prefix: Option<&str>| {
                prefix.is_none_or(|prefix| text.starts_with(&prefix.to_lowercase()))
            };
            self.active.is_none_or(|active| active == user.is_active())
                && self.admins.is_none_or(|admins| admins == user.is_admin())
                && members
                    .as_ref()
                    .is_none_or(|members| members.contains(&user.id()))
                && starts(user.email().key(), self.email_prefix)
                && starts(&username_key(user), self.username_prefix)
                && domain
                    .as_deref()
                    .is_none_or(|domain| user.email().domain() == domain)
                && self.search.is_none_or(|text| has_words(user, text))
                && self.attributes.iter().all(|(name, value)| {
                    let found = user.attribute(name);
                    found.is_some() && (value.is_none() || found == *value)
                })
                && is_within(user.created_at(), created)
                && is_within(user.updated_at(), changed)
                && is_within(seen_at(directory, user), seen)
        });
        match self.sort {
            Sort::Email => users.sort_by_key(|user| user.email().key().to_owned()),
            Sort::Username => users.sort_by_key(|user| username_key(user)),
            Sort::Created => users.sort_by_key(|user| (user.created_at(), user.id())),
            other => panic!("{other:?} has no order here"),
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
            other => panic!("{other:?} has no order here"),
        }
    }
}

fn at(micros: u64) -> Timestamp {
    Timestamp::from_unix_micros(micros).unwrap()
}

fn is_within(at: Timestamp, [since, before]: [Option<Timestamp>; 2]) -> bool {
    since.is_none_or(|since| since <= at) && before.is_none_or(|before| at < before)
}

fn some_user(directory: &Directory, index: Option<Index>) -> Option<Arc<User>> {
    let users = listed(directory);
    let index = index.filter(|_| !users.is_empty())?;
    Some(Arc::clone(&users[index.index(users.len())]))
}

fn changed_moment(directory: &Directory, index: Option<Index>) -> Option<Timestamp> {
    Some(some_user(directory, index)?.updated_at())
}

fn seen_moment(directory: &Directory, index: Option<Index>) -> Option<Timestamp> {
    Some(seen_at(directory, &*some_user(directory, index)?))
}

/// A user who was never seen counts as seen at creation.
fn seen_at(directory: &Directory, user: &User) -> Timestamp {
    let seen = directory.last_seen(user).unwrap();
    seen.unwrap_or(user.created_at())
}

fn has_words(user: &User, text: &str) -> bool {
    let (email, username) = (user.email(), user.username());
    let names = [user.given_name(), user.family_name()];
    let mut texts = vec![email.as_str(), email.key(), username];
    texts.extend(names.into_iter().flatten());
    let has = |word: &str| {
        let word = word.to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&word))
    };
    text.split_whitespace().all(has)
}

fn username_key(user: &User) -> String {
    match Username::parse(user.username()) {
        Ok(name) => name.key().to_owned(),
        Err(_) => user.email().key().to_owned(),
    }
}

/// The domain as it appears in emails; a text that is not a domain matches no email.
fn domain_key(text: &str) -> String {
    Email::parse(&format!("x@{text}")).map_or(text.to_owned(), |email| email.domain().to_owned())
}
