//! Finding the records of a batch by their keys.

use std::hash::{BuildHasher, Hash, RandomState};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// Up to this many records are searched linearly, which suits most batches: building a
/// table would cost more than it saves.
const FEW: usize = 16;

/// A hash table of positions in a list of records; the records hold the keys. A key may
/// have several positions.
///
/// Hashes are seeded, because callers choose the keys.
#[derive(Default)]
pub(super) struct Index {
    places: HashTable<u32>,
    hasher: RandomState,
    /// Whether there are more than a few records, so that the table holds them all.
    is_built: bool,
    /// Whether a key may have had two positions.
    has_twins: bool,
}

impl Index {
    /// Reserves room for `count` positions, if those are more than a few.
    pub(super) fn reserve(&mut self, count: usize) {
        if count > FEW && self.places.is_empty() {
            self.places.reserve(count, |_| 0);
        }
    }

    /// Notes that the key at `place`, one of `count`, is new or was changed. `key_at`
    /// returns the key at each position, including that one. Returns whether this built the
    /// table, which then has the keys at all positions.
    pub(super) fn update<'k, K: Eq + Hash + ?Sized + 'k>(
        &mut self,
        place: usize,
        from: Option<&K>,
        count: usize,
        key_at: impl Fn(usize) -> Option<&'k K>,
    ) -> bool {
        if !self.is_built {
            self.is_built = count > FEW;
            let all = if self.is_built { 0..count } else { 0..0 };
            all.for_each(|place| self.insert(place, &key_at));
            return self.is_built;
        }
        if let Some(from) = from {
            let hash = self.hasher.hash_one(from);
            let is_here = |other: &u32| *other as usize == place;
            if let Ok(entry) = self.places.find_entry(hash, is_here) {
                entry.remove();
            }
        }
        self.insert(place, key_at);
        false
    }

    fn insert<'k, K: Eq + Hash + ?Sized + 'k>(
        &mut self,
        place: usize,
        key_at: impl Fn(usize) -> Option<&'k K>,
    ) {
        let Some(key) = key_at(place) else { return };
        let hasher = &self.hasher;
        let hash = hasher.hash_one(key);
        let rehash = |place: &u32| {
            let key = key_at(*place as usize);
            key.map_or(0, |key| hasher.hash_one(key))
        };
        let is_same = |other: &u32| key_at(*other as usize) == Some(key);
        match self.places.entry(hash, is_same, rehash) {
            Entry::Vacant(free) => {
                free.insert(narrow(place));
            }
            Entry::Occupied(_) => {
                self.has_twins = true;
                self.places.insert_unique(hash, narrow(place), rehash);
            }
        }
    }

    /// Whether two positions may have the same key; `false` means that none have.
    pub(super) fn may_have_twins(&self) -> bool {
        self.has_twins || !self.is_built
    }

    /// The positions, out of `count`, that may have this key; the caller compares.
    pub(super) fn candidates<K: Hash + ?Sized>(
        &self,
        key: &K,
        count: usize,
    ) -> impl Iterator<Item = usize> {
        let (few, hash) = if self.is_built {
            (0, self.hasher.hash_one(key))
        } else {
            (count, 0)
        };
        let found = self.places.iter_hash(hash);
        (0..few).chain(found.map(|place| *place as usize))
    }
}

#[expect(clippy::expect_used, reason = "so many don't fit into memory")]
fn narrow(place: usize) -> u32 {
    u32::try_from(place).expect("a batch has less than four billion records")
}
