//! The users of a directory: finding and changing them, one at a time.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::cache::Kind;
use super::{Directory, Users};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Applied, Batch, Email, NewUser, Op, PageVisit, Subject, Target, User, UserId, UserPage,
    UserQuery, UserRef, UserUpdate, Username,
};
use crate::rules::{UserView, query, read};

/// Finding users.
impl Directory {
    /// The user that an id, an email or a username names; `None` when there is none.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").username("ann"))?;
    /// for name in ["Ann", "ann@ex.co", &ann.id().to_string()] {
    ///     assert_eq!(directory.user(name)?.unwrap(), ann);
    /// }
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn user(&self, user: impl Into<UserRef>) -> Result<Option<Arc<User>>> {
        match &user.into().0 {
            Target::Id(id) => self.user_by_id(*id),
            Target::Address { key, .. } => self.user_by_address(key),
            Target::Name { key, .. } => self.user_by_username_key(key),
            Target::Nobody { .. } => self.nobody(),
        }
    }

    /// [`user`](Self::user) for a text, which is not copied where it is the key of a
    /// user who is cached.
    #[cfg(feature = "capi")]
    pub(crate) fn user_by_text(&self, text: &str) -> Result<Option<Arc<User>>> {
        self.check()?;
        let kind = if text.contains('@') {
            Kind::Email
        } else {
            Kind::Username
        };
        match self.shared.cache.get(kind, text.as_bytes()) {
            Some(user) => Ok(Some(user)),
            None => self.user(text),
        }
    }

    /// The user with this address as email or username.
    fn user_by_address(&self, key: &str) -> Result<Option<Arc<User>>> {
        if let Some(user) = self.user_by_email_key(key)? {
            return Ok(Some(user));
        }
        if let Some(user) = self.user_by_username_key(key)? {
            return Ok(Some(user));
        }
        // Between the two looks the address may have become an email.
        let found = read::user_by_name_key(&self.snapshot()?, key)?;
        Ok(found.map(Arc::new))
    }

    /// The user with this id; `None` when there is none.
    pub fn user_by_id(&self, id: UserId) -> Result<Option<Arc<User>>> {
        self.check()?;
        let cache = &self.shared.cache;
        if let Some(user) = cache.get(Kind::Id, id.as_bytes()) {
            return Ok(Some(user));
        }
        cache.get_or_load(Kind::Id, id.as_bytes(), || {
            read::user_by_id(&self.snapshot()?, id)
        })
    }

    /// The user with this email, without regard to the case of ASCII letters;
    /// `None` when there is none, and for a text that is not an address.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("Steve@ex.co")?;
    /// assert!(directory.user_by_email("steve@EX.CO")?.is_some());
    /// assert!(directory.user_by_email("steve")?.is_none());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn user_by_email(&self, email: &str) -> Result<Option<Arc<User>>> {
        self.check()?;
        // Most are typed as their own keys. Only what isn't found has to be parsed.
        if let Some(user) = self.shared.cache.get(Kind::Email, email.as_bytes()) {
            return Ok(Some(user));
        }
        match Email::lookup_key(email) {
            Some(key) => self.user_by_email_key(&key),
            None => self.nobody(),
        }
    }

    /// [`user_by_email`](Self::user_by_email) for each of many, in their order. Where
    /// users are cached this takes about half of the time: look-ups of one call wait for
    /// memory together, best in batches of 64 or more.
    ///
    /// Each answer is as good as one from `user_by_email`, of a moment during the call,
    /// and not all need be of the same one.
    ///
    /// # Errors
    ///
    /// Those of reading: see [`ErrorKind::Io`], [`ErrorKind::Corrupted`] and
    /// [`ErrorKind::Closed`].
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let found = directory.users_by_emails(&["nobody@ex.co", "Ann@ex.co"])?;
    /// assert_eq!(found, [None, Some(ann)]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn users_by_emails<E: AsRef<str>>(&self, emails: &[E]) -> Result<Vec<Option<Arc<User>>>> {
        self.check()?;
        let texts = emails.iter().map(|email| email.as_ref().as_bytes());
        let mut found = self.shared.cache.get_many(Kind::Email, texts);
        for (user, email) in std::iter::zip(&mut found, emails) {
            if user.is_none() {
                *user = self.user_by_email(email.as_ref())?;
            }
        }
        Ok(found)
    }

    /// [`user_by_id`](Self::user_by_id) for each of many, in their order: see
    /// [`users_by_emails`](Self::users_by_emails).
    ///
    /// ```
    /// use headcount::{Directory, UserId};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let found = directory.users_by_ids(&[ann.id(), UserId::generate()])?;
    /// assert_eq!(found, [Some(ann), None]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn users_by_ids(&self, ids: &[UserId]) -> Result<Vec<Option<Arc<User>>>> {
        self.check()?;
        let texts = ids.iter().map(|id| id.as_bytes().as_slice());
        let mut found = self.shared.cache.get_many(Kind::Id, texts);
        for (user, id) in std::iter::zip(&mut found, ids) {
            if user.is_none() {
                *user = self.user_by_id(*id)?;
            }
        }
        Ok(found)
    }

    /// The user with this username, without regard to case; `None` when there is
    /// none.
    pub fn user_by_username(&self, username: &str) -> Result<Option<Arc<User>>> {
        self.check()?;
        let cache = &self.shared.cache;
        if let Some(user) = cache.get(Kind::Username, username.as_bytes()) {
            return Ok(Some(user));
        }
        match Username::lookup_key(username) {
            Some(key) => self.user_by_username_key(&key),
            None => self.nobody(),
        }
    }

    /// The user for whom a provisioner, such as an identity provider, has this id;
    /// `None` when there is none. It is not cached.
    ///
    /// ```
    /// use headcount::{Directory, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// directory.update_user(&*ann, UserUpdate::new().external_id("entra", "6f1a"))?;
    /// assert_eq!(directory.user_by_external_id("entra", "6f1a")?.unwrap().id(), ann.id());
    /// assert!(directory.user_by_external_id("okta", "6f1a")?.is_none());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn user_by_external_id(&self, provisioner: &str, id: &str) -> Result<Option<Arc<User>>> {
        let found = read::user_by_external_id(&self.snapshot()?, provisioner, id)?;
        Ok(found.map(Arc::new))
    }

    fn user_by_username_key(&self, key: &str) -> Result<Option<Arc<User>>> {
        self.check()?;
        self.shared
            .cache
            .get_or_load(Kind::Username, key.as_bytes(), || {
                read::user_by_username_key(&self.snapshot()?, key)
            })
    }

    fn user_by_email_key(&self, key: &str) -> Result<Option<Arc<User>>> {
        self.check()?;
        self.shared
            .cache
            .get_or_load(Kind::Email, key.as_bytes(), || {
                read::user_by_email_key(&self.snapshot()?, key)
            })
    }

    /// Nobody, unless the directory is closed.
    fn nobody(&self) -> Result<Option<Arc<User>>> {
        self.snapshot().map(|_| None)
    }

    /// All users, active or not, ordered by email, as they are at this moment.
    pub fn users(&self) -> Result<Users> {
        Users::new(self)
    }

    /// One page of the users that match: see [`UserQuery`].
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a limit out of bounds, a cursor
    /// of another order, a search that is too long or too many attributes;
    /// [`WorkspaceNotFound`](ErrorKind::WorkspaceNotFound).
    pub fn query(&self, query: &UserQuery) -> Result<UserPage> {
        let sightings = self.sightings_for(query);
        query::page(&self.snapshot()?, query, &sightings)
    }

    /// Calls `visit` for each user, active or not, in the order of their emails, until it
    /// breaks; returns the value that it broke with. All users are as they were at the
    /// start of the call.
    ///
    /// Users are lent, not copied: this is the fastest way to read many. The call holds one
    /// state of the directory, so the file can't reuse space meanwhile: return quickly.
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

    /// How many users match, whatever the limit and cursor of the query. Costs
    /// nothing for all, all active or all inactive users, and otherwise as much
    /// as reading the index that the query picks.
    pub fn count(&self, query: &UserQuery) -> Result<u64> {
        let sightings = self.sightings_for(query);
        query::count(&self.snapshot()?, query, &sightings)
    }

    /// How many users there are, active or not.
    pub fn len(&self) -> Result<u64> {
        let seats = self.seats()?;
        Ok(seats.active + seats.inactive)
    }

    /// Whether there are no users.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }
}

/// Changing users.
impl Directory {
    /// Creates a user, active and so in need of a seat unless it says otherwise.
    ///
    /// # Errors
    ///
    /// [`EmailRequired`](ErrorKind::EmailRequired) and the kinds for malformed
    /// parts; [`EmailTaken`](ErrorKind::EmailTaken),
    /// [`UsernameTaken`](ErrorKind::UsernameTaken), [`IdTaken`](ErrorKind::IdTaken),
    /// [`ExternalIdTaken`](ErrorKind::ExternalIdTaken);
    /// [`NoFreeSeat`](ErrorKind::NoFreeSeat).
    pub fn create_user(&self, user: impl Into<NewUser>) -> Result<Arc<User>> {
        self.apply_to_user(Op::CreateUser(user.into()))
    }

    /// Changes fields of a user and returns the user as it is then.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound); the kinds for malformed or taken
    /// parts; [`Conflict`](ErrorKind::Conflict) for another version;
    /// [`LastAdmin`](ErrorKind::LastAdmin).
    pub fn update_user(&self, user: impl Into<UserRef>, update: UserUpdate) -> Result<Arc<User>> {
        self.apply_to_user(Op::UpdateUser(user.into(), update))
    }

    /// Makes a user active; nothing happens to one who is.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound),
    /// [`NoFreeSeat`](ErrorKind::NoFreeSeat).
    pub fn activate_user(&self, user: impl Into<UserRef>) -> Result<Arc<User>> {
        self.apply_to_user(Op::ActivateUser(user.into()))
    }

    /// Makes a user inactive, which frees a seat; nothing happens to one who is.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound), [`LastAdmin`](ErrorKind::LastAdmin),
    /// [`OwnAccount`](ErrorKind::OwnAccount); [`LastOwner`](ErrorKind::LastOwner),
    /// unless a [`Batch`] allows it.
    pub fn deactivate_user(&self, user: impl Into<UserRef>) -> Result<Arc<User>> {
        self.apply_to_user(Op::DeactivateUser(user.into()))
    }

    /// Deletes a user for good and returns the id, which is not given again as long as the
    /// change that deletes the user is kept: see [`trim_changes`](Self::trim_changes).
    /// The email and the username are free for others. To keep the user, use
    /// [`deactivate_user`](Self::deactivate_user).
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound), [`LastAdmin`](ErrorKind::LastAdmin),
    /// [`OwnAccount`](ErrorKind::OwnAccount); [`LastOwner`](ErrorKind::LastOwner),
    /// unless a [`Batch`] allows it.
    pub fn delete_user(&self, user: impl Into<UserRef>) -> Result<UserId> {
        let applied = self.apply(Batch::from_iter([Op::DeleteUser(user.into())]))?;
        subject_user(&applied)
    }

    fn apply_to_user(&self, op: Op) -> Result<Arc<User>> {
        let applied = self.apply(Batch::from_iter([op]))?;
        let id = subject_user(&applied)?;
        applied
            .user(id)
            .cloned()
            .ok_or_else(|| UserRef::from(id).not_found())
    }
}

/// The user that a batch of one operation was about.
fn subject_user(applied: &Applied) -> Result<UserId> {
    match applied.outcomes.first().map(|outcome| outcome.subject) {
        Some(Subject::User(id)) => Ok(id),
        _ => Err(Error::new(
            ErrorKind::InvalidArgument,
            "the operation is not about a user",
        )),
    }
}
