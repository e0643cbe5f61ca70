//! Finding one user, or many by their names.

use std::sync::Arc;

use super::Directory;
use super::cache::CacheKeyKind;
use crate::error::Result;
use crate::model::{Email, User, UserId, UserKey, UserRef, Username};
use crate::rules::read;

/// Finding users.
impl Directory {
    /// The user with this id, email or username; `None` if there is none. A hit in the cache takes
    /// less than a microsecond.
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
            UserKey::Id(id) => self.user_by_id(*id),
            UserKey::Address { key, .. } => self.user_by_address(key),
            UserKey::Name { key, .. } => self.user_by_username_key(key),
            UserKey::Nobody { .. } => self.nobody(),
        }
    }

    /// Like [`user`](Self::user) for a text, which is not copied if it is the key of a
    /// cached user.
    #[cfg(feature = "capi")]
    pub(crate) fn user_by_text(&self, text: &str) -> Result<Option<Arc<User>>> {
        self.check()?;
        let kind = if text.contains('@') {
            CacheKeyKind::Email
        } else {
            CacheKeyKind::Username
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
        // Between the two lookups, the address may have become an email.
        let found = read::user_by_name_key(&self.snapshot()?, key)?;
        Ok(found.map(Arc::new))
    }

    /// The user with this id; `None` if there is none.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.user_by_id(ann.id())?, Some(ann));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn user_by_id(&self, id: UserId) -> Result<Option<Arc<User>>> {
        self.check()?;
        let cache = &self.shared.cache;
        if let Some(user) = cache.get(CacheKeyKind::Id, id.as_bytes()) {
            return Ok(Some(user));
        }
        cache.get_or_load(CacheKeyKind::Id, id.as_bytes(), || {
            read::user_by_id(&self.snapshot()?, id)
        })
    }

    /// The user with this email, without regard to the case of ASCII letters; `None` if there is
    /// none, or if the text is not an address.
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
        // Most texts are their own keys, so only those that aren't found need parsing.
        if let Some(user) = self.shared.cache.get(CacheKeyKind::Email, email.as_bytes()) {
            return Ok(Some(user));
        }
        match Email::lookup_key(email) {
            Some(key) => self.user_by_email_key(&key),
            None => self.nobody(),
        }
    }

    /// [`user_by_email`](Self::user_by_email) for each of these emails, in their order. For
    /// cached users it takes about half the time, because the lookups of one call wait for
    /// memory together; batches of 64 or more work best.
    ///
    /// Each result is as current as that of a single lookup; they need not all be of the
    /// same moment.
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
        let mut found = self.shared.cache.get_many(CacheKeyKind::Email, texts);
        for (user, email) in std::iter::zip(&mut found, emails) {
            if user.is_none() {
                *user = self.user_by_email(email.as_ref())?;
            }
        }
        Ok(found)
    }

    /// [`user_by_id`](Self::user_by_id) for each of these ids, in their order: see
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
        let mut found = self.shared.cache.get_many(CacheKeyKind::Id, texts);
        for (user, id) in std::iter::zip(&mut found, ids) {
            if user.is_none() {
                *user = self.user_by_id(*id)?;
            }
        }
        Ok(found)
    }

    /// The user with this username, without regard to case; `None` if there is none.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").username("ann"))?;
    /// assert!(directory.user_by_username("Ann")?.is_some());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn user_by_username(&self, username: &str) -> Result<Option<Arc<User>>> {
        self.check()?;
        let cache = &self.shared.cache;
        if let Some(user) = cache.get(CacheKeyKind::Username, username.as_bytes()) {
            return Ok(Some(user));
        }
        match Username::lookup_key(username) {
            Some(key) => self.user_by_username_key(&key),
            None => self.nobody(),
        }
    }

    /// The user for whom a provisioner, such as an identity provider, has this id; `None`
    /// if there is none. These lookups are not cached.
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
            .get_or_load(CacheKeyKind::Username, key.as_bytes(), || {
                read::user_by_username_key(&self.snapshot()?, key)
            })
    }

    fn user_by_email_key(&self, key: &str) -> Result<Option<Arc<User>>> {
        self.check()?;
        self.shared
            .cache
            .get_or_load(CacheKeyKind::Email, key.as_bytes(), || {
                read::user_by_email_key(&self.snapshot()?, key)
            })
    }

    /// `None`, or an error if the directory is closed.
    fn nobody(&self) -> Result<Option<Arc<User>>> {
        self.snapshot().map(|_| None)
    }
}
