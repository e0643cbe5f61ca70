//! User names that the directory does not take, such as an address that is not the email.
//!
//! They are stored with the user. The index of them is in memory and read from them when it
//! is first asked. An entry is a hint: the user's record decides.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use headcount::{Directory, User, UserId};

use super::user::Record;

/// The index, and the names that are being given at the moment, both by hashes of the names.
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
        self.read(directory)?;
        let ids = lock(&self.index).get(&self.hash(&name)).cloned();
        let mut users = Vec::new();
        for id in ids.unwrap_or_default() {
            users.extend(directory.user_by_id(id)?.filter(|user| {
                let found = Record::of(user);
                found
                    .alias_of(user)
                    .is_some_and(|found| found.to_lowercase() == name)
            }));
        }
        Ok(users)
    }

    /// Keeps others from being given this user name; `None` while somebody else is.
    pub(super) fn claim(&self, name: &str) -> Option<Claim<'_>> {
        let hash = self.hash(&name.to_lowercase());
        let is_new = lock(&self.claimed).insert(hash);
        is_new.then_some(Claim(self, hash))
    }

    /// Notes by what a user is found from now on.
    pub(super) fn note(&self, user: &User) {
        if let Some(hash) = self.hash_of(user) {
            enter(&mut lock(&self.index), hash, user.id());
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

    fn hash_of(&self, user: &User) -> Option<u64> {
        let name = Record::of(user).user_name?;
        Some(self.hash(&name.to_lowercase()))
    }

    /// Of a name in lower case.
    fn hash(&self, name: &str) -> u64 {
        self.hasher.hash_one(name)
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
