//! Reading many users: all of them, or those that match a query.

use std::ops::ControlFlow;

use super::{Directory, Users};
use crate::error::Result;
use crate::model::{PageVisit, UserPage, UserQuery};
use crate::rules::{UserView, query, read};

/// Reading many users.
impl Directory {
    /// All users, active or not, ordered by email, as they are at this moment.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let users = directory.users()?.collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(users.len(), 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn users(&self) -> Result<Users> {
        Users::new(self)
    }

    /// One page of the matching users: see [`UserQuery`].
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a limit out of bounds, a cursor
    /// of another order, a search that is too long or too many attributes;
    /// [`WorkspaceNotFound`](crate::ErrorKind::WorkspaceNotFound).
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let page = directory.query(&UserQuery::new().email_domain("ex.co"))?;
    /// assert_eq!((page.users.len(), page.next), (1, None));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn query(&self, query: &UserQuery) -> Result<UserPage> {
        let sightings = self.sightings_for(query);
        query::page(&self.snapshot()?, query, &sightings)
    }

    /// Calls `visit` for each user, active or not, ordered by email, until it breaks; returns the
    /// value that it broke with. All users are as they were at the start of the call.
    ///
    /// Users are lent, not copied: this is the fastest way to read many. The call holds one state
    /// of the directory, so the file can't reuse space meanwhile: return quickly.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("bob@ex.co")?;
    /// directory.create_user("ann@ex.co")?;
    /// let mut emails = Vec::new();
    /// directory.for_each_user(|user| {
    ///     emails.push(user.email().to_owned());
    ///     ControlFlow::<()>::Continue(())
    /// })?;
    /// assert_eq!(emails, ["ann@ex.co", "bob@ex.co"]);
    ///
    /// let bob = directory.for_each_user(|user| match user.email() {
    ///     "bob@ex.co" => ControlFlow::Break(user.to_user()),
    ///     _ => ControlFlow::Continue(()),
    /// })?;
    /// assert!(bob.unwrap().is_active());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn for_each_user<B>(
        &self,
        mut visit: impl FnMut(UserView<'_>) -> ControlFlow<B>,
    ) -> Result<Option<B>> {
        read::each_user_after(&self.snapshot()?, None, |user| visit(*user))
    }

    /// Calls `visit` for each user of one page of a query until it breaks.
    ///
    /// Users are lent, not copied, where the index is in the order of the query: see the
    /// table of [`UserQuery`].
    ///
    /// # Errors
    ///
    /// Those of [`query`](Self::query).
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// for name in ["ann", "bob", "cho"] {
    ///     directory.create_user(format!("{name}@ex.co").as_str())?;
    /// }
    /// let mut emails = Vec::new();
    /// let query = UserQuery::new().limit(2);
    /// let visited = directory.for_each_in_page(&query, |user| {
    ///     emails.push(user.email().to_owned());
    ///     ControlFlow::<()>::Continue(())
    /// })?;
    /// assert_eq!(emails, ["ann@ex.co", "bob@ex.co"]);
    /// let query = query.after(visited.next.as_deref());
    /// assert_eq!(directory.query(&query)?.users.len(), 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn for_each_in_page<B>(
        &self,
        query: &UserQuery,
        mut visit: impl FnMut(UserView<'_>) -> ControlFlow<B>,
    ) -> Result<PageVisit<B>> {
        let sightings = self.sightings_for(query);
        let mut broke_with = None;
        let next = query::each_of_page(&self.snapshot()?, query, &sightings, |user| {
            read::keep(visit(user), &mut broke_with)
        })?;
        Ok(PageVisit { next, broke_with })
    }

    /// How many users match, regardless of the limit and cursor of the query. Counting all, all
    /// active or all inactive users reads no user; any other count reads the index that the
    /// query picks.
    ///
    /// # Errors
    ///
    /// Those of [`query`](Self::query).
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.count(&UserQuery::new().active(false))?, 0);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn count(&self, query: &UserQuery) -> Result<u64> {
        let sightings = self.sightings_for(query);
        query::count(&self.snapshot()?, query, &sightings)
    }

    /// How many users there are, active or not.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.len()?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn len(&self) -> Result<u64> {
        let seats = self.seats()?;
        Ok(seats.active + seats.inactive)
    }

    /// Whether there are no users.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// assert!(directory.is_empty()?);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }
}
