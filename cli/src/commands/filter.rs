//! Users who meet every condition, read page by page.

use std::sync::Arc;

use headcount::{Timestamp, User, UserQuery};

use super::naming::find_workspace;
use crate::args::FilterArgs;
use crate::directory::Directory;
use crate::failure::Result;

/// Conditions: what the library's query has, and what is checked on each user.
pub(super) struct Filter {
    pub(super) query: UserQuery,
    rest: Vec<Condition>,
}

enum Condition {
    Attribute(String, Option<String>),
    CreatedBefore(Timestamp),
    ChangedBefore(Timestamp),
    /// A part of the email, the username or a name, in lower case.
    Has(String),
}

impl Filter {
    pub(super) fn of(directory: &Directory, args: &FilterArgs) -> Result<Self> {
        let mut query = UserQuery::new();
        if args.active {
            query = query.active();
        }
        if args.inactive {
            query = query.inactive();
        }
        if args.admin {
            query = query.admins();
        }
        if let Some(workspace) = &args.workspace {
            let workspace = find_workspace(directory, workspace)?;
            query = query.member_of(&workspace, args.role);
        }
        if let Some(prefix) = &args.email_prefix {
            query = query.email_prefix(prefix);
        }
        if let Some(domain) = &args.domain {
            query = query.email_domain(domain);
        }
        if let Some(prefix) = &args.username_prefix {
            query = query.username_prefix(prefix);
        }
        if let Some(moment) = args.created_since {
            query = query.created_since(moment);
        }
        if let Some(moment) = args.changed_since {
            query = query.changed_since(moment);
        }
        let mut rest = Vec::new();
        for attribute in &args.attribute {
            rest.push(match attribute.split_once('=') {
                Some((name, value)) => {
                    Condition::Attribute(name.to_owned(), Some(value.to_owned()))
                }
                None => Condition::Attribute(attribute.clone(), None),
            });
        }
        rest.extend(args.created_before.map(Condition::CreatedBefore));
        rest.extend(args.changed_before.map(Condition::ChangedBefore));
        Ok(Self { query, rest })
    }

    /// Only users who have `text` in their email, username or name.
    pub(super) fn and_has(mut self, text: &str) -> Self {
        self.rest.push(Condition::Has(text.to_lowercase()));
        self
    }

    /// Whether the query alone says who they are.
    pub(super) fn is_query(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn holds(&self, user: &User) -> bool {
        self.rest.iter().all(|condition| condition.holds(user))
    }

    /// Hands every user to `visit`, in the order of the query, until it is false.
    pub(super) fn each(
        &self,
        directory: &Directory,
        mut after: Option<String>,
        mut visit: impl FnMut(Arc<User>) -> Result<bool>,
    ) -> Result<()> {
        loop {
            let mut query = self.query.clone().limit(UserQuery::LIMIT_MAX);
            if let Some(cursor) = after.take() {
                query = query.after(cursor);
            }
            let page = directory.query(&query)?;
            for user in page.users {
                if self.holds(&user) && !visit(user)? {
                    return Ok(());
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }
}

impl Condition {
    fn holds(&self, user: &User) -> bool {
        match self {
            Self::Attribute(name, None) => user.attribute(name).is_some(),
            Self::Attribute(name, Some(value)) => user.attribute(name) == Some(value),
            Self::CreatedBefore(moment) => user.created_at() < *moment,
            Self::ChangedBefore(moment) => user.updated_at() < *moment,
            Self::Has(text) => has(user, text),
        }
    }
}

fn has(user: &User, text: &str) -> bool {
    let names = match (user.given_name(), user.family_name()) {
        (Some(given), Some(family)) => format!("{given} {family}"),
        (given, family) => given.or(family).unwrap_or_default().to_owned(),
    };
    [user.email().as_str(), user.username(), &names]
        .iter()
        .any(|field| field.to_lowercase().contains(text))
}
