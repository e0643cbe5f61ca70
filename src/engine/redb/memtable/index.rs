//! The position of the newest version of each key: a hash table that one thread changes
//! while others read it without a lock.
//!
//! Each word contains a position and some bits of the hash; zero is free. The invariants:
//!
//! 1. A word is stored (release) only after the entry at its position. So a thread that
//!    loads the word (acquire) can follow it.
//! 2. Words are never freed, and a key keeps its word in a table. So a search that ends at
//!    a free word has not missed the key.
//! 3. A larger table is complete before it becomes the current one (release), and smaller
//!    ones are not changed any more. So a reader with a smaller table finds everything up
//!    to its replacement, and a reader that knows of a later commit also sees the larger
//!    table.

use std::hint::black_box;

use super::sync::{AtomicU64, AtomicUsize, OnceLock, Ordering, WORDS_MIN};

/// The position of a write in the memtable: the number of a batch, and of a slot in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WritePosition {
    pub(super) batch: u32,
    pub(super) slot: u32,
}

/// Bits of the number of a batch and of a slot each; the others are for the hash.
const BITS: u32 = 26;
const MASK: u64 = (1 << BITS) - 1;

/// Maximum batches of a memtable, and maximum writes of a batch.
pub(super) const POSITIONS_MAX: usize = (1 << BITS) - 1;

impl WritePosition {
    /// Packs the position into a number that is never zero.
    pub(super) fn pack(self) -> u64 {
        (u64::from(self.batch) + 1) << BITS | u64::from(self.slot)
    }

    /// Unpacks a position; `None` for zero.
    pub(super) fn unpack(packed: u64) -> Option<Self> {
        let part = |bits: u64| u32::try_from(bits & MASK).unwrap_or_default();
        let batch = part(packed >> BITS).checked_sub(1)?;
        Some(Self {
            batch,
            slot: part(packed),
        })
    }
}

/// The bits of the hash that a word contains.
fn tag(hash: u64) -> u64 {
    hash & !(MASK << BITS | MASK)
}

/// How many times the table can double.
const TABLES: usize = 28;

/// The table. See the module documentation.
pub(super) struct Index {
    tables: [OnceLock<Box<[AtomicU64]>>; TABLES],
    current: AtomicUsize,
    /// The number of used words; only the writer reads it.
    used: AtomicUsize,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            tables: std::array::from_fn(|_| OnceLock::new()),
            current: AtomicUsize::new(0),
            used: AtomicUsize::new(0),
        }
    }
}

impl Index {
    /// The position of the key with this hash; `is_key` tells whether a position has the
    /// key.
    pub(super) fn get(
        &self,
        hash: u64,
        is_key: impl Fn(WritePosition) -> bool,
    ) -> Option<WritePosition> {
        let table = self.tables[self.current.load(Ordering::Acquire)].get()?;
        find(table, hash, is_key).1
    }

    /// Reserves room for `count` more keys. Only the writer may call this and the methods
    /// below. `hash_of` returns the hash of the key at a position.
    pub(super) fn reserve(&self, count: usize, hash_of: impl Fn(WritePosition) -> u64) {
        let used = self.used.load(Ordering::Relaxed);
        let mut current = self.current.load(Ordering::Relaxed);
        let is_enough = |words: usize| (used + count) * 4 <= words * 3;
        let table = self.tables[current].get();
        if table.is_some_and(|table| is_enough(table.len())) {
            return;
        }
        while !is_enough(WORDS_MIN << current) {
            current += 1;
        }
        let words = (0..WORDS_MIN << current).map(|_| AtomicU64::new(0));
        let larger: Box<[AtomicU64]> = words.collect();
        for word in table.into_iter().flatten() {
            let word = word.load(Ordering::Relaxed);
            if let Some(position) = WritePosition::unpack(word) {
                let at = free(&larger, start(&larger, hash_of(position)));
                larger[at].store(word, Ordering::Relaxed);
            }
        }
        let _ = self.tables[current].set(larger);
        self.current.store(current, Ordering::Release);
    }

    /// Reads the words at which the searches for these hashes begin, so that they are in the
    /// processor's cache. The loads overlap, and those of the searches can't.
    pub(super) fn touch(&self, hashes: impl Iterator<Item = u64>) {
        if let Some(table) = self.tables[self.current.load(Ordering::Relaxed)].get() {
            let words = hashes.map(|hash| table[start(table, hash)].load(Ordering::Relaxed));
            black_box(words.fold(0, |all, word| all ^ word));
        }
    }

    /// The word of the key with this hash, or the free word for it, and the key's position
    /// if it exists.
    pub(super) fn locate(
        &self,
        hash: u64,
        is_key: impl Fn(WritePosition) -> bool,
    ) -> (usize, Option<WritePosition>) {
        match self.tables[self.current.load(Ordering::Relaxed)].get() {
            Some(table) => find(table, hash, is_key),
            None => (0, None),
        }
    }

    /// Points the key that was located at `at` to `position`; `is_new` if it did not exist.
    /// Room must be reserved, and the key must not have been added meanwhile.
    pub(super) fn set(&self, at: usize, hash: u64, position: WritePosition, is_new: bool) {
        let Some(table) = self.tables[self.current.load(Ordering::Relaxed)].get() else {
            return;
        };
        let mut at = at;
        if is_new {
            // Another new key may have taken the word meanwhile.
            at = free(table, at);
            self.used.fetch_add(1, Ordering::Relaxed);
        }
        table[at].store(tag(hash) | position.pack(), Ordering::Release);
    }
}

fn start(table: &[AtomicU64], hash: u64) -> usize {
    usize::try_from(hash & (table.len() as u64 - 1)).unwrap_or_default()
}

/// The first free word from `at` on.
fn free(table: &[AtomicU64], mut at: usize) -> usize {
    while table[at].load(Ordering::Relaxed) != 0 {
        at = (at + 1) % table.len();
    }
    at
}

/// The word of a key, or the free word at which the search ends.
fn find(
    table: &[AtomicU64],
    hash: u64,
    is_key: impl Fn(WritePosition) -> bool,
) -> (usize, Option<WritePosition>) {
    let mut at = start(table, hash);
    loop {
        let word = table[at].load(Ordering::Acquire);
        let Some(position) = WritePosition::unpack(word) else {
            return (at, None);
        };
        if tag(word) == tag(hash) && is_key(position) {
            return (at, Some(position));
        }
        at = (at + 1) % table.len();
    }
}
