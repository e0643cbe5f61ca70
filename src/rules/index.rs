//! Finding the records of a batch by a key of theirs.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
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
    slots: HashTable<Slot>,
    hasher: RandomState,
    /// Whether there were more than a few, and the table has them all.
    is_built: bool,
    /// Whether a key may ever have had two places.
    has_twins: bool,
}

/// A place, and part of its key's hash: so a table that grows, and most comparisons, need
/// no look at the records, which are anywhere in memory.
#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    place: u32,
}

impl Slot {
    /// The hash that the table has it under.
    fn spread(&self) -> u64 {
        u64::from(self.hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl Index {
    /// Makes room for `count` places, if those are more than a few.
    pub(super) fn reserve(&mut self, count: usize) {
        if count > FEW && self.slots.is_empty() {
            self.slots.reserve(count, Slot::spread);
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
            let slot = self.slot(from, place);
            let is_here = |other: &Slot| other.place == slot.place;
            if let Ok(entry) = self.slots.find_entry(slot.spread(), is_here) {
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
        let slot = self.slot(key, place);
        let is_same =
            |other: &Slot| other.hash == slot.hash && key_at(other.place as usize) == Some(key);
        match self.slots.entry(slot.spread(), is_same, Slot::spread) {
            Entry::Vacant(free) => {
                free.insert(slot);
            }
            Entry::Occupied(_) => {
                self.has_twins = true;
                self.slots.insert_unique(slot.spread(), slot, Slot::spread);
            }
        }
    }

    fn slot<K: Hash + ?Sized>(&self, key: &K, place: usize) -> Slot {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "part of the hash is enough"
        )]
        Slot {
            hash: self.hasher.hash_one(key) as u32,
            place: narrow(place),
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
        let (few, slot) = if self.is_built {
            (0, self.slot(key, 0))
        } else {
            (count, Slot { hash: 0, place: 0 })
        };
        let found = self.slots.iter_hash(slot.spread());
        let found = found.filter(move |other| other.hash == slot.hash);
        (0..few).chain(found.map(|slot| slot.place as usize))
    }
}

#[expect(clippy::expect_used, reason = "so many don't fit into memory")]
fn narrow(place: usize) -> u32 {
    u32::try_from(place).expect("a batch has less than four billion records")
}
