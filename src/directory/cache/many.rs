//! Looking up many users at once.
//!
//! A lookup waits for memory twice, for the slot and for the user, and its caller waits for
//! the user's texts. The waits of consecutive lookups can't overlap, because the lock and
//! the reference count between them are barriers for the processor. So for a batch of keys,
//! this takes the locks first, then touches all slots, then all users, then their texts, and
//! increments the counts last, when everything is in the processor's cache.

use std::hint::black_box;
use std::sync::{Arc, RwLockReadGuard};

use super::key::{CacheKeyKind, KeyRef};
use super::table::Table;
use super::{KEY_BYTES_MAX, UserCache};
use crate::model::User;

/// Lookups that overlap: more than a processor can have in flight. Locks are held only for
/// one batch.
const BATCH: usize = 64;

impl UserCache {
    /// Looks up each of these keys like [`get`](Self::get), in order.
    pub(in crate::directory) fn get_many<'k>(
        &self,
        kind: CacheKeyKind,
        texts: impl ExactSizeIterator<Item = &'k [u8]>,
    ) -> Vec<Option<Arc<User>>> {
        let mut found = Vec::with_capacity(texts.len());
        let mut keys = Vec::with_capacity(texts.len().min(BATCH));
        for text in texts {
            keys.push(self.key_of_many(kind, text));
            if keys.len() == BATCH {
                self.get_batch(&keys, &mut found);
                keys.clear();
            }
        }
        self.get_batch(&keys, &mut found);
        found
    }

    /// The key, unless it is marked or longer than any key.
    fn key_of_many<'k>(&self, kind: CacheKeyKind, text: &'k [u8]) -> Option<KeyRef<'k>> {
        if text.len() > KEY_BYTES_MAX {
            return None;
        }
        let key = KeyRef::new(&self.hashing, kind, text);
        // Before any table is read: see the module documentation of the cache.
        (!self.marks.is_set(key.hash)).then_some(key)
    }

    fn get_batch(&self, keys: &[Option<KeyRef<'_>>], found: &mut Vec<Option<Arc<User>>>) {
        let tables = self.locked(keys);
        let table = |key: &KeyRef<'_>| tables[self.table_index(key)].as_deref();
        let touched = keys.iter().flatten().fold(0, |sum: u64, key| {
            sum.wrapping_add(table(key).map_or(0, |table| table.touch(key)))
        });
        black_box(touched);
        let users: [Option<&Arc<User>>; BATCH] = std::array::from_fn(|at| {
            let key = keys.get(at)?.as_ref()?;
            table(key)?.get(key)
        });
        let users = &users[..keys.len()];
        let counters = users.iter().flatten().map(|user| Arc::strong_count(user));
        black_box(counters.fold(0, usize::wrapping_add));
        // The caller is about to read the texts.
        let texts = users.iter().flatten().map(|user| user.texts.touch());
        black_box(texts.fold(0, u8::wrapping_add));
        self.hits.add(users.iter().flatten().count());
        found.extend(users.iter().map(|user| user.cloned()));
    }

    /// The tables of these keys, locked in a fixed order, so that threads can't deadlock.
    fn locked(&self, keys: &[Option<KeyRef<'_>>]) -> Vec<Option<RwLockReadGuard<'_, Table>>> {
        let wanted = keys
            .iter()
            .flatten()
            .fold(0_u64, |wanted, key| wanted | 1 << self.table_index(key));
        let tables = self.tables.iter().enumerate();
        tables
            .map(|(at, table)| (wanted >> at & 1 == 1).then(|| table.read()))
            .collect()
    }
}
