//! The filters and the order of the list of users.

use std::fmt::Write;
use std::sync::Arc;

use headcount::{Sort, User, UserId, UserQuery, quoted};
use serde::Deserialize;

use super::view::encoded;
use crate::door::{Failure, cut};
use crate::server::Server;

/// Users of a page.
const LIMIT: usize = 50;

const STATES: [&str; 2] = ["active", "inactive"];
const ROLES: [&str; 1] = ["admins"];
const SORTS: [&str; 3] = ["email", "username", "created"];
const ORDERS: [&str; 1] = ["down"];

/// The query of the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Search {
    pub(super) q: String,
    /// One of [`STATES`]; all if it is empty.
    pub(super) state: String,
    /// One of [`ROLES`]; all if it is empty.
    pub(super) role: String,
    /// One of [`SORTS`]; by email if it is empty.
    pub(super) sort: String,
    /// One of [`ORDERS`]; ascending if it is empty.
    pub(super) order: String,
    /// The cursor of the page.
    pub(super) after: String,
}

/// A page of the list.
#[derive(Default)]
pub(super) struct Found {
    pub(super) users: Vec<Arc<User>>,
    /// The cursor of the next page.
    pub(super) next: Option<String>,
    /// Whether the cursor belongs to another list, so that this is the first page.
    pub(super) is_lost: bool,
}

impl Search {
    /// The address of this list's page at a cursor.
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

    /// The address of this list ordered by `sort`; reversed if that is its order already.
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

    /// Refuses values that the page does not have: to show another list than the address says
    /// would mislead.
    fn check(&self) -> Result<(), Failure> {
        for (name, value, known) in [
            ("state", &self.state, &STATES[..]),
            ("role", &self.role, &ROLES),
            ("sort", &self.sort, &SORTS),
            ("order", &self.order, &ORDERS),
        ] {
            if !value.is_empty() && !known.contains(&&**value) {
                let known = known.join(", ");
                let message = format!(
                    "{name} can be {known}, or left out, but not {}",
                    quoted(&cut(value))
                );
                return Err(Failure::bad_request(message));
            }
        }
        Ok(())
    }

    pub(super) fn find(&self, server: &Server) -> Result<Found, Failure> {
        self.check()?;
        let directory = &server.0.directory;
        if let Ok(id) = self.q.trim().parse::<UserId>() {
            let user = directory.user_by_id(id)?;
            return Ok(Found {
                users: user.into_iter().filter(|user| self.is_met(user)).collect(),
                is_lost: !self.after.is_empty(),
                ..Found::default()
            });
        }
        let (cursors, query) = (&server.0.cursors, self.query());
        let cursor = Some(&*self.after).filter(|cursor| !cursor.is_empty());
        let page = cursors.page(directory, &query, cursor)?;
        let is_lost = page.is_none();
        let page = match page {
            None => cursors.page(directory, &query, None)?.unwrap_or_default(),
            Some(page) => page,
        };
        Ok(Found {
            users: page.users,
            next: page.next,
            is_lost,
        })
    }

    /// Whether a user has the state and the role.
    fn is_met(&self, user: &User) -> bool {
        let is_wanted = match self.state.as_str() {
            "active" => user.is_active(),
            "inactive" => !user.is_active(),
            _ => true,
        };
        is_wanted && (self.role.is_empty() || user.is_admin())
    }

    fn query(&self) -> UserQuery {
        let mut query =
            UserQuery::new()
                .search(&*self.q)
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
        query.descending(self.order == "down")
    }
}
