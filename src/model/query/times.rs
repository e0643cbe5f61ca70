//! Conditions on when users were created, changed or seen.

use super::UserQuery;
use crate::model::Timestamp;

impl UserQuery {
    /// Only users created at this moment or later.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, Timestamp, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// let moment: Timestamp = "2024-07-11T16:55:59Z".parse()?;
    /// directory.create_user(NewUser::new("ann@ex.co").created_at(moment))?;
    /// directory.create_user("bob@ex.co")?;
    /// assert_eq!(directory.count(&UserQuery::new().created_since(moment))?, 2);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn created_since(mut self, moment: impl Into<Option<Timestamp>>) -> Self {
        self.created_since = moment.into();
        self
    }

    /// Only users created before this moment.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, Timestamp, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// let moment: Timestamp = "2024-07-11T16:55:59Z".parse()?;
    /// directory.create_user(NewUser::new("ann@ex.co").created_at(moment))?;
    /// let later: Timestamp = "2024-07-11T16:56:00Z".parse()?;
    /// directory.create_user("bob@ex.co")?;
    /// assert_eq!(directory.count(&UserQuery::new().created_before(later))?, 1);
    /// assert_eq!(directory.count(&UserQuery::new().created_before(moment))?, 0);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn created_before(mut self, moment: impl Into<Option<Timestamp>>) -> Self {
        self.created_before = moment.into();
        self
    }

    /// Only users who were created or changed at this moment or later.
    ///
    /// Times never decrease from one change to the next, even if the clock is set back. To
    /// poll for changes without missing any, ask for the users changed since the latest
    /// [`updated_at`](crate::User::updated_at) of the previous answer; users changed at
    /// that very moment are returned again. If an answer has several pages, take the latest
    /// time of its first page: users may change while the others are read.
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@ex.co")?;
    /// let ann = directory.deactivate_user("ann@ex.co")?;
    /// let changed = directory.query(&UserQuery::new().changed_since(ann.updated_at()))?;
    /// assert!(changed.users.contains(&ann));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn changed_since(mut self, moment: impl Into<Option<Timestamp>>) -> Self {
        self.changed_since = moment.into();
        self
    }

    /// Only users who were created before this moment and not changed since.
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let before = UserQuery::new().changed_before(ann.created_at());
    /// assert_eq!(directory.count(&before)?, 0);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn changed_before(mut self, moment: impl Into<Option<Timestamp>>) -> Self {
        self.changed_before = moment.into();
        self
    }

    /// Only users who were [last seen](crate::Directory::last_seen) at this moment or later.
    /// A user who was never seen counts as seen at creation.
    ///
    /// ```
    /// use headcount::{Directory, Timestamp, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// let start = Timestamp::now();
    /// directory.create_user("ann@ex.co")?;
    /// directory.touch_user("ann@ex.co")?;
    /// assert_eq!(directory.count(&UserQuery::new().seen_since(start))?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn seen_since(mut self, moment: impl Into<Option<Timestamp>>) -> Self {
        self.seen_since = moment.into();
        self
    }

    /// Only users who were last seen before this moment. A user who was never seen counts
    /// as seen at creation, so that one who is new is not taken for one who left.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, Timestamp, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// let long_ago: Timestamp = "2020-01-01T00:00:00Z".parse()?;
    /// for name in ["ann", "bob"] {
    ///     directory.create_user(NewUser::new(format!("{name}@ex.co")).created_at(long_ago))?;
    /// }
    /// directory.create_user("new@ex.co")?;
    /// directory.touch_user("ann@ex.co")?;
    /// let away = UserQuery::new().seen_before("2021-01-01T00:00:00Z".parse::<Timestamp>()?);
    /// assert_eq!(directory.query(&away)?.users[0].email().as_str(), "bob@ex.co");
    /// assert_eq!(directory.count(&away)?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn seen_before(mut self, moment: impl Into<Option<Timestamp>>) -> Self {
        self.seen_before = moment.into();
        self
    }
}
