//! Finding the records of a batch by a key of theirs.

use std::hash::{BuildHasher, Hash, RandomState};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// Up to this many places are searched one by one, which suits most batches: a
/// table would cost them more than it saves.
const FEW: usize = 16;

/// A hash table of the places of records, which have the keys themselves. A key
/// may have more than one place.
///
/// It hashes with a random seed, since callers choose the keys.
#[derive(Default)]
pub(super) struct Index {
    places: HashTable<u32>,
    hasher: RandomState,
    /// Whether there were more than a few, and the table has them all.
    is_built: bool,
    /// Whether a key may ever have had two places.
    has_twins: bool,
}

impl Index {
    /// Makes room for `count` places, if those are more than a few.
    pub(super) fn reserve(&mut self, count: usize) {
        if count > FEW && self.places.is_empty() {
            self.places.reserve(count, |_| 0);
        }
    }

    /// Notes that the key at `place`, one of `count`, is another or new.
    /// `key_at` tells the key at each place, that one included. Returns whether the
    /// table was built for this, and so has the keys at all places.
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

    /// Whether two places may have one key; false means that they don't.
    pub(super) fn may_have_twins(&self) -> bool {
        self.has_twins || !self.is_built
    }

    /// The places, of `count`, that may have this key; the caller compares.
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
