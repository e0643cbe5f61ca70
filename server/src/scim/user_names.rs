//! What SCIM finds users by and the directory has no index for: user names that it does not
//! take, such as an address that is not the email, and emails besides the first.
//!
//! They are stored with the user. Their index is in memory, and built from all users when it
//! is first asked. An entry is a hint: the user's record decides.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use headcount::{Directory, User, UserId};

use super::user::Record;

/// What a hash in the index is of.
#[derive(Clone, Copy, Hash)]
enum Of {
    Name,
    Email,
}

/// The index, and the names that are being given at the moment, both by hashes.
#[derive(Default)]
pub(crate) struct UserNames {
    hasher: RandomState,
    index: Mutex<HashMap<u64, Vec<UserId>>>,
    /// Whether the index has all users, not only those who were noted.
    is_read: AtomicBool,
    reading: Mutex<()>,
    claimed: Mutex<HashSet<u64>>,
}

/// A user name that nobody else can be given until this is dropped.
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
            let found = Record::of(user);
            found
                .alias_of(user)
                .is_some_and(|found| found.to_lowercase() == name)
        });
        Ok(users)
    }

    /// The users among whose emails this may be, besides the one whom the directory finds
    /// by it.
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

    /// Keeps others from being given this user name; `None` while somebody else is.
    pub(super) fn claim(&self, name: &str) -> Option<Claim<'_>> {
        let hash = self.hash(Of::Name, &name.to_lowercase());
        let is_new = lock(&self.claimed).insert(hash);
        is_new.then_some(Claim(self, hash))
    }

    /// Notes by what a user is found from now on.
    pub(super) fn note(&self, user: &User) {
        let record = Record::of(user);
        let name = record.user_name.iter();
        let name = name.map(|name| self.hash(Of::Name, &name.to_lowercase()));
        let emails = record.addresses();
        let emails = emails.map(|email| self.hash(Of::Email, &email.to_lowercase()));
        let hashes: Vec<_> = name.chain(emails).collect();
        let mut index = lock(&self.index);
        for hash in hashes {
            enter(&mut index, hash, user.id());
        }
    }

    pub(super) fn is_read(&self) -> bool {
        self.is_read.load(Ordering::Acquire)
    }

    /// Reads all users, once. Those who are noted meanwhile don't wait for it.
    pub(super) fn read(&self, directory: &Directory) -> headcount::Result<()> {
        if self.is_read() {
            return Ok(());
        }
        let _reading = lock(&self.reading);
        if self.is_read() {
            return Ok(());
        }
        for user in directory.users()? {
            self.note(&*user?);
        }
        self.is_read.store(true, Ordering::Release);
        Ok(())
    }

    /// Of a text in lower case.
    fn hash(&self, of: Of, text: &str) -> u64 {
        self.hasher.hash_one((of, text))
    }
}

fn enter(index: &mut HashMap<u64, Vec<UserId>>, hash: u64, id: UserId) {
    let ids = index.entry(hash).or_default();
    if !ids.contains(&id) {
        ids.push(id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
