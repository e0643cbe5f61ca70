//! The records that a batch has read or changed.

use std::hash::Hash;
use std::sync::Arc;

use super::index::RecordIndex;

/// Maximum unique names of a record.
pub(super) const NAMES_MAX: usize = 4;

/// Records by key, as they were before the batch and as they are now, in the order in which
/// the batch added them.
pub(super) struct WorkingSet<K, T> {
    records: Vec<WorkingRecord<K, T>>,
    /// Whether the records are sorted by key, as new ones are.
    is_sorted: bool,
    /// The index, if they aren't.
    by_key: RecordIndex,
}

/// One record of a [`WorkingSet`].
pub(super) struct WorkingRecord<K, T> {
    /// The key, which identifies the record.
    pub(super) key: K,
    /// The record before the batch; `None` if it didn't exist.
    pub(super) before: Option<Arc<T>>,
    /// The record now; `None` if it doesn't exist.
    pub(super) now: Option<Arc<T>>,
    /// Whether an operation changed it, rather than only reading it.
    pub(super) changed: bool,
    /// For each unique name, the operation that set it; `None` if it is from before the
    /// batch.
    pub(super) named_by: [Option<u32>; NAMES_MAX],
}

impl<K, T> Default for WorkingSet<K, T> {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            is_sorted: true,
            by_key: RecordIndex::default(),
        }
    }
}

impl<K: Copy + Ord + Hash, T> WorkingSet<K, T> {
    /// Reserves room for `count` records.
    pub(super) fn reserve(&mut self, count: usize) {
        self.records.reserve(count);
    }

    /// The record as it is now, if it is in the set.
    pub(super) fn get(&self, key: K) -> Option<Option<Arc<T>>> {
        self.record(key).map(|record| record.now.clone())
    }

    /// The record with its history, if it is in the set.
    pub(super) fn record(&self, key: K) -> Option<&WorkingRecord<K, T>> {
        Some(&self.records[self.place(key)?])
    }

    /// Whether the record is in the set.
    pub(super) fn contains(&self, key: K) -> bool {
        self.place(key).is_some()
    }

    fn place(&self, key: K) -> Option<usize> {
        if self.is_sorted {
            // Most lookups are for new keys, which are larger than all others.
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

    /// Adds a stored record that is not in the set yet; returns its position.
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

    /// Sets the record to `now`; returns its position and the previous value. A record that
    /// is not in the set is new.
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

    /// The record at a position.
    pub(super) fn at_mut(&mut self, place: usize) -> &mut WorkingRecord<K, T> {
        &mut self.records[place]
    }

    /// The records that an operation changed.
    pub(super) fn changed(&self) -> impl Iterator<Item = &WorkingRecord<K, T>> {
        self.records.iter().filter(|record| record.changed)
    }

    /// All records.
    pub(super) fn into_all(self) -> Vec<WorkingRecord<K, T>> {
        self.records
    }
}
