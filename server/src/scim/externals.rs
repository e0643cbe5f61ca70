//! By what else than the directory's own indexes a user is found: the id that a provisioner
//! has for one, and a user name that the directory does not take, such as an address that
//! is not the email.
//!
//! Both are stored with the user. The index of them is in memory and made when it is first
//! asked. An entry is a hint: the user's record decides.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use headcount::{Directory, User, UserId};

use super::user::Record;

/// What a user is found by.
#[derive(Clone, Copy, Hash)]
pub(super) enum Name<'a> {
    /// The id that a provisioner has for the user.
    ExternalId(&'a str, &'a str),
    /// A user name, in lower case.
    UserName(&'a str),
}

/// The index, and the user names that are being given at the moment.
#[derive(Default)]
pub(crate) struct Externals {
    hasher: RandomState,
    index: Mutex<Option<HashMap<u64, Vec<UserId>>>>,
    claimed: Mutex<HashSet<u64>>,
}

/// A user name that nobody else can be given until this is dropped.
pub(super) struct Claim<'a>(&'a Externals, u64);

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        lock(&self.0.claimed).remove(&self.1);
    }
}

impl Externals {
    /// The users who have this name.
    pub(super) fn find(
        &self,
        directory: &Directory,
        name: Name<'_>,
    ) -> headcount::Result<Vec<Arc<User>>> {
        let ids = {
            let mut index = lock(&self.index);
            let index = self.built(&mut index, directory)?;
            index.get(&self.hash(name)).cloned().unwrap_or_default()
        };
        let mut users = Vec::new();
        for id in ids {
            users.extend(directory.user_by_id(id)?.filter(|user| has(user, name)));
        }
        Ok(users)
    }

    /// Keeps others from being given this user name; `None` while somebody else is.
    pub(super) fn claim(&self, user_name: &str) -> Option<Claim<'_>> {
        let hash = self.hash(Name::UserName(&user_name.to_lowercase()));
        lock(&self.claimed)
            .insert(hash)
            .then_some(Claim(self, hash))
    }

    /// Notes by what a user is found from now on.
    pub(super) fn note(&self, user: &User) {
        let mut index = lock(&self.index);
        if let Some(index) = index.as_mut() {
            self.enter(index, user);
        }
    }

    fn built<'a>(
        &self,
        index: &'a mut Option<HashMap<u64, Vec<UserId>>>,
        directory: &Directory,
    ) -> headcount::Result<&'a mut HashMap<u64, Vec<UserId>>> {
        if index.is_none() {
            let mut made = HashMap::new();
            for user in directory.users()? {
                self.enter(&mut made, &*user?);
            }
            *index = Some(made);
        }
        Ok(index.get_or_insert_default())
    }

    fn enter(&self, index: &mut HashMap<u64, Vec<UserId>>, user: &User) {
        let record = Record::of(user);
        let mut enter = |name: Name<'_>| {
            let ids = index.entry(self.hash(name)).or_default();
            if !ids.contains(&user.id()) {
                ids.push(user.id());
            }
        };
        for (provisioner, id) in &record.external_ids {
            enter(Name::ExternalId(provisioner, id));
        }
        if let Some(name) = &record.user_name {
            enter(Name::UserName(&name.to_lowercase()));
        }
    }

    fn hash(&self, name: Name<'_>) -> u64 {
        self.hasher.hash_one(name)
    }
}

fn has(user: &User, name: Name<'_>) -> bool {
    let record = Record::of(user);
    match name {
        Name::ExternalId(provisioner, id) => record
            .external_ids
            .get(provisioner)
            .is_some_and(|found| found == id),
        Name::UserName(name) => record
            .alias_of(user)
            .is_some_and(|found| found.to_lowercase() == name),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
