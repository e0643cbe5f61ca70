//! Asking for users: which ones, in what order, how many.

use std::sync::Arc;

use super::workspace::WorkspaceRef;
use super::{Role, Timestamp, User};
use crate::error::{Error, ErrorKind, Result};

/// The order of the users of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Sort {
    /// By the key of the email: the natural order, in which users are stored.
    #[default]
    Email,
    /// By the key of the username.
    Username,
    /// By the time of creation, oldest first; by id where that is the same.
    Created,
}

/// Which users to return, in what order and how many.
///
/// All conditions must hold. A query reads one index: that of the first condition
/// in this table which it has. The other conditions are checked on each user read.
///
/// | condition | index |
/// | --- | --- |
/// | [`member_of`](Self::member_of) | the members, ordered by email |
/// | [`admins`](Self::admins) | the admins, ordered by email |
/// | [`email_domain`](Self::email_domain) | the users of the domain, ordered by email |
/// | [`email_prefix`](Self::email_prefix) | the users with the prefix, ordered by email |
/// | [`inactive`](Self::inactive) alone and by email, or at most one user in eight | the inactive users, ordered by email |
/// | [`username_prefix`](Self::username_prefix) | the users with the prefix, ordered by username |
/// | [`created_since`](Self::created_since) | the users since, ordered by creation |
/// | [`changed_since`](Self::changed_since) | the users since |
/// | none of these | all users in the order asked for |
///
/// **Cost**: where the index is in the order asked for, reading starts at the
/// cursor and ends when the page is full, so it costs a page, whatever the size
/// of the directory. Where it is not, the whole part of the index that the
/// condition names is read for each page.
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
/// let query = UserQuery::new().active().limit(1);
/// assert_eq!(directory.count(&query)?, 2);
/// let first = directory.query(&query)?;
/// assert_eq!(first.users[0].email().as_str(), "ann@ex.co");
/// let second = directory.query(&query.after(first.next.as_deref().unwrap()))?;
/// assert_eq!(second.users[0].email().as_str(), "cho@ex.co");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct UserQuery {
    pub(crate) active: Option<bool>,
    pub(crate) admin: bool,
    pub(crate) workspace: Option<(WorkspaceRef, Option<Role>)>,
    pub(crate) email_prefix: Option<String>,
    pub(crate) email_domain: Option<String>,
    pub(crate) username_prefix: Option<String>,
    pub(crate) created_since: Option<Timestamp>,
    pub(crate) changed_since: Option<Timestamp>,
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
    /// Users of a page unless the query says otherwise.
    pub const LIMIT: usize = 100;
    /// The most users a page may have.
    pub const LIMIT_MAX: usize = 10_000;

    /// All users, ordered by email, 100 at a time.
    pub fn new() -> Self {
        Self {
            active: None,
            admin: false,
            workspace: None,
            email_prefix: None,
            email_domain: None,
            username_prefix: None,
            created_since: None,
            changed_since: None,
            sort: Sort::Email,
            descending: false,
            limit: Self::LIMIT,
            after: None,
        }
    }

    /// Only active users.
    #[must_use]
    pub fn active(mut self) -> Self {
        self.active = Some(true);
        self
    }

    /// Only users who are not active.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.active = Some(false);
        self
    }

    /// Only admins.
    #[must_use]
    pub fn admins(mut self) -> Self {
        self.admin = true;
        self
    }

    /// Only members of this workspace, in this role or, with `None`, in any.
    #[must_use]
    pub fn member_of(
        mut self,
        workspace: impl Into<WorkspaceRef>,
        role: impl Into<Option<Role>>,
    ) -> Self {
        self.workspace = Some((workspace.into(), role.into()));
        self
    }

    /// Only emails that start like this, without regard to the case of ASCII
    /// letters.
    #[must_use]
    pub fn email_prefix(mut self, prefix: impl AsRef<str>) -> Self {
        self.email_prefix = Some(prefix.as_ref().trim_ascii().to_ascii_lowercase());
        self
    }

    /// Only emails at this domain, in either of its forms (`bücher.example` or
    /// `xn--bcher-kva.example`). A text that is no domain matches nobody.
    #[must_use]
    pub fn email_domain(mut self, domain: impl AsRef<str>) -> Self {
        self.email_domain = Some(domain.as_ref().to_owned());
        self
    }

    /// Only usernames that start like this, without regard to case.
    #[must_use]
    pub fn username_prefix(mut self, prefix: impl AsRef<str>) -> Self {
        self.username_prefix = Some(prefix.as_ref().to_owned());
        self
    }

    /// Only users created at this moment or later.
    #[must_use]
    pub fn created_since(mut self, moment: Timestamp) -> Self {
        self.created_since = Some(moment);
        self
    }

    /// Only users who were created or changed at this moment or later.
    ///
    /// Times never run back from one change to the next, also when the clock is put
    /// back. So nobody is missed by asking again and again for the users changed since
    /// the latest [`updated_at`](super::User::updated_at) of the answer before; those of
    /// that very moment are told again. Where an answer has several pages, take the
    /// latest of its first page: users may change while the others are read.
    #[must_use]
    pub fn changed_since(mut self, moment: Timestamp) -> Self {
        self.changed_since = Some(moment);
        self
    }

    /// In this order.
    #[must_use]
    pub fn sort(mut self, sort: Sort) -> Self {
        self.sort = sort;
        self
    }

    /// In the opposite direction: newest first, for example.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// At most this many users a page: 1 to 10,000.
    #[must_use]
    pub fn limit(mut self, users: usize) -> Self {
        self.limit = users;
        self
    }

    /// The page behind this cursor: the `next` of the page before.
    ///
    /// A cursor is a place in the order, not in a result: it stays good while
    /// users come and go and after the directory is reopened.
    #[must_use]
    pub fn after(mut self, cursor: impl Into<String>) -> Self {
        self.after = Some(cursor.into());
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        if (1..=Self::LIMIT_MAX).contains(&self.limit) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::InvalidArgument,
            format!(
                "a page has 1 to {} users, not {}",
                Self::LIMIT_MAX,
                self.limit
            ),
        ))
    }
}

/// One page of a query.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UserPage {
    /// The users, in the order of the query.
    pub users: Vec<Arc<User>>,
    /// The cursor of the next page; `None` where this is the last. It contains
    /// the email or username of the last user: treat it as personal data.
    pub next: Option<String>,
}
