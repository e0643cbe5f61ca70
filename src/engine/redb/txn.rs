//! Writing: the one table, open in a redb write transaction.

use std::cell::Cell;
use std::ops::ControlFlow;

use ::redb::{Table, WriteTransaction};

use super::errors::Name;
use super::guard::guarded;
use super::snapshot::{self, Value};
use super::{Bytes, TABLE};
use crate::engine::{KeyRange, Order, Read, Write};
use crate::error::Result;

/// A write transaction under way. It neither commits nor aborts: who began it
/// does, when this is gone.
pub(crate) struct Txn<'t> {
    /// Has to be dropped before the transaction can commit.
    table: Table<'t, Bytes, Bytes>,
    /// What messages call the file.
    name: &'t Name,
    /// Set at the first change; lives outside, to be read when this is gone.
    wrote: &'t Cell<bool>,
}

impl<'t> Txn<'t> {
    /// Opens the table in `transaction` and sets `wrote` once anything changes.
    pub(super) fn new(
        transaction: &'t WriteTransaction,
        name: &'t Name,
        wrote: &'t Cell<bool>,
    ) -> Result<Self> {
        let table = transaction
            .open_table(TABLE)
            .map_err(|error| name.error(error))?;
        Ok(Self { table, name, wrote })
    }
}

impl Read for Txn<'_> {
    type Value<'a>
        = Value<'a>
    where
        Self: 'a;

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        snapshot::get(&self.table, self.name, key)
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        snapshot::scan(&self.table, self.name, range, order, visit)
    }
}

impl Write for Txn<'_> {
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.wrote.set(true);
        let Self { table, name, .. } = self;
        guarded(name, || {
            table
                .insert(key, value)
                .map_err(|error| name.error(error))?;
            Ok(())
        })
    }

    fn delete(&mut self, key: &[u8]) -> Result<()> {
        let Self { table, name, wrote } = self;
        guarded(name, || {
            let removed = table.remove(key).map_err(|error| name.error(error))?;
            if removed.is_some() {
                wrote.set(true);
            }
            Ok(())
        })
    }
}
