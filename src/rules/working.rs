//! The records that a batch has looked at or changed.

use std::hash::Hash;
use std::sync::Arc;

use super::index::Index;

/// Unique names that a record may have at most.
const NAMES_MAX: usize = 4;

/// Records by their identity, as the batch found them and as they are now, in the
/// order in which it came across them.
pub(super) struct WorkingSet<K, T> {
    records: Vec<WorkingRecord<K, T>>,
    /// Whether the records are in the order of their keys, as new ones are.
    is_sorted: bool,
    /// Where they aren't.
    by_key: Index,
}

/// One record of a [`WorkingSet`].
pub(super) struct WorkingRecord<K, T> {
    /// The identity.
    pub(super) key: K,
    /// As the batch found it; `None` where there was none.
    pub(super) before: Option<Arc<T>>,
    /// As it is now; `None` where there is none.
    pub(super) now: Option<Arc<T>>,
    /// Whether an operation changed it, or only looked.
    pub(super) changed: bool,
    /// Of each of its unique names, the operation that gave it that name; `None`
    /// where it has it from before the batch.
    pub(super) named_by: [Option<u32>; NAMES_MAX],
}

impl<K, T> Default for WorkingSet<K, T> {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            is_sorted: true,
            by_key: Index::default(),
        }
    }
}

impl<K: Copy + Ord + Hash, T> WorkingSet<K, T> {
    /// Makes room for so many records.
    pub(super) fn reserve(&mut self, count: usize) {
        self.records.reserve(count);
    }

    /// The record as it is now, if the batch has come across it.
    pub(super) fn get(&self, key: K) -> Option<Option<Arc<T>>> {
        self.record(key).map(|record| record.now.clone())
    }

    /// The record with its history, if the batch has come across it.
    pub(super) fn record(&self, key: K) -> Option<&WorkingRecord<K, T>> {
        Some(&self.records[self.place(key)?])
    }

    /// Whether the batch has come across the record.
    pub(super) fn contains(&self, key: K) -> bool {
        self.place(key).is_some()
    }

    fn place(&self, key: K) -> Option<usize> {
        if self.is_sorted {
            // Most keys that are asked for are new ones.
            let last = self.records.last()?;
            if last.key < key {
                return None;
            }
            return self
                .records
                .binary_search_by_key(&key, |record| record.key)
                .ok();
        }
        self.by_key
            .candidates(&key, self.records.len())
            .find(|place| self.records[*place].key == key)
    }

    /// Takes in a record that the store has, and that the batch has not come
    /// across; returns its place.
    pub(super) fn load(&mut self, key: K, stored: T) -> usize {
        let stored = Arc::new(stored);
        self.push(WorkingRecord {
            key,
            before: Some(Arc::clone(&stored)),
            now: Some(stored),
            changed: false,
            named_by: [None; NAMES_MAX],
        })
    }

    /// Makes `now` of the record; returns its place and what it was. A record
    /// that was not loaded before is a new one.
    pub(super) fn put(&mut self, key: K, now: Option<T>) -> (usize, Option<Arc<T>>) {
        let now = now.map(Arc::new);
        if let Some(place) = self.place(key) {
            let record = &mut self.records[place];
            record.changed = true;
            return (place, std::mem::replace(&mut record.now, now));
        }
        let place = self.push(WorkingRecord {
            key,
            before: None,
            now,
            changed: true,
            named_by: [None; NAMES_MAX],
        });
        (place, None)
    }

    fn push(&mut self, record: WorkingRecord<K, T>) -> usize {
        let place = self.records.len();
        let was_sorted = self.is_sorted;
        self.is_sorted &= self.records.last().is_none_or(|last| last.key < record.key);
        self.records.push(record);
        if !self.is_sorted {
            let records = &self.records;
            let key_at = |place: usize| Some(&records[place].key);
            if was_sorted {
                self.by_key.reserve(records.capacity());
            }
            self.by_key.update(place, None, records.len(), key_at);
        }
        place
    }

    /// All records, changed or not.
    pub(super) fn all(&self) -> &[WorkingRecord<K, T>] {
        &self.records
    }

    /// The record at a place.
    pub(super) fn at_mut(&mut self, place: usize) -> &mut WorkingRecord<K, T> {
        &mut self.records[place]
    }

    /// The records that an operation changed.
    pub(super) fn changed(&self) -> impl Iterator<Item = &WorkingRecord<K, T>> {
        self.records.iter().filter(|record| record.changed)
    }

    /// The records alone.
    pub(super) fn into_all(self) -> Vec<WorkingRecord<K, T>> {
        self.records
    }
}
