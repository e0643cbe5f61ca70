//! Which users a list shows: by an index where there is one, and by any part of an email,
//! name or username otherwise.

use std::fmt::Write;
use std::sync::Arc;

use headcount::{Directory, Sort, User, UserId, UserQuery};
use serde::Deserialize;

use super::view::encoded;

/// Users of a page.
const LIMIT: usize = 50;
/// Users that a search finds; with more it has to be narrowed down.
const FOUND_MAX: usize = 1_000;

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Search {
    pub(super) q: String,
    /// `active`, `inactive`, or all.
    pub(super) state: String,
    /// `admins`, or all.
    pub(super) role: String,
    pub(super) sort: String,
    pub(super) order: String,
    pub(super) after: String,
}

/// A page of users.
pub(super) struct Found {
    pub(super) users: Vec<Arc<User>>,
    /// The cursor of the next page.
    pub(super) next: Option<String>,
    /// Whether there are more than a search gives.
    pub(super) is_cut: bool,
}

impl Search {
    /// The address of this list, from another page of it on.
    pub(super) fn address(&self, after: &str) -> String {
        let mut address = "/admin?".to_owned();
        for (name, value) in [
            ("q", self.q.as_str()),
            ("state", &self.state),
            ("role", &self.role),
            ("sort", &self.sort),
            ("order", &self.order),
            ("after", after),
        ] {
            if !value.is_empty() {
                // Writing to a string can't fail.
                let _ = write!(address, "{name}={}&", encoded(value));
            }
        }
        address.pop();
        address
    }

    /// The address with another order: that of `sort`, and the other way round where it is
    /// that already.
    pub(super) fn sorted_by(&self, sort: &str) -> String {
        let is_it = self.sort == sort || (self.sort.is_empty() && sort == "email");
        let order = if is_it && self.order.is_empty() {
            "down"
        } else {
            ""
        };
        let other = Self {
            sort: sort.to_owned(),
            order: order.to_owned(),
            ..self.clone()
        };
        other.address("")
    }

    pub(super) fn find(&self, directory: &Directory) -> headcount::Result<Found> {
        let wanted = self.q.trim();
        if wanted.is_empty() {
            let page = directory.query(&self.query())?;
            return Ok(Found {
                users: page.users,
                next: page.next,
                is_cut: false,
            });
        }
        if let Ok(id) = wanted.parse::<UserId>() {
            let user = directory.user_by_id(id)?;
            return Ok(Found {
                users: user.into_iter().collect(),
                next: None,
                is_cut: false,
            });
        }
        self.scan(directory, &wanted.to_lowercase())
    }

    fn query(&self) -> UserQuery {
        let mut query = UserQuery::new()
            .limit(LIMIT)
            .sort(match self.sort.as_str() {
                "username" => Sort::Username,
                "created" => Sort::Created,
                _ => Sort::Email,
            });
        query = match self.state.as_str() {
            "active" => query.active(true),
            "inactive" => query.active(false),
            _ => query,
        };
        if self.role == "admins" {
            query = query.admins(true);
        }
        query
            .descending(self.order == "down")
            .after(Some(&*self.after).filter(|after| !after.is_empty()))
    }

    /// Reads all users; the place of a page is how many were shown before.
    fn scan(&self, directory: &Directory, wanted: &str) -> headcount::Result<Found> {
        let mut users = Vec::new();
        let mut is_cut = false;
        for user in directory.users()? {
            let user = user?;
            if !self.admits(&user) || !contains(&user, wanted) {
                continue;
            }
            if users.len() == FOUND_MAX {
                is_cut = true;
                break;
            }
            users.push(user);
        }
        match self.sort.as_str() {
            "username" => users.sort_by_key(|user| user.username().to_lowercase()),
            "created" => users.sort_by_key(|user| user.created_at()),
            _ => {}
        }
        if self.order == "down" {
            users.reverse();
        }
        let start = self.after.parse::<usize>().unwrap_or(0).min(users.len());
        let end = users.len().min(start + LIMIT);
        let next = (end < users.len()).then(|| end.to_string());
        users.truncate(end);
        users.drain(..start);
        Ok(Found {
            users,
            next,
            is_cut,
        })
    }

    fn admits(&self, user: &User) -> bool {
        let has_state = match self.state.as_str() {
            "active" => user.is_active(),
            "inactive" => !user.is_active(),
            _ => true,
        };
        has_state && (self.role != "admins" || user.is_admin())
    }
}

fn contains(user: &User, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    has(user.email().as_str())
        || has(user.username())
        || has(&super::view::full_name(user))
        || user.id().to_string().starts_with(wanted)
}
