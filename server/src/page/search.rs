//! Which users a list shows.

use std::fmt::Write;

use headcount::{Directory, Sort, UserId, UserPage, UserQuery};
use serde::Deserialize;

use super::view::encoded;

/// Users of a page.
const LIMIT: usize = 50;

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

    pub(super) fn find(&self, directory: &Directory) -> headcount::Result<UserPage> {
        let Ok(id) = self.q.trim().parse::<UserId>() else {
            return directory.query(&self.query());
        };
        let mut page = UserPage::default();
        page.users.extend(directory.user_by_id(id)?);
        Ok(page)
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
        query
            .descending(self.order == "down")
            .after(Some(&*self.after).filter(|after| !after.is_empty()))
    }
}
