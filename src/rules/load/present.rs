//! Which unique entries exist while a directory is loaded.

use std::hash::BuildHasher;
use std::ops::{Bound, ControlFlow};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::codec::keys::KeyKind;
use crate::engine::{Order, Read};
use crate::error::Result;

/// The hashes of the keys of entries. A key whose hash is missing has no entry. Nearly all
/// keys of a load are new, and looking each of them up in the store would take most of the
/// time.
#[derive(Default)]
pub(super) struct Present {
    hashes: HashTable<u64>,
    /// Seeded, because the texts in the keys come from strangers.
    hashing: RandomState,
}

impl Present {
    /// Starts with the entries of a directory without users and workspaces: the ids of
    /// deleted users.
    pub(super) fn new(read: &impl Read) -> Result<Self> {
        let mut present = Self::default();
        let ids = KeyKind::Id.all();
        let end = ids.end();
        let range = (Bound::Included(&ids.0[..]), Bound::Excluded(&end[..]));
        read.scan(range, Order::Ascending, |key, _| {
            present.add(key);
            ControlFlow::Continue(())
        })?;
        Ok(present)
    }

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
