//! Writing: what a transaction has written lies over the state it began with.
//!
//! A transaction that outgrows the log goes around it: what it has written so far
//! moves into a transaction of the database, and the rest follows bit by bit, so
//! that a load of a million users needs no memory for all of its entries.

use std::collections::HashMap;
use std::mem;
use std::ops::{Bound, ControlFlow, RangeBounds};

use foldhash::fast::RandomState;

use super::recent::Slot;
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
    /// The writes by key, or the latest of them.
    pub(super) staged: Staging,
    /// About how long they are.
    bytes: usize,
    /// Has those before, and everything else: see the room's head.
    pub(super) around: Option<Transaction>,
}

/// Writes by key, in no order: most are looked up one by one, and there are few to
/// sort when their order is asked for.
pub(super) type Staging = HashMap<Vec<u8>, Slot, RandomState>;

/// What is staged in `range`, in the order of the keys.
pub(super) fn sorted<'s>(staged: &'s Staging, range: KeyRange<'_>) -> Vec<(&'s Vec<u8>, &'s Slot)> {
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
        pending.staged.insert(key.to_vec(), slot);
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
        let staged = mem::take(&mut self.staged);
        let all = (Bound::Unbounded, Bound::Unbounded);
        around.write(sorted(&staged, all).into_iter())?;
        Ok(around)
    }
}

impl Read for Txn<'_> {
    type Value<'a>
        = Value<'a>
    where
        Self: 'a;

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        match (self.pending.staged.get(key), &self.pending.around) {
            (Some(slot), _) => Ok(slot.as_deref().map(Value::staged)),
            (None, Some(around)) => Ok(around.get(key)?.map(Value::owned)),
            (None, None) => self.state.get(key),
        }
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        let staged = &self.pending.staged;
        match &self.pending.around {
            Some(around) => around.scan(staged, range, order, visit),
            None => self.state.scan(staged, range, order, visit),
        }
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
