//! Writing: what a transaction has written lies over the state it began with.
//!
//! A transaction that outgrows the log goes around it: what it has written so far
//! moves into a transaction of the database, and the rest follows bit by bit, so
//! that a load of a million users needs no memory for all of its entries.

use std::collections::HashMap;
use std::mem;
use std::ops::{Bound, ControlFlow, RangeBounds};

use foldhash::fast::RandomState;

use super::memtable::Slot;
use super::snapshot::{State, Value};
use super::transaction::Transaction;
use super::{Shared, log};
use crate::engine::{KeyRange, Order, Read, Write};
use crate::error::Result;

/// Bytes that a transaction stages before they move to the database.
const STAGED_BYTES_MAX: usize = 8 << 20;

/// A transaction under way. Who began it commits what is in `pending` or drops it.
pub(crate) struct Txn<'t> {
    shared: &'t Shared,
    state: &'t State,
    pending: &'t mut Pending,
}

/// What a transaction wrote, which is nowhere else.
#[derive(Default)]
pub(super) struct Pending {
    /// The writes by key, until the transaction goes around the log.
    pub(super) staged: Staging,
    /// Has all writes before those in `run`, once the transaction goes around the
    /// log: see the room's head.
    pub(super) around: Option<Transaction>,
    /// The latest writes then, as long as their keys are ascending.
    run: Vec<(Vec<u8>, Slot)>,
    /// About how long what is in `staged` or `run` is.
    bytes: usize,
}

/// Writes by key, in no order: most are looked up one by one, and there are few to
/// sort when their order is asked for.
pub(super) type Staging = HashMap<Vec<u8>, Slot, RandomState>;

/// Every key.
pub(super) const ALL: KeyRange<'static> = (Bound::Unbounded, Bound::Unbounded);

/// Staged writes in the order of their keys.
pub(super) type Sorted<'s> = Vec<(&'s Vec<u8>, &'s Slot)>;

/// What is staged in `range`.
fn sorted<'s>(staged: &'s Staging, range: KeyRange<'_>) -> Sorted<'s> {
    let mut entries: Vec<_> = staged
        .iter()
        .filter(|(key, _)| range.contains(&key[..]))
        .collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}

impl<'t> Txn<'t> {
    /// Begins in `state`; what is written goes to `pending`.
    pub(super) fn new(shared: &'t Shared, state: &'t State, pending: &'t mut Pending) -> Self {
        Self {
            shared,
            state,
            pending,
        }
    }

    fn stage(&mut self, key: &[u8], slot: Slot) -> Result<()> {
        let pending = &mut *self.pending;
        pending.bytes += log::Size::of((key, slot.as_deref()));
        if pending.around.is_some() {
            if pending.run.last().is_some_and(|(last, _)| &last[..] >= key) {
                pending.go_around(self.shared)?;
            }
            pending.run.push((key.to_vec(), slot));
        } else {
            pending.staged.insert(key.to_vec(), slot);
        }
        if pending.bytes > STAGED_BYTES_MAX {
            pending.go_around(self.shared)?;
        }
        Ok(())
    }
}

impl Pending {
    /// Whether nothing was written.
    pub(super) fn is_empty(&self) -> bool {
        self.staged.is_empty() && self.around.is_none()
    }

    /// Moves what is staged into a transaction of the database.
    pub(super) fn go_around(&mut self, shared: &Shared) -> Result<&mut Transaction> {
        let around = match &mut self.around {
            Some(around) => around,
            none => none.insert(shared.begin_around()?),
        };
        self.bytes = 0;
        around.write(sorted(&mem::take(&mut self.staged), ALL).into_iter())?;
        around.write(self.run.drain(..))?;
        Ok(around)
    }
}

impl Read for Txn<'_> {
    type Value<'a>
        = Value<'a>
    where
        Self: 'a;

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        let Pending {
            staged,
            around,
            run,
            ..
        } = &*self.pending;
        let Some(around) = around else {
            return match staged.get(key) {
                Some(slot) => Ok(slot.as_deref().map(Value::staged)),
                None => self.state.get(key),
            };
        };
        match run.binary_search_by(|(other, _)| other[..].cmp(key)) {
            Ok(place) => Ok(run[place].1.as_deref().map(Value::staged)),
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
            let staged = sorted(&pending.staged, range);
            return self.state.scan(staged, range, order, visit);
        };
        let first = pending.run.partition_point(|(key, _)| match range.0 {
            Bound::Included(start) => &key[..] < start,
            Bound::Excluded(start) => &key[..] <= start,
            Bound::Unbounded => false,
        });
        let in_range = pending.run[first..]
            .iter()
            .take_while(|(key, _)| range.contains(&key[..]));
        let run = in_range.map(|(key, slot)| (key, slot)).collect();
        around.scan(run, range, order, visit)
    }
}

impl Write for Txn<'_> {
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.stage(key, Some(value.to_vec()))
    }

    fn delete(&mut self, key: &[u8]) -> Result<()> {
        // An absent key stays absent without a write.
        if self.get(key)?.is_some() {
            self.stage(key, None)?;
        }
        Ok(())
    }
}
