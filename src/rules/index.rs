//! Finding the records of a batch by their keys.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// Up to this many records are searched linearly, which suits most batches: building a
/// table would cost more than it saves.
const FEW: usize = 16;

/// A hash table of positions in a list of records; the records hold the keys. A key may
/// have several positions.
///
/// Each index has a seed of its own, because callers choose the keys. foldhash resists
/// collisions that are made on purpose far less than `SipHash` does. That is enough here: an
/// index lives for one batch, so its seed can't be learned from one batch for the next, and
/// keys that collide cost time, never a wrong answer.
#[derive(Default)]
pub(super) struct RecordIndex {
    slots: HashTable<Slot>,
    hasher: RandomState,
    /// Whether there are more than a few records, so that the table holds them all.
    is_built: bool,
    /// Whether a key may have had two positions.
    has_twins: bool,
}

/// A position with a part of its key's hash, so that growing the table and most comparisons
/// don't read the records, which are scattered in memory.
#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    place: u32,
}

impl Slot {
    /// The hash under which the table stores it.
    fn spread(self) -> u64 {
        u64::from(self.hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl RecordIndex {
    /// Reserves room for `count` positions, if those are more than a few.
    pub(super) fn reserve(&mut self, count: usize) {
        if count > FEW && self.slots.is_empty() {
            self.slots.reserve(count, |slot| slot.spread());
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
        match self
            .slots
            .entry(slot.spread(), is_same, |slot| slot.spread())
        {
            Entry::Vacant(free) => {
                free.insert(slot);
            }
            Entry::Occupied(_) => {
                self.has_twins = true;
                self.slots
                    .insert_unique(slot.spread(), slot, |slot| slot.spread());
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
