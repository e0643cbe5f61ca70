//! Comparing the index entries of users with what the users require, a kind at a time.
//!
//! Looking up the entries in the order of the users that require them costs random reads,
//! which is most of the time of a verification. So the stored entries of a kind are first
//! compared as a whole with the required ones: both are read in order, and the numbers of
//! entries and the sums of their hashes must be equal. Only the kinds that differ are
//! examined entry by entry.
//!
//! The hashes have 128 bits and a seed that is drawn for each verification, so that a
//! collision can't be prepared in advance; by chance it has a probability of about 2⁻¹²⁸
//! per kind.

use std::hash::{BuildHasher, RandomState};

use twox_hash::XxHash3_128;

use super::sound::readable;
use super::{Examiner, tombstone};
use crate::codec::decode_user;
use crate::codec::keys::{self, KeyKind};
use crate::engine::Read;
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

impl<R: Read> Examiner<'_, R> {
    /// Finds the kinds of index entries of which exactly those are stored that the users
    /// require.
    pub(super) fn confirm_kinds(&mut self) -> Result<()> {
        let seed = RandomState::new().hash_one(0);
        let required = self.tally_required(seed)?;
        for (kind, required) in KINDS_OF_USER.into_iter().zip(required).skip(1) {
            if self.tally_stored(kind, seed)? == required {
                self.present.insert(kind as u8, required.entries);
                self.confirmed.push(kind);
            }
        }
        Ok(())
    }

    /// The entries that users require, by kind.
    fn tally_required(&mut self, seed: u64) -> Result<[Tally; KINDS_OF_USER.len()]> {
        let mut tallies = [Tally::default(); KINDS_OF_USER.len()];
        let mut bytes = Vec::new();
        self.each(KeyKind::User, |examiner, key, value| {
            examiner.progress.read(true);
            let Some(email_key) = keys::email_key_of(key) else {
                return Ok(());
            };
            let Some(user) = readable(decode_user(email_key, value))? else {
                return Ok(());
            };
            for (kind, tally) in KINDS_OF_USER.into_iter().zip(&mut tallies).skip(1) {
                for entry in entries::all_of_user(&user, kind) {
                    bytes.clear();
                    entry.put_key(&mut bytes);
                    let key_bytes = bytes.len();
                    entry.put_value(&mut bytes)?;
                    tally.add(seed, key_bytes, &bytes);
                }
            }
            Ok(())
        })?;
        Ok(tallies)
    }

    /// The stored entries of a kind, without the ids of deleted users.
    fn tally_stored(&mut self, kind: KeyKind, seed: u64) -> Result<Tally> {
        let mut tally = Tally::default();
        let mut bytes = Vec::new();
        let deleted = tombstone()?;
        self.each(kind, |examiner, key, value| {
            examiner.progress.read(false);
            if kind == KeyKind::Id && *value == *deleted {
                return Ok(());
            }
            bytes.clear();
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(value);
            tally.add(seed, key.len(), &bytes);
            Ok(())
        })?;
        Ok(tally)
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
