//! Writing: what a transaction has written lies over the state it began with.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::recent::Slot;
use super::snapshot::{State, Value};
use crate::engine::{KeyRange, Order, Read, Write};
use crate::error::Result;

/// A transaction under way. What it wrote is nowhere but here; who began it
/// commits that or drops it.
pub(crate) struct Txn<'t> {
    state: &'t State,
    staged: &'t mut Staging,
}

/// The writes of a transaction, by key.
pub(super) type Staging = BTreeMap<Vec<u8>, Slot>;

impl<'t> Txn<'t> {
    /// Begins in `state`; what is written goes to `staged`.
    pub(super) fn new(state: &'t State, staged: &'t mut Staging) -> Self {
        Self { state, staged }
    }
}

impl Read for Txn<'_> {
    type Value<'a>
        = Value<'a>
    where
        Self: 'a;

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        match self.staged.get(key) {
            Some(slot) => Ok(slot.as_deref().map(Value::staged)),
            None => self.state.get(key),
        }
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        if is_empty(range) {
            return Ok(());
        }
        let staged = self.staged.range::<[u8], _>(range);
        let staged: Box<dyn Iterator<Item = _>> = match order {
            Order::Ascending => Box::new(staged),
            Order::Descending => Box::new(staged.rev()),
        };
        let staged = staged.map(|(key, slot)| (&key[..], slot.as_deref()));
        self.state.scan(Some(staged), range, order, visit)
    }
}

impl Write for Txn<'_> {
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.staged.insert(key.to_vec(), Some(value.to_vec()));
        Ok(())
    }

    fn delete(&mut self, key: &[u8]) -> Result<()> {
        // An absent key stays absent without a write.
        if self.get(key)?.is_some() {
            self.staged.insert(key.to_vec(), None);
        }
        Ok(())
    }
}

/// Whether the range has no keys at all: a map of the standard library panics
/// on one that ends before it starts.
fn is_empty(range: KeyRange<'_>) -> bool {
    use std::ops::Bound::{Excluded, Included};

    match range {
        (Included(start), Included(end)) => start > end,
        (Included(start) | Excluded(start), Included(end) | Excluded(end)) => start >= end,
        _ => false,
    }
}
