//! The records that a batch has looked at or changed.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Records by their identity, as the batch found them and as they are now.
pub(super) struct WorkingSet<K, T> {
    records: HashMap<K, Record<T>>,
}

/// One record of a [`WorkingSet`].
pub(super) struct Record<T> {
    /// As the batch found it; `None` where there was none.
    pub(super) before: Option<Arc<T>>,
    /// As it is now; `None` where there is none.
    pub(super) now: Option<Arc<T>>,
    /// Whether an operation changed it, or only looked.
    pub(super) changed: bool,
}

impl<K, T> Default for WorkingSet<K, T> {
    fn default() -> Self {
        Self {
            records: HashMap::new(),
        }
    }
}

impl<K: Copy + Eq + Hash, T> WorkingSet<K, T> {
    /// The record as it is now, if the batch has come across it.
    pub(super) fn get(&self, key: K) -> Option<Option<Arc<T>>> {
        self.records.get(&key).map(|record| record.now.clone())
    }

    /// The record with its history, if the batch has come across it.
    pub(super) fn record(&self, key: K) -> Option<&Record<T>> {
        self.records.get(&key)
    }

    /// Whether the batch has come across the record.
    pub(super) fn contains(&self, key: K) -> bool {
        self.records.contains_key(&key)
    }

    /// Takes in a record that the store has.
    pub(super) fn load(&mut self, key: K, stored: T) -> Arc<T> {
        let stored = Arc::new(stored);
        let record = Record {
            before: Some(stored.clone()),
            now: Some(stored.clone()),
            changed: false,
        };
        self.records.insert(key, record);
        stored
    }

    /// Makes `now` of the record; returns what it was. A record that was not
    /// loaded before is a new one.
    pub(super) fn put(&mut self, key: K, now: Option<T>) -> (Option<Arc<T>>, Option<Arc<T>>) {
        let now = now.map(Arc::new);
        let record = self.records.entry(key).or_insert(Record {
            before: None,
            now: None,
            changed: true,
        });
        record.changed = true;
        (std::mem::replace(&mut record.now, now.clone()), now)
    }

    /// All records, changed or not.
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &Record<T>)> {
        self.records.iter().map(|(key, record)| (*key, record))
    }

    /// The records that an operation changed.
    pub(super) fn changed(&self) -> impl Iterator<Item = (K, &Record<T>)> {
        self.iter().filter(|(_, record)| record.changed)
    }

    /// All records as they are now.
    pub(super) fn into_now(self) -> HashMap<K, Option<Arc<T>>> {
        self.records
            .into_iter()
            .map(|(key, record)| (key, record.now))
            .collect()
    }
}
