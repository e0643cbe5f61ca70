//! What a batch that was accepted writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entries::Entry;
use crate::engine::Write;
use crate::error::Result;
use crate::model::{Applied, User};

/// What to write for a batch that was accepted, and what to answer.
pub(crate) struct Plan {
    pub(crate) writes: Writes,
    pub(crate) applied: Applied,
    /// The users whose records it replaces or removes, as they were before.
    pub(crate) replaced: Vec<Arc<User>>,
}

/// The value each key gets; `None` removes it.
#[derive(Default)]
pub(crate) struct Writes(BTreeMap<Vec<u8>, Option<Vec<u8>>>);

impl Writes {
    /// Sets `key` to `value`.
    pub(super) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.0.insert(key, Some(value));
    }

    /// Replaces entries by others. An entry that stays as it is isn't written; a
    /// key that one record gives up and another takes gets the new value, in
    /// whatever order the records come.
    pub(super) fn replace(&mut self, before: &[Entry], now: Vec<Entry>) {
        for (key, value) in before {
            if !now
                .iter()
                .any(|(other, same)| other == key && same == value)
            {
                self.0.entry(key.clone()).or_insert(None);
            }
        }
        for (key, value) in now {
            if !before
                .iter()
                .any(|(other, same)| *other == key && *same == value)
            {
                self.0.insert(key, Some(value));
            }
        }
    }

    /// Writes it, in the order of the keys.
    pub(crate) fn write_to(&self, txn: &mut impl Write) -> Result<()> {
        for (key, value) in &self.0 {
            match value {
                Some(value) => txn.put(key, value)?,
                None => txn.delete(key)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: u8, value: u8) -> Entry {
        (vec![key], vec![value])
    }

    #[test]
    fn a_key_can_change_hands_in_either_order() {
        let (first, second) = ((entry(1, 10), entry(2, 10)), (entry(2, 20), entry(1, 20)));
        for turns in [[&first, &second], [&second, &first]] {
            let mut writes = Writes::default();
            for (before, now) in turns {
                writes.replace(std::slice::from_ref(before), vec![now.clone()]);
            }
            let expected = [(vec![1], Some(vec![20])), (vec![2], Some(vec![10]))];
            assert_eq!(writes.0, BTreeMap::from(expected));
        }
    }

    #[test]
    fn what_stays_is_not_written() {
        let mut writes = Writes::default();
        writes.replace(&[entry(1, 1), entry(2, 2)], vec![entry(1, 1), entry(2, 3)]);
        assert_eq!(writes.0, BTreeMap::from([(vec![2], Some(vec![3]))]));
    }
}
