//! Queries for users.

mod conditions;
mod page;
mod times;

use std::collections::BTreeMap;

pub use self::page::{PageVisit, UserPage};
use super::workspace::WorkspaceRef;
use super::{Role, Timestamp};
use crate::error::{Error, ErrorKind, Result};

/// Maximum bytes of a search text.
const SEARCH_BYTES_MAX: usize = 255;

/// The order of the users in a page.
///
/// ```
/// use headcount::{Directory, Sort, UserQuery};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("bob@ex.co")?;
/// directory.create_user("ann@ex.co")?;
/// let newest = UserQuery::new().sort(Sort::Created).descending(true).limit(1);
/// assert_eq!(directory.query(&newest)?.users[0].email().as_str(), "ann@ex.co");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Sort {
    /// By the key of the email: the order in which users are stored.
    #[default]
    Email,
    /// By the key of the username.
    Username,
    /// By the time of creation, oldest first; by id if the times are the same.
    Created,
}

/// Which users to return, in what order and how many.
///
/// All conditions must hold; each can be set again, or dropped with `None`. A query reads one
/// index: that of its first condition in this table. The other conditions are checked on each
/// user read.
///
/// | condition | index |
/// | --- | --- |
/// | [`member_of`](Self::member_of) | the members, ordered by email |
/// | [`admins(true)`](Self::admins) | the admins, ordered by email |
/// | [`email_domain`](Self::email_domain) | the users of the domain, ordered by email |
/// | [`email_prefix`](Self::email_prefix) | the users with the prefix, ordered by email |
/// | [`active(false)`](Self::active) alone and by email, or at most one user in eight | the inactive users, ordered by email |
/// | [`username_prefix`](Self::username_prefix) | the users with the prefix, ordered by username |
/// | [`created_since`](Self::created_since) | the users since, and [before](Self::created_before), ordered by creation |
/// | [`changed_since`](Self::changed_since) | the users since, and [before](Self::changed_before) |
/// | none of these | all users in the order asked for |
///
/// **Cost**: where the index is in the order asked for, reading starts at the
/// cursor and ends when the page is full, so it costs a page, whatever the size
/// of the directory. Where it is not, the whole part of the index that the
/// condition names is read for each page.
///
/// [`search`](Self::search), [`attribute`](Self::attribute), [`seen_since`](Self::seen_since)
/// and [`seen_before`](Self::seen_before) have no index. They are checked on each user that
/// the other conditions leave, until the page is full: a search that finds few reads them
/// all. `seen_since` and `seen_before` also look up when each of those was last seen.
/// `cargo bench --bench queries` prints the time that each of them takes per user.
///
/// ```
/// use headcount::{Directory, NewUser, UserQuery};
///
/// let directory = Directory::in_memory()?;
/// for name in ["ann", "bob", "cho"] {
///     directory.create_user(format!("{name}@ex.co").as_str())?;
/// }
/// directory.deactivate_user("bob@ex.co")?;
///
/// let query = UserQuery::new().active(true).limit(1);
/// assert_eq!(directory.count(&query)?, 2);
/// let first = directory.query(&query)?;
/// assert_eq!(first.users[0].email().as_str(), "ann@ex.co");
/// let second = directory.query(&query.after(first.next.as_deref()))?;
/// assert_eq!(second.users[0].email().as_str(), "cho@ex.co");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserQuery {
    pub(crate) active: Option<bool>,
    pub(crate) admin: Option<bool>,
    pub(crate) workspace: Option<(WorkspaceRef, Option<Role>)>,
    pub(crate) email_prefix: Option<String>,
    pub(crate) email_domain: Option<String>,
    pub(crate) username_prefix: Option<String>,
    pub(crate) search: Option<String>,
    /// By name; a value of `None` matches any.
    pub(crate) attributes: BTreeMap<String, Option<String>>,
    pub(crate) created_since: Option<Timestamp>,
    pub(crate) created_before: Option<Timestamp>,
    pub(crate) changed_since: Option<Timestamp>,
    pub(crate) changed_before: Option<Timestamp>,
    pub(crate) seen_since: Option<Timestamp>,
    pub(crate) seen_before: Option<Timestamp>,
    pub(crate) sort: Sort,
    pub(crate) descending: bool,
    pub(crate) limit: usize,
    pub(crate) after: Option<String>,
}

impl Default for UserQuery {
    fn default() -> Self {
        Self::new()
    }
}

impl UserQuery {
    /// The default number of users per page.
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// let default = UserQuery::new();
    /// assert_eq!(default, UserQuery::new().limit(UserQuery::LIMIT));
    /// assert!(directory.query(&default)?.users.len() <= UserQuery::LIMIT);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub const LIMIT: usize = 100;
    /// The maximum number of users per page.
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// assert!(directory.query(&UserQuery::new().limit(UserQuery::LIMIT_MAX)).is_ok());
    /// let refused = directory.query(&UserQuery::new().limit(UserQuery::LIMIT_MAX + 1)).unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub const LIMIT_MAX: usize = 10_000;
    /// Maximum attributes in the conditions of a query.
    pub(crate) const ATTRIBUTES_MAX: usize = 16;

    /// All users, ordered by email, 100 at a time.
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("bob@ex.co")?;
    /// directory.create_user("ann@ex.co")?;
    /// let page = directory.query(&UserQuery::new())?;
    /// assert_eq!(page.users[0].email().as_str(), "ann@ex.co");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn new() -> Self {
        Self {
            active: None,
            admin: None,
            workspace: None,
            email_prefix: None,
            email_domain: None,
            username_prefix: None,
            search: None,
            attributes: BTreeMap::new(),
            created_since: None,
            created_before: None,
            changed_since: None,
            changed_before: None,
            seen_since: None,
            seen_before: None,
            sort: Sort::Email,
            descending: false,
            limit: Self::LIMIT,
            after: None,
        }
    }

    /// Sets the order: [`Sort::Email`] by default.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, Sort, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").username("zoe"))?;
    /// directory.create_user(NewUser::new("bob@ex.co").username("bob"))?;
    /// let page = directory.query(&UserQuery::new().sort(Sort::Username))?;
    /// assert_eq!(page.users[0].username(), "bob");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn sort(mut self, sort: Sort) -> Self {
        self.sort = sort;
        self
    }

    /// Sets whether to reverse the order, such as for the newest first: `false` by default.
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@ex.co")?;
    /// let page = directory.query(&UserQuery::new().descending(true))?;
    /// assert_eq!(page.users[0].email().as_str(), "bob@ex.co");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn descending(mut self, descending: bool) -> Self {
        self.descending = descending;
        self
    }

    /// Sets the maximum number of users in a page: 1 to [10,000](Self::LIMIT_MAX),
    /// [100](Self::LIMIT) by default. A query with another limit fails with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@ex.co")?;
    /// let page = directory.query(&UserQuery::new().limit(1))?;
    /// assert_eq!(page.users.len(), 1);
    /// assert!(page.next.is_some());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn limit(mut self, users: usize) -> Self {
        self.limit = users;
        self
    }

    /// Starts after this cursor, the `next` of the previous page. `None` starts at the first
    /// user.
    ///
    /// A cursor is a position in the order, not in a result: it stays valid while users come and
    /// go, and after the directory is reopened.
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// for name in ["ann", "bob", "cho"] {
    ///     directory.create_user(format!("{name}@ex.co"))?;
    /// }
    /// let (mut query, mut pages) = (UserQuery::new().limit(2), 0);
    /// loop {
    ///     let page = directory.query(&query)?;
    ///     pages += 1;
    ///     let Some(next) = page.next else { break };
    ///     query = query.after(&*next);
    /// }
    /// assert_eq!(pages, 2);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn after<'a>(mut self, cursor: impl Into<Option<&'a str>>) -> Self {
        self.after = cursor.into().map(str::to_owned);
        self
    }

    /// Whether there is no condition except on whether users are active.
    pub(crate) fn is_of_state_only(&self) -> bool {
        let plain = Self {
            active: self.active,
            sort: self.sort,
            descending: self.descending,
            limit: self.limit,
            after: self.after.clone(),
            ..Self::new()
        };
        *self == plain
    }

    /// Whether there is a condition on when users were last seen.
    pub(crate) fn asks_when_seen(&self) -> bool {
        self.seen_since.is_some() || self.seen_before.is_some()
    }

    pub(crate) fn check_limit(&self) -> Result<()> {
        let (limit, most) = (self.limit, Self::LIMIT_MAX);
        if (1..=most).contains(&limit) {
            return Ok(());
        }
        Err(invalid(format!(
            "the limit is {limit}; a page can have 1 to {most} users"
        )))
    }

    pub(crate) fn check_conditions(&self) -> Result<()> {
        let bytes = self.search.as_deref().map_or(0, str::len);
        if bytes > SEARCH_BYTES_MAX {
            return Err(invalid(format!(
                "a search has up to {SEARCH_BYTES_MAX} bytes, not {bytes}; search for a part of it"
            )));
        }
        let (attributes, most) = (self.attributes.len(), Self::ATTRIBUTES_MAX);
        if attributes > most {
            return Err(invalid(format!(
                "a query asks for up to {most} attributes, not {attributes}"
            )));
        }
        Ok(())
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}
