//! Finds users by what SCIM stores beside the directory's own fields: user names that the
//! directory doesn't accept, and emails other than the first.
//!
//! The index is in memory. The first look-up builds it from all users, and each later one
//! first reads the changes since, whichever door they came through. An entry is a hint: the
//! user's record decides.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use headcount::{Change, Directory, ErrorKind, Event, Field, User, UserId};

use super::user::ScimRecord;
use crate::server::INLINE_MAX;

/// The kind of text that was hashed.
#[derive(Clone, Copy, Hash)]
enum Of {
    Name,
    Email,
}

/// The index, and the names that are being assigned at the moment, both by hash.
#[derive(Default)]
pub(crate) struct UserNames {
    hasher: RandomState,
    index: Mutex<HashMap<u64, Vec<UserId>>>,
    /// The number of the change up to which the index is complete; `None` before all users
    /// were read.
    read_up_to: Mutex<Option<u64>>,
    /// Whether all users were read, without waiting for the lock.
    is_read: AtomicBool,
    claimed: Mutex<HashSet<u64>>,
}

/// A user name that can't be assigned to anybody else until this is dropped.
pub(super) struct Claim<'a>(&'a UserNames, u64);

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        lock(&self.0.claimed).remove(&self.1);
    }
}

impl UserNames {
    /// The users who have this name.
    pub(super) fn find(
        &self,
        directory: &Directory,
        name: &str,
    ) -> headcount::Result<Vec<Arc<User>>> {
        let name = name.to_lowercase();
        let mut users = self.hinted(directory, Of::Name, &name)?;
        users.retain(|user| {
            let found = ScimRecord::of(user);
            found
                .alias_of(user)
                .is_some_and(|found| found.to_lowercase() == name)
        });
        Ok(users)
    }

    /// The users who may have this as an additional email.
    pub(super) fn find_by_email(
        &self,
        directory: &Directory,
        email: &str,
    ) -> headcount::Result<Vec<Arc<User>>> {
        self.hinted(directory, Of::Email, &email.to_lowercase())
    }

    /// The users with an entry for this text, which is in lower case.
    fn hinted(
        &self,
        directory: &Directory,
        of: Of,
        text: &str,
    ) -> headcount::Result<Vec<Arc<User>>> {
        self.read(directory)?;
        let ids = lock(&self.index).get(&self.hash(of, text)).cloned();
        let mut users = Vec::new();
        for id in ids.unwrap_or_default() {
            users.extend(directory.user_by_id(id)?);
        }
        Ok(users)
    }

    /// Whether a look-up of this name or email reads only a few users, and no changes before.
    pub(super) fn finds_few(&self, directory: &Directory, text: &str) -> bool {
        let Ok(read_up_to) = self.read_up_to.try_lock() else {
            return false;
        };
        let latest = directory.stats().map(|stats| stats.latest_change);
        if read_up_to.is_none() || *read_up_to != latest.ok() {
            return false;
        }
        drop(read_up_to);
        let text = text.to_lowercase();
        let index = lock(&self.index);
        [Of::Name, Of::Email].into_iter().all(|of| {
            let ids = index.get(&self.hash(of, &text));
            ids.is_none_or(|ids| ids.len() <= INLINE_MAX)
        })
    }

    /// Reserves this user name; `None` while somebody else has reserved it.
    pub(super) fn claim(&self, name: &str) -> Option<Claim<'_>> {
        let hash = self.hash(Of::Name, &name.to_lowercase());
        let is_new = lock(&self.claimed).insert(hash);
        // Not made where it is not new: dropping it would end the other's.
        is_new.then(|| Claim(self, hash))
    }

    /// Whether all users were read, so that a look-up only reads the changes since.
    pub(super) fn is_read(&self) -> bool {
        self.is_read.load(Ordering::Relaxed)
    }

    /// Updates the index with the changes since the last time, or from all users.
    pub(super) fn read(&self, directory: &Directory) -> headcount::Result<()> {
        let mut read_up_to = lock(&self.read_up_to);
        let latest = directory.stats()?.latest_change;
        match *read_up_to {
            Some(read) if read == latest => return Ok(()),
            Some(read) => match self.read_changes(directory, read) {
                Err(error) if is_gap(error.kind()) => self.read_all(directory)?,
                done => done?,
            },
            None => self.read_all(directory)?,
        }
        *read_up_to = Some(latest);
        self.is_read.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn read_all(&self, directory: &Directory) -> headcount::Result<()> {
        self.is_read.store(false, Ordering::Relaxed);
        for user in directory.users()? {
            self.enter(&*user?);
        }
        Ok(())
    }

    fn read_changes(&self, directory: &Directory, after: u64) -> headcount::Result<()> {
        let mut users = HashSet::new();
        for change in directory.changes(after)? {
            users.extend(users_to_enter(&change?));
        }
        for id in users {
            if let Some(user) = directory.user_by_id(id)? {
                self.enter(&user);
            }
        }
        Ok(())
    }

    fn enter(&self, user: &User) {
        let record = ScimRecord::of(user);
        let name = record.user_name.iter();
        let name = name.map(|name| self.hash(Of::Name, &name.to_lowercase()));
        let emails = record.addresses();
        let emails = emails.map(|email| self.hash(Of::Email, &email.to_lowercase()));
        let mut index = lock(&self.index);
        for hash in name.chain(emails) {
            let ids = index.entry(hash).or_default();
            if !ids.contains(&user.id()) {
                ids.push(user.id());
            }
        }
    }

    /// The hash of a text in lower case.
    fn hash(&self, of: Of, text: &str) -> u64 {
        self.hasher.hash_one((of, text))
    }
}

/// The users whose SCIM attributes the change may have set.
fn users_to_enter(change: &Change) -> impl Iterator<Item = UserId> {
    change.events.iter().filter_map(|event| match event {
        Event::UserCreated { user, .. } => Some(*user),
        Event::UserUpdated { user, fields } if fields.contains(&Field::Attributes) => Some(*user),
        _ => None,
    })
}

/// Whether changes are missing, so that all users must be read again.
fn is_gap(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::HistoryTrimmed { .. } | ErrorKind::ChangeNotYet { .. }
    )
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_reserved_until_its_claim_ends() {
        let names = UserNames::default();
        let first = names.claim("same@idp.net");
        assert!(first.is_some());
        for _ in 0..2 {
            assert!(names.claim("SAME@idp.net").is_none());
        }
        assert!(names.claim("other@idp.net").is_some());
        drop(first);
        assert!(names.claim("same@idp.net").is_some());
    }
}
