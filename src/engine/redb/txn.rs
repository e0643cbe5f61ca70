//! Transactions: their writes are on top of the state they began with.
//!
//! A transaction that outgrows the log goes around it: its writes so far move into a
//! transaction of the database, and the rest follows in parts, so that a load of a million
//! users doesn't keep all its entries in memory.

use std::mem;
use std::ops::{Bound, ControlFlow, RangeBounds};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::log::Log;
use super::snapshot::{State, Value};
use super::staging::{BYTES_MAX, Staging, Write as Written, Writes, hash_of};
use super::transaction::Transaction;
use super::{Shared, log};
use crate::engine::{KeyRange, Order, Read, Write};
use crate::error::Result;

/// Bytes that a transaction stages before it goes around the log; after that, bytes of
/// writes in key order that it collects before they move to the database.
const STAGED_BYTES_MAX: usize = 8 << 20;

/// Bytes of unordered writes that it collects: the more of them are sorted at once, the
/// fewer pages they touch.
const UNORDERED_BYTES_MAX: usize = 32 << 20;

/// A running transaction. Its creator commits or drops `pending`.
pub(crate) struct Txn<'t> {
    shared: &'t Shared,
    state: &'t State,
    log: &'t mut Log,
    pending: &'t mut PendingWrites,
}

/// The writes of a transaction, until it commits.
#[derive(Default)]
pub(super) struct PendingWrites {
    /// The writes by key; once the transaction goes around the log, the latest ones that
    /// are not in `run`.
    pub(super) staged: Staging,
    /// Once the transaction goes around the log, all writes before those in `staged` and
    /// `run`: see the module documentation.
    pub(super) around: Option<Transaction>,
    /// Then, the latest writes while their keys are ascending; empty while `staged` isn't.
    run: Writes,
    /// About the size of the writes in `staged` or `run`.
    bytes: usize,
    /// About the size of the writes that went around the log.
    around_bytes: u64,
}

/// Every key.
pub(super) const ALL: KeyRange<'static> = (Bound::Unbounded, Bound::Unbounded);

impl<'t> Txn<'t> {
    /// A transaction on `state` that writes to `pending`.
    pub(super) fn new(
        shared: &'t Shared,
        state: &'t State,
        log: &'t mut Log,
        pending: &'t mut PendingWrites,
    ) -> Self {
        Self {
            shared,
            state,
            log,
            pending,
        }
    }

    fn stage(&mut self, write: Written<'_>) -> Result<()> {
        let longest = write.0.len().max(write.1.map_or(0, <[u8]>::len));
        if longest > BYTES_MAX {
            let error = ::redb::Error::ValueTooLarge(longest);
            return Err(self.shared.name.error(error));
        }
        let pending = &mut *self.pending;
        pending.bytes += log::Size::of(write);
        let bytes_max = pending.push(write);
        if pending.bytes > bytes_max {
            pending.go_around(self.shared, self.log)?;
        }
        Ok(())
    }
}

/// The size of the last transaction: the next one is probably about as large.
#[derive(Default)]
pub(super) struct Usual {
    writes: AtomicUsize,
    bytes: AtomicUsize,
}

/// Maximum writes and bytes to reserve.
const USUAL_MAX: (usize, usize) = (4_096, 512 << 10);

impl Usual {
    /// Notes the writes and bytes of a transaction.
    pub(super) fn note(&self, (writes, bytes): (usize, usize)) {
        self.writes
            .store(writes.min(USUAL_MAX.0), Ordering::Relaxed);
        self.bytes.store(bytes.min(USUAL_MAX.1), Ordering::Relaxed);
    }

    /// The writes and bytes to reserve, with some to spare.
    pub(super) fn get(&self) -> (usize, usize) {
        let more = |size: &AtomicUsize| size.load(Ordering::Relaxed) * 5 / 4;
        (more(&self.writes), more(&self.bytes))
    }
}

impl PendingWrites {
    /// With room for this many writes and bytes.
    pub(super) fn with_room((writes, bytes): (usize, usize)) -> Self {
        Self {
            staged: Staging::with_capacity(writes, bytes),
            ..Self::default()
        }
    }

    /// Whether nothing was written.
    pub(super) fn is_empty(&self) -> bool {
        self.staged.is_empty() && self.around.is_none()
    }

    /// Adds a write, and returns the limit in bytes of the collection that it went to.
    fn push(&mut self, write: Written<'_>) -> usize {
        if self.around.is_none() {
            self.staged.put(write);
            return STAGED_BYTES_MAX;
        }
        let last = self.run.iter().next_back();
        if self.staged.is_empty() && last.is_none_or(|(last, _)| last < write.0) {
            self.run.push(write);
            return STAGED_BYTES_MAX;
        }
        for write in self.run.iter() {
            self.staged.put(write);
        }
        self.run.clear();
        self.staged.put(write);
        UNORDERED_BYTES_MAX
    }

    /// Moves the staged writes into a transaction of the database.
    ///
    /// # Errors
    ///
    /// After an error the transaction can only be aborted.
    pub(super) fn go_around(&mut self, shared: &Shared, log: &mut Log) -> Result<()> {
        self.around_bytes += self.bytes as u64;
        shared.require_space(self.around_bytes)?;
        let around = match &mut self.around {
            Some(around) => around,
            none => none.insert(shared.begin_around(log, self.around_bytes)?),
        };
        self.bytes = 0;
        around.write(mem::take(&mut self.staged).sorted(ALL).into_iter())?;
        around.write(self.run.iter())?;
        self.run.clear();
        Ok(())
    }
}

impl Read for Txn<'_> {
    type Value<'a>
        = Value<'a>
    where
        Self: 'a;

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        let PendingWrites {
            staged,
            around,
            run,
            ..
        } = &*self.pending;
        let hash = hash_of(key);
        if let Some(value) = staged.get(key, hash) {
            return Ok(value.map(Value::borrowed));
        }
        let Some(around) = around else {
            return self.state.get(key, hash);
        };
        let slots = run.slots();
        match slots.binary_search_by(|slot| run.key(slot).cmp(key)) {
            Ok(place) => Ok(run.write(&slots[place]).1.map(Value::borrowed)),
            Err(_) => Ok(around.get(key)?.map(Value::owned)),
        }
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        let pending = &*self.pending;
        let Some(around) = &pending.around else {
            let staged = pending.staged.sorted(range);
            return self.state.scan(staged, range, order, visit);
        };
        if !pending.staged.is_empty() {
            return around.scan(pending.staged.sorted(range), range, order, visit);
        }
        let run = pending.run.slots();
        let first = run.partition_point(|slot| {
            let key = pending.run.key(slot);
            match range.0 {
                Bound::Included(start) => key < start,
                Bound::Excluded(start) => key <= start,
                Bound::Unbounded => false,
            }
        });
        let writes = run[first..].iter().map(|slot| pending.run.write(slot));
        let in_range = writes.take_while(|(key, _)| range.contains(key));
        around.scan(in_range.collect(), range, order, visit)
    }
}

impl Write for Txn<'_> {
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.stage((key, Some(value)))
    }

    fn delete(&mut self, key: &[u8]) -> Result<()> {
        // An absent key stays absent without a write.
        if self.get(key)?.is_some() {
            self.stage((key, None))?;
        }
        Ok(())
    }
}
