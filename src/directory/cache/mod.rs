//! A bounded cache of users by email, id and username.
//!
//! # What it promises
//!
//! A cached read is as good as one from the engine's latest snapshot: whoever has
//! seen a commit, through any read or because their own write was acknowledged,
//! never again sees a state before it. Nobody waits: not readers for a commit, nor
//! a commit for readers.
//!
//! # How it keeps that
//!
//! Only users are cached, never that there is none. So the entries that a commit
//! makes wrong are under keys that led to a user *before* it; keys that a user gets
//! by it are those, or have no entry. For each of these keys the committing thread
//!
//! 1. sets the key's mark, before the engine publishes the commit;
//! 2. removes the entry, after the engine has published it or has failed;
//! 3. takes the mark off, after all entries are removed.
//!
//! A reader looks at the mark first. If it is set, it reads the engine. If it is
//! clear, then no commit that it could have seen is still at step 1 or 2: had it
//! seen one, through the engine or an entry made from it, then that one's mark was
//! set before, and a mark seen clear has been taken off since, after the entry was
//! removed. So what the reader finds cached is no older than what it has seen, and
//! was current at the moment when it looked at the mark: that is when the read took
//! place.
//!
//! An entry is made by a reader who found none: it reserves the key, *then* takes
//! a snapshot, and fills the place with what it read there. Removing an entry also
//! cancels a reservation. So if the snapshot was older than a commit to the key, the
//! reservation was too, and it is gone when that commit takes its mark off.
//!
//! A cache that is off, or closed, has all marks set.
//!
//! Hosts that cache users themselves are told of a commit by a
//! [`Generation`], which follows the same steps.

mod generation;
mod hits;
mod key;
mod many;
mod marks;
#[cfg(test)]
mod model;
#[cfg(test)]
mod stress;
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

/// Parts of the cache that are locked separately, for each processor and at most,
/// unless the cache is small. Large parts can lie in large pages of memory.
const TABLES_PER_PROCESSOR: usize = 4;
const TABLES_MAX: usize = 64;
/// A part has at least so many bytes.
const TABLE_BYTES_MIN: usize = 64 << 10;
/// No key is longer, so a longer text is not looked for.
const KEY_BYTES_MAX: usize = 255;
/// From so many users on, a commit marks all keys and empties the cache.
const REPLACED_MAX: usize = 4096;

/// The users that were read last or often.
pub(super) struct UserCache {
    /// A power of two of them.
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

/// A table, with its cache lines to itself.
#[repr(align(128))]
struct Part(RwLock<Table>);

/// What a thread must hold to change marks.
struct CacheState {
    /// Whether all marks are set for good.
    closed: bool,
}

impl UserCache {
    /// A cache that takes at most about so much memory; with 0 it is off.
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

    /// The user under this key, if it is cached and not about to change.
    #[inline]
    pub(super) fn get(&self, kind: CacheKeyKind, text: &[u8]) -> Option<Arc<User>> {
        if text.len() > KEY_BYTES_MAX {
            return None;
        }
        let key = KeyRef::new(&self.hashing, kind, text);
        // The order of these two is what makes it right.
        if self.marks.is_set(key.hash) {
            return None;
        }
        let user = self.table(&key).read().get(&key).cloned()?;
        self.hits.add(1);
        Some(user)
    }

    /// The user under this key, which `load` finds in a snapshot that it takes when
    /// it is called.
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

    /// Prepares for a commit. The caller must have told it the users that the commit
    /// replaces before that is published, and drop it when that is over.
    pub(super) fn invalidation(&self) -> Invalidation<'_> {
        Invalidation {
            cache: self,
            state: self.lock(),
            replaced: Vec::new(),
            all: false,
            begun: false,
        }
    }

    /// Forgets everything, and lets no reader find anything any more, here or in the
    /// cache of a host.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        self.generation.close();
        self.shut(&mut state);
    }

    /// What hosts keep their caches by.
    pub(super) fn generation(&self) -> u64 {
        self.generation.get()
    }

    /// Where it is in memory.
    #[cfg(feature = "capi")]
    pub(super) fn generation_word(&self) -> &Word {
        self.generation.word()
    }

    fn shut(&self, state: &mut CacheState) {
        state.closed = true;
        self.marks.set_all();
        self.clear();
    }

    /// Users that are cached, once under each key, and about how many bytes of
    /// memory they take.
    pub(super) fn size(&self) -> (u64, u64) {
        let sizes = self.tables.iter().map(|table| {
            let table = table.read();
            (table.len() as u64, table.bytes() as u64)
        });
        sizes.fold((0, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1))
    }

    /// Reads that found a user in the cache, and those that asked the engine.
    pub(super) fn reads(&self) -> (u64, u64) {
        (self.hits.sum(), self.misses.load(Ordering::Relaxed))
    }

    /// The table of a key. It is chosen by other bits than the slot and the mark.
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

    /// A thread that panicked left a plain value, which is sound.
    fn lock(&self) -> MutexGuard<'_, CacheState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing panics while it holds a table.
impl Part {
    #[inline]
    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key that is reserved, and given back when this goes.
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

    /// Caches the user, unless a commit came in between.
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

/// A commit under way, for the cache. However it ends, dropping it removes what the
/// commit may have made wrong.
pub(super) struct Invalidation<'c> {
    cache: &'c UserCache,
    state: MutexGuard<'c, CacheState>,
    replaced: Vec<Arc<User>>,
    all: bool,
    /// Whether hosts were told of it.
    begun: bool,
}

impl Invalidation<'_> {
    /// Marks the users whose records the commit replaces, as they were before it.
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
        for key in keys(self.cache, &replaced) {
            self.cache.marks.set(key.hash);
        }
        self.replaced.extend(replaced);
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
    /// Removes what the commit may have made wrong.
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
        for key in keys(cache, &self.replaced) {
            cache.table(&key).write().remove(&key);
        }
        for key in keys(cache, &self.replaced) {
            cache.marks.clear(key.hash);
        }
    }
}

/// All keys of these users.
fn keys<'u>(cache: &UserCache, users: &'u [Arc<User>]) -> impl Iterator<Item = KeyRef<'u>> {
    users
        .iter()
        .flat_map(|user| KeyRef::all_of(&cache.hashing, user))
}
