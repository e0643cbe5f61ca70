//! Which entries a load has put, as far as memory goes.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// The hashes of the keys that were put: one whose hash is not here was not. To look each
/// key up in the store would take most of the time of a load, and hardly any is there.
#[derive(Default)]
pub(super) struct Present {
    hashes: HashTable<u64>,
    /// Seeded, since the texts in the keys come from strangers.
    hashing: RandomState,
}

impl Present {
    /// Notes that there is an entry with this key.
    pub(super) fn add(&mut self, key: &[u8]) {
        let hash = self.hashing.hash_one(key);
        self.hashes
            .entry(hash, |other| *other == hash, |other| *other)
            .or_insert(hash);
    }

    /// Whether there may be an entry with this key.
    pub(super) fn may_have(&self, key: &[u8]) -> bool {
        let hash = self.hashing.hash_one(key);
        self.hashes.find(hash, |other| *other == hash).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_there_and_hardly_anything_else() {
        let mut present = Present::default();
        let key = |number: u32| number.to_be_bytes();
        for number in 0..1000 {
            present.add(&key(number));
        }
        assert!((0..1000).all(|number| present.may_have(&key(number))));
        let mistaken = (1000..100_000).filter(|number| present.may_have(&key(*number)));
        assert!(mistaken.count() < 10);
    }
}
