//! Comparing the index entries of users with what the users require, a kind at a time.
//!
//! Looking up the entries in the order of the users that require them costs random reads,
//! which is most of the time of a verification. So the stored entries of a kind are first
//! compared as a whole with the required ones: the numbers of entries and the sums of their
//! hashes must be equal. Only the kinds that differ are examined entry by entry.
//!
//! The hashes have 128 bits and a seed that is drawn for each verification, so that a
//! collision can't be prepared in advance; by chance it has a probability of about 2⁻¹²⁸
//! per kind.

use std::hash::{BuildHasher, RandomState};

use twox_hash::XxHash3_128;

use super::sound::readable;
use super::tombstone;
use crate::codec::decode_user;
use crate::codec::keys::{self, KeyKind};
use crate::error::Result;
use crate::rules::entries::{self, KINDS_OF_USER};

/// A number of entries, and the sum of their hashes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    entries: u64,
    sum: u128,
}

impl Tally {
    /// Adds the entry whose key of `key_bytes` and value are together in `entry`.
    fn add(&mut self, seed: u64, key_bytes: usize, entry: &[u8]) {
        // The length of the key tells it from the value.
        let seed = seed ^ key_bytes as u64;
        let hash = XxHash3_128::oneshot_with_seed(seed, entry);
        self.entries += 1;
        self.sum = self.sum.wrapping_add(hash);
    }
}

/// The index entries that users require and those that are stored, by kind.
pub(super) struct Tallies {
    seed: u64,
    /// The value of the id of a deleted user, which no user requires.
    deleted: Vec<u8>,
    required: [Tally; KINDS_OF_USER.len()],
    stored: [Tally; KINDS_OF_USER.len()],
    /// For one entry at a time.
    bytes: Vec<u8>,
}

impl Tallies {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            seed: RandomState::new().hash_one(0),
            deleted: tombstone()?,
            required: Default::default(),
            stored: Default::default(),
            bytes: Vec::new(),
        })
    }

    /// Adds a stored entry: a user with all that it requires, or an index entry.
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let kind = key.first().copied();
        match KINDS_OF_USER
            .iter()
            .position(|of_user| Some(*of_user as u8) == kind)
        {
            Some(0) => self.require(key, value),
            Some(index) if KINDS_OF_USER[index] != KeyKind::Id || *value != *self.deleted => {
                self.bytes.clear();
                self.bytes.extend_from_slice(key);
                self.bytes.extend_from_slice(value);
                self.stored[index].add(self.seed, key.len(), &self.bytes);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Adds the index entries that a user requires, if it can be read.
    fn require(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let Some(email_key) = keys::email_key_of(key) else {
            return Ok(());
        };
        let Some(user) = readable(decode_user(email_key, value))? else {
            return Ok(());
        };
        for (kind, tally) in KINDS_OF_USER.into_iter().zip(&mut self.required).skip(1) {
            for entry in entries::all_of_user(&user, kind) {
                self.bytes.clear();
                entry.put_key(&mut self.bytes);
                let key_bytes = self.bytes.len();
                entry.put_value(&mut self.bytes)?;
                tally.add(self.seed, key_bytes, &self.bytes);
            }
        }
        Ok(())
    }

    /// The kinds whose stored entries are exactly those that users require, each with the number of
    /// entries.
    pub(super) fn confirmed(&self) -> impl Iterator<Item = (KeyKind, u64)> {
        let both = self.required.iter().zip(&self.stored);
        let kinds = KINDS_OF_USER.into_iter().zip(both).skip(1);
        kinds
            .filter(|(_, (required, stored))| required == stored)
            .map(|(kind, (required, _))| (kind, required.entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_depends_on_all_entries_and_not_on_their_order() {
        let tally = |entries: &[(&str, &str)]| {
            let mut tally = Tally::default();
            for (key, value) in entries {
                tally.add(7, key.len(), format!("{key}{value}").as_bytes());
            }
            (tally.entries, tally.sum)
        };
        let both = tally(&[("ann", "1"), ("bob", "2")]);
        assert_eq!(tally(&[("bob", "2"), ("ann", "1")]), both);
        for other in [
            &[("ann", "2"), ("bob", "1")][..],
            &[("ann1", ""), ("bob", "2")],
            &[("ann", "1"), ("ann", "1")],
            &[("ann", "1")],
        ] {
            assert_ne!(tally(other), both, "{other:?}");
        }
    }
}
