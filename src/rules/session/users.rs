//! The users in a batch.

use std::sync::Arc;

use super::Session;
use crate::engine::Read;
use crate::error::Result;
use crate::model::{Event, Outcome, Subject, User, UserId, UserKey, UserRef};
use crate::rules::read;

impl<R: Read> Session<'_, R> {
    /// The user that `user` names at this point of the batch.
    pub(in crate::rules) fn user(&mut self, user: &UserRef) -> Result<Arc<User>> {
        let found = match &user.0 {
            UserKey::Id(id) => self.user_by_id(*id)?,
            UserKey::Address { key, .. } | UserKey::Name { key, .. } => self.user_by_name(key)?,
            UserKey::Nobody { .. } => None,
        };
        found.ok_or_else(|| user.not_found())
    }

    pub(super) fn user_by_id(&mut self, id: UserId) -> Result<Option<Arc<User>>> {
        if let Some(known) = self.users.get(id) {
            return Ok(known);
        }
        let stored = read::user_by_id(self.base, id)?;
        Ok(stored.and_then(|user| self.load_user(user)))
    }

    /// The user with this email or username.
    fn user_by_name(&mut self, key: &str) -> Result<Option<Arc<User>>> {
        if let Some(stored) = read::user_by_name_key(self.base, key)?
            && !self.users.contains(stored.id)
        {
            self.load_user(stored);
        }
        match self.user_names.holder(&self.users, key)? {
            Some(id) => self.user_by_id(id),
            None => Ok(None),
        }
    }

    /// Adds a stored user to the working set.
    fn load_user(&mut self, user: User) -> Option<Arc<User>> {
        let place = self.users.load(user.id, user);
        self.user_names.note(&mut self.users, place, None, None);
        self.users.at_mut(place).now.clone()
    }

    /// Whether `id` is or was the id of a user. An id drawn for this batch is looked up
    /// only in the batch: it contains 74 random bits and a time, so no stored user has it.
    pub(in crate::rules) fn is_id_taken(&self, id: UserId, is_drawn: bool) -> Result<bool> {
        Ok(self.users.contains(id) || !is_drawn && read::is_id_taken(self.base, id)?)
    }

    /// Replaces a user with a changed one and increments the version.
    pub(in crate::rules) fn change_user(
        &mut self,
        mut user: User,
        event: impl FnOnce(UserId) -> Event,
    ) -> Outcome {
        user.version += 1;
        user.updated_at = self.at;
        let id = user.id;
        self.put_user(id, Some(user), event(id))
    }

    /// Sets the user `id` to `now`; `None` deletes the user.
    pub(in crate::rules) fn put_user(
        &mut self,
        id: UserId,
        now: Option<User>,
        event: Event,
    ) -> Outcome {
        let version = now.as_ref().map_or(0, |user| user.version);
        let (place, had) = self.users.put(id, now);
        let (had, op_index) = (had.as_deref(), self.op_index);
        self.user_names
            .note(&mut self.users, place, had, Some(op_index));
        let now = self.users.at_mut(place).now.as_deref();
        self.given_to_users.note(id, had, now, op_index);
        self.events.push(event);
        Outcome::changed(Subject::User(id), version)
    }
}
