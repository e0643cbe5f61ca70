//! The first reading of all entries: each must be in order, a lookup must find it, and the
//! [tallies](super::tallies) of index entries are made.
//!
//! Values have checksums, but the inner pages of a database, which lead to them, have none. If
//! those are damaged, a scan can show an entry that a lookup doesn't find. There is no remedy for
//! that, because writes to such a file are misplaced too.

use super::Examiner;
use super::tallies::Tallies;
use crate::codec::keys::KeyKind;
use crate::engine::Read;
use crate::error::{Error, Result};

impl<R: Read> Examiner<'_, R> {
    /// Looks up each entry of the directory, and returns the kinds of index entries whose stored
    /// entries are exactly those that the users require. A sample of lookups is not enough: one
    /// wrong key in an inner page may hide only a single entry.
    pub(super) fn read_in_order(&mut self) -> Result<()> {
        let state = self.state;
        let mut tallies = Tallies::new()?;
        let mut last: Option<Vec<u8>> = None;
        state.each(b"", None, |key, value| {
            self.progress
                .read(key.first() == Some(&(KeyKind::User as u8)));
            if last.as_ref().is_some_and(|last| key <= &last[..]) {
                return Err(Error::corrupted("its entries are out of order"));
            }
            let last = last.get_or_insert_default();
            last.clear();
            last.extend_from_slice(key);
            match state.get(key)? {
                Some(found) if *found == *value => tallies.add(key, value),
                _ => Err(Error::corrupted(
                    "a lookup doesn't find an entry that is stored",
                )),
            }
        })?;
        for (kind, entries) in tallies.confirmed() {
            self.present.insert(kind as u8, entries);
            self.confirmed.push(kind);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::codec::keys;
    use crate::engine::memory::{Memory, Snapshot};
    use crate::engine::{Engine, Inspect, KeyRange, Order, range_from};
    use crate::error::ErrorKind;
    use crate::model::{Batch, License};
    use crate::rules::tests::write;
    use crate::rules::{format, verify};

    /// A kind of damage.
    enum Damage {
        /// A lookup doesn't find this key.
        Hidden(Vec<u8>),
        /// A scan shows the entries of this kind in the wrong order.
        Reversed(u8),
    }

    struct Damaged(Snapshot, Damage);

    impl Read for Damaged {
        type Value<'a> = <Snapshot as Read>::Value<'a>;

        fn get(&self, key: &[u8]) -> Result<Option<Self::Value<'_>>> {
            match &self.1 {
                Damage::Hidden(hidden) if hidden == key => Ok(None),
                _ => self.0.get(key),
            }
        }

        fn scan(
            &self,
            range: KeyRange<'_>,
            order: Order,
            mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
        ) -> Result<()> {
            let mut entries = Vec::new();
            self.0.scan(range, order, |key, value| {
                entries.push((key.to_vec(), value.to_vec()));
                ControlFlow::Continue(())
            })?;
            if let Damage::Reversed(kind) = self.1 {
                let is_of_kind = |entry: &(Vec<u8>, _)| entry.0.first() == Some(&kind);
                let start = entries
                    .iter()
                    .take_while(|entry| !is_of_kind(entry))
                    .count();
                let length = entries[start..]
                    .iter()
                    .take_while(|entry| is_of_kind(entry));
                let end = start + length.count();
                entries[start..end].reverse();
            }
            for (key, value) in &entries {
                if visit(key, value).is_break() {
                    break;
                }
            }
            Ok(())
        }
    }

    impl Inspect for Damaged {
        fn each_damaged(&self, visit: impl FnMut(&[u8], &[u8])) -> Result<()> {
            self.0.each_damaged(visit)
        }
    }

    fn state() -> Snapshot {
        let engine = Memory::new();
        engine
            .transact(|txn| format::create(txn, License::Enterprise))
            .unwrap();
        for email in ["ann@ex.co", "bob@ex.co", "cid@ex.co"] {
            write(&engine, Batch::new().create_user(email));
        }
        let state = engine.snapshot().unwrap();
        verify(&state).unwrap();
        state
    }

    fn expect_damage(state: &Snapshot, damage: Damage, message: &str) {
        let error = verify(&Damaged(state.clone(), damage)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupted);
        assert!(error.to_string().contains(message), "{error}");
    }

    #[test]
    fn an_entry_that_a_lookup_does_not_find_is_found() {
        let state = state();
        let mut all = Vec::new();
        let visit = |key: &[u8], _: &[u8]| {
            all.push(key.to_vec());
            ControlFlow::Continue(())
        };
        state
            .scan(range_from(b"", &[0xff]), Order::Ascending, visit)
            .unwrap();
        let kinds = [
            KeyKind::User,
            KeyKind::Id,
            KeyKind::Username,
            KeyKind::Change,
        ];
        for kind in kinds {
            assert!(all.iter().any(|key| key[0] == kind as u8), "{kind:?}");
        }
        for key in all {
            if ![keys::FORMAT, keys::LICENSE, keys::TOTALS].contains(&&key[..]) {
                expect_damage(&state, Damage::Hidden(key), "a lookup doesn't find");
            }
        }
    }

    #[test]
    fn entries_out_of_order_are_found() {
        let state = state();
        for kind in [KeyKind::User, KeyKind::Id, KeyKind::Username] {
            expect_damage(&state, Damage::Reversed(kind as u8), "out of order");
        }
    }
}
