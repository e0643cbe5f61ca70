//! A bounded cache of users by email, id and username.
//!
//! # What it promises
//!
//! A cached read is as fresh as a read of the engine's latest snapshot: a thread that has
//! seen a commit, through any read or because its own write was acknowledged, never sees an
//! earlier state again. Readers don't wait for commits, and commits don't wait for readers.
//!
//! # How it keeps that
//!
//! Only hits are cached, so a commit can invalidate only keys that resolved to a user
//! *before* it. For each of these keys, the committing thread
//!
//! 1. sets the key's mark before the engine publishes the commit;
//! 2. removes the entry after the engine has published the commit or has failed;
//! 3. clears the mark after all entries are removed.
//!
//! A reader checks the mark first. If it is set, the reader reads the engine. If it is
//! clear, no commit that the reader has seen is still at step 1 or 2: if it has seen a
//! commit, through the engine or through an entry read from it, the mark was set before
//! that, so a clear mark means that step 3 has followed, after the entry was removed. So a
//! cached entry is no older than what the reader has seen. It was current when the reader
//! checked the mark, which is the moment when the read takes effect.
//!
//! A reader that finds no entry inserts one: it reserves the key, *then* takes a snapshot,
//! and fills the reservation with what it read from that. Removing an entry also cancels
//! reservations. So if the snapshot is older than a commit to the key, so is the
//! reservation, and that commit cancels it before it clears the mark.
//!
//! In a cache that is disabled or closed, all marks are set.
//!
//! Hosts that cache users themselves learn of commits from a [`Generation`], which follows
//! the same steps.

mod generation;
mod hits;
mod key;
mod many;
mod marks;
#[cfg(test)]
mod model;
mod table;
#[cfg(test)]
mod tests;

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub(super) use self::key::CacheKeyKind;
use std::thread::available_parallelism;

use self::generation::Generation;
use self::hits::Hits;
use self::key::{Hashing, KeyRef};
use self::marks::Marks;
use self::table::Table;
use crate::error::Result;
use crate::model::User;
use crate::process::Word;

/// Tables per processor, each with its own lock. A small cache has fewer. Large tables can use
/// huge pages.
const TABLES_PER_PROCESSOR: usize = 4;
/// Maximum number of tables.
const TABLES_MAX: usize = 64;
/// Minimum bytes of a table.
const TABLE_BYTES_MIN: usize = 64 << 10;
/// No key is longer, so longer texts are not looked up.
const KEY_BYTES_MAX: usize = 255;
/// A commit of more users than this marks all keys and empties the cache.
const REPLACED_MAX: usize = 4096;

/// The users that were read recently or often.
pub(super) struct UserCache {
    /// Their number is a power of two.
    tables: Box<[Part]>,
    marks: Marks,
    hashing: Hashing,
    /// Held while marks change.
    state: Mutex<CacheState>,
    hits: Hits,
    misses: AtomicU64,
    /// For the caches of hosts; changes only while `state` is held.
    generation: Generation,
}

/// A table on cache lines of its own.
#[repr(align(128))]
struct Part(RwLock<Table>);

/// The state that a thread must lock to change marks.
struct CacheState {
    /// Whether all marks are set permanently.
    closed: bool,
}

impl UserCache {
    /// A cache that takes at most about this much memory; 0 disables it.
    pub(super) fn new(bytes: usize) -> Self {
        let processors = available_parallelism().map_or(1, NonZero::get);
        let useful = (processors * TABLES_PER_PROCESSOR).min(TABLES_MAX);
        let wanted = (bytes / TABLE_BYTES_MIN).clamp(1, useful);
        let count = 1 << wanted.ilog2();
        let tables = (0..count).map(|_| Part(RwLock::new(Table::new(bytes / count))));
        let cache = Self {
            tables: tables.collect(),
            marks: Marks::new(),
            hashing: Hashing::default(),
            state: Mutex::new(CacheState { closed: false }),
            hits: Hits::default(),
            misses: AtomicU64::new(0),
            generation: Generation::new(),
        };
        if bytes == 0 {
            cache.shut(&mut cache.lock());
        }
        cache
    }

    /// The cached user with this key, unless the key is marked.
    #[inline]
    pub(super) fn get(&self, kind: CacheKeyKind, text: &[u8]) -> Option<Arc<User>> {
        if text.len() > KEY_BYTES_MAX {
            return None;
        }
        let key = KeyRef::new(&self.hashing, kind, text);
        // The mark must be checked before the table is read.
        if self.marks.is_set(key.hash) {
            return None;
        }
        let user = self.table(&key).read().get(&key).cloned()?;
        self.hits.add(1);
        Some(user)
    }

    /// The user with this key, from the cache or from `load`, which must take its snapshot
    /// when it is called.
    pub(super) fn get_or_load(
        &self,
        kind: CacheKeyKind,
        text: &[u8],
        load: impl FnOnce() -> Result<Option<User>>,
    ) -> Result<Option<Arc<User>>> {
        if let Some(user) = self.get(kind, text) {
            return Ok(Some(user));
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let key = KeyRef::new(&self.hashing, kind, text);
        if self.marks.is_set(key.hash) {
            return Ok(load()?.map(Arc::new));
        }
        // Before the snapshot is taken.
        let reservation = ReservedKey::new(self.table(&key), &key);
        let user = load()?.map(Arc::new);
        if let Some(user) = &user {
            reservation.fill(user);
        }
        Ok(user)
    }

    /// Begins the invalidation for a commit. The caller must mark the users that the commit
    /// replaces before it is published, and drop the invalidation when the commit is over.
    pub(super) fn invalidation(&self) -> Invalidation<'_> {
        Invalidation {
            cache: self,
            state: self.lock(),
            replaced: Vec::new(),
            all: false,
            begun: false,
        }
    }

    /// Empties the cache, and disables it and the caches of hosts permanently.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        self.generation.close();
        self.shut(&mut state);
    }

    /// The generation, for the caches of hosts.
    pub(super) fn generation(&self) -> u64 {
        self.generation.get()
    }

    /// The address of that number.
    pub(super) fn generation_word(&self) -> &Word {
        self.generation.word()
    }

    fn shut(&self, state: &mut CacheState) {
        state.closed = true;
        self.marks.set_all();
        self.clear();
    }

    /// The number of entries, one for each key of a user, and about how much memory they
    /// take.
    pub(super) fn size(&self) -> (u64, u64) {
        let sizes = self.tables.iter().map(|table| {
            let table = table.read();
            (table.len() as u64, table.bytes() as u64)
        });
        sizes.fold((0, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1))
    }

    /// The numbers of hits and misses.
    pub(super) fn reads(&self) -> (u64, u64) {
        (self.hits.sum(), self.misses.load(Ordering::Relaxed))
    }

    /// The table of a key. It is chosen by other bits of the hash than the slot and the
    /// mark.
    #[inline]
    fn table(&self, key: &KeyRef<'_>) -> &Part {
        &self.tables[self.table_index(key)]
    }

    #[inline]
    fn table_index(&self, key: &KeyRef<'_>) -> usize {
        let chosen = (key.hash >> 58) as usize;
        chosen & (self.tables.len() - 1)
    }

    fn clear(&self) {
        for table in &self.tables {
            table.write().clear();
        }
    }

    /// The state is a plain value, which is valid even after a panic.
    fn lock(&self) -> MutexGuard<'_, CacheState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing panics while a table is locked.
impl Part {
    #[inline]
    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reserved key; dropping it gives the reservation back.
struct ReservedKey<'c, 'k> {
    table: &'c Part,
    key: &'c KeyRef<'k>,
    ticket: Option<u64>,
}

impl<'c, 'k> ReservedKey<'c, 'k> {
    fn new(table: &'c Part, key: &'c KeyRef<'k>) -> Self {
        let ticket = table.write().reserve(key);
        Self {
            table,
            key,
            ticket: Some(ticket),
        }
    }

    /// Caches the user, unless a commit has cancelled the reservation.
    fn fill(mut self, user: &Arc<User>) {
        if let Some(ticket) = self.ticket.take() {
            self.table.write().fill(self.key, ticket, user);
        }
    }
}

impl Drop for ReservedKey<'_, '_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.table.write().give_back(ticket);
        }
    }
}

/// The invalidation of entries by one commit. Dropping it removes the entries that the
/// commit may have outdated, however the commit ended.
pub(super) struct Invalidation<'c> {
    cache: &'c UserCache,
    state: MutexGuard<'c, CacheState>,
    /// The users whose keys are marked, with the hashes of these keys.
    replaced: Vec<(Arc<User>, [u64; 3])>,
    all: bool,
    /// Whether the generation was begun.
    begun: bool,
}

impl Invalidation<'_> {
    /// Marks the keys of the users whose records the commit replaces, as they were before.
    pub(super) fn mark(&mut self, replaced: Vec<Arc<User>>) {
        if !replaced.is_empty() && !self.begun {
            self.begun = true;
            self.cache.generation.begin();
        }
        if self.state.closed || self.all {
            return;
        }
        if self.replaced.len() + replaced.len() > REPLACED_MAX {
            self.all = true;
            self.cache.marks.set_all();
            return;
        }
        let marked = replaced.into_iter().map(|user| {
            let keys = KeyRef::all_of(&self.cache.hashing, &user);
            let hashes = keys.map(|key| key.hash);
            for hash in hashes {
                self.cache.marks.set(hash);
            }
            (user, hashes)
        });
        self.replaced.extend(marked);
    }
}

impl Drop for Invalidation<'_> {
    fn drop(&mut self) {
        self.forget();
        if self.begun {
            self.cache.generation.end();
        }
    }
}

impl Invalidation<'_> {
    /// Removes the entries that the commit may have outdated.
    fn forget(&self) {
        let cache = self.cache;
        if self.state.closed {
            return;
        }
        if self.all {
            cache.clear();
            cache.marks.clear_all();
            return;
        }
        for (user, hashes) in &self.replaced {
            for key in KeyRef::all_with(*hashes, user) {
                cache.table(&key).write().remove(&key);
            }
        }
        for hash in self.replaced.iter().flat_map(|(_, hashes)| hashes) {
            cache.marks.clear(*hash);
        }
    }
}
