//! Ordered bytes and transactions: the seam between the rules and a store.
//!
//! An engine knows keys, values and commits; it has never heard of a user. It
//! keeps one ordered map from byte strings to byte strings. Every engine passes
//! the one suite in `suite.rs`, with [`memory`] as the oracle.

use std::ops::{Bound, ControlFlow, Deref};

use crate::error::Result;

pub(crate) mod embedded;
pub(crate) mod memory;
pub(crate) mod redb;
#[cfg(test)]
mod suite;

/// Checks the reader of the embedded engine's log, for the fuzzer.
#[cfg(any(fuzzing, test))]
pub(crate) use self::redb::check_log;

/// Figures of a store that has a log; zeros otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    /// How large the files of the log are, as of the latest commit.
    pub(crate) log_bytes: u64,
    /// Checkpoints that were made since it was opened.
    pub(crate) checkpoints: u64,
    /// How long they took in all.
    pub(crate) checkpoint_micros: u64,
    /// How long the longest took.
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

/// Which end of a range a scan starts from.
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

    /// Calls `visit(key, value)` for each entry of `range`, in `order`, until it
    /// breaks. A range whose start lies behind its end is empty.
    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()>;
}

/// A state that can tell which of its values were damaged where they are stored.
pub(crate) trait Inspect: Read {
    /// Calls `visit(key, stored)` for each entry whose value can't be read, in the
    /// order of the keys: [`get`](Read::get) and [`scan`](Read::scan) fail at it with
    /// [`Corrupted`](crate::ErrorKind::Corrupted). What is stored is handed over as
    /// it is, and may be anything.
    fn each_damaged(&self, visit: impl FnMut(&[u8], &[u8])) -> Result<()>;
}

/// A transaction: reads see its own writes.
pub(crate) trait Write: Read {
    /// Sets `key` to `value`.
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()>;

    /// Removes `key`; absent is fine.
    fn delete(&mut self, key: &[u8]) -> Result<()>;
}

/// A store of ordered bytes with strictly serializable transactions.
pub(crate) trait Engine: Send + Sync {
    /// A state that stays as it is while others write.
    type Snapshot: Read + Clone + Send + Sync + 'static;
    /// A transaction under way.
    type Txn<'t>: Write;

    /// The latest committed state.
    fn snapshot(&self) -> Result<Self::Snapshot>;

    /// Runs `body` in a transaction and makes its writes durable.
    ///
    /// An engine may run `body` more than once, so it must depend on nothing but
    /// what it reads. When it returns an error, nothing is written and that
    /// error is returned; when it writes nothing, nothing is committed. An error
    /// of kind [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) is the only
    /// one after which the writes may exist. A panic of `body` writes nothing
    /// either and goes on to the caller.
    ///
    /// `body` must not call the engine it runs in: that could wait for itself.
    fn transact<T>(&self, body: impl FnMut(&mut Self::Txn<'_>) -> Result<T>) -> Result<T>;

    /// Writes out what is pending and releases the store, once the transaction
    /// under way is over. Later calls are refused with
    /// [`Closed`](crate::ErrorKind::Closed), except this one, which then does
    /// nothing. From a snapshot that is still held, a read finds what it would
    /// have found before or is refused with `Closed` too.
    fn close(&self) -> Result<()>;
}
