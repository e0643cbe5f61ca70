//! Ordered bytes and transactions: the interface between the rules and a store.
//!
//! An engine knows keys, values and commits, but nothing of users. It stores one ordered
//! map from byte strings to byte strings. Every engine passes the suite in `suite.rs`, with
//! [`memory`] as the oracle.

use std::ops::{Bound, ControlFlow, Deref};

use crate::error::Result;

pub(crate) mod embedded;
pub(crate) mod memory;
pub(crate) mod redb;
#[cfg(test)]
mod suite;

/// Checks the reader of the embedded engine's log, for the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::redb::check_log;

/// Figures of a store that has a log; zeros otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    /// The size of the log's files, as of the latest commit.
    pub(crate) log_bytes: u64,
    /// Checkpoints since it was opened.
    pub(crate) checkpoints: u64,
    /// Their total duration.
    pub(crate) checkpoint_micros: u64,
    /// The duration of the longest.
    pub(crate) checkpoint_micros_max: u64,
}

/// A range of keys.
pub(crate) type KeyRange<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// The keys from `start` to before `end`.
pub(crate) fn range_from<'a>(start: &'a [u8], end: &'a [u8]) -> KeyRange<'a> {
    (Bound::Included(start), Bound::Excluded(end))
}

/// The keys after `last` and before `end`.
pub(crate) fn range_after<'a>(last: &'a [u8], end: &'a [u8]) -> KeyRange<'a> {
    (Bound::Excluded(last), Bound::Excluded(end))
}

/// The direction of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// From the smallest key up.
    Ascending,
    /// From the largest key down.
    Descending,
}

/// One consistent state of the map.
pub(crate) trait Read {
    /// A borrowed value.
    type Value<'a>: Deref<Target = [u8]>
    where
        Self: 'a;

    /// The value under `key`, if there is one.
    fn get(&self, key: &[u8]) -> Result<Option<Self::Value<'_>>>;

    /// Calls `visit(key, value)` for each entry of `range`, in `order`, until it breaks. A
    /// range whose start lies after its end is empty.
    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()>;
}

/// A state that can list its damaged values.
pub(crate) trait Inspect: Read {
    /// Calls `visit(key, stored)` for each entry whose value can't be read, in the order of
    /// the keys: [`get`](Read::get) and [`scan`](Read::scan) fail at it with
    /// [`Corrupted`](crate::ErrorKind::Corrupted). `stored` is the raw value, which may be
    /// anything.
    fn each_damaged(&self, visit: impl FnMut(&[u8], &[u8])) -> Result<()>;
}

/// A transaction: reads see its own writes.
pub(crate) trait Write: Read {
    /// Sets `key` to `value`.
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()>;

    /// Removes `key`, if it exists.
    fn delete(&mut self, key: &[u8]) -> Result<()>;
}

/// A store of ordered bytes with strictly serializable transactions.
pub(crate) trait Engine: Send + Sync {
    /// A state that later writes don't change.
    type Snapshot: Read + Clone + Send + Sync + 'static;
    /// A running transaction.
    type Txn<'t>: Write;

    /// The latest committed state.
    fn snapshot(&self) -> Result<Self::Snapshot>;

    /// Runs `body` in a transaction and makes its writes durable.
    ///
    /// If `body` returns an error, nothing is written and the error is returned; if it writes
    /// nothing, nothing is committed. Only after an error of kind
    /// [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) may the writes exist. If `body`
    /// panics, nothing is written and the panic continues in the caller.
    ///
    /// `body` must not call the engine it runs in: that could deadlock.
    fn transact<T>(&self, body: impl FnOnce(&mut Self::Txn<'_>) -> Result<T>) -> Result<T>;

    /// Waits for a running transaction, writes out everything pending and releases the
    /// store. Later calls are refused with [`Closed`](crate::ErrorKind::Closed); closing
    /// again has no effect. Reads from a snapshot that is still held return the same as
    /// before, or are refused with `Closed` too.
    fn close(&self) -> Result<()>;
}
