//! Writing to the database: many keys at once, in order.

use std::iter::Peekable;
use std::ops::{Bound, ControlFlow};

use ::redb::{CursorError, ReadableTable, Table, WriteTransaction};

use super::checksum;
use super::errors::Name;
use super::guard::{guarded, guarded_visit};
use super::key_filter::KeyFilter;
use super::memtable::Entry;
use super::scan::{self, Layer};
use super::staging::{Sorted, Write};
use super::table::{Bytes, TABLE};
use crate::engine::{KeyRange, Order};
use crate::error::Result;

/// A running transaction of the database. It must be committed or aborted: if it is only
/// dropped, redb leaks its pages, and scans the whole file when it is opened next.
pub(super) struct Transaction {
    inner: WriteTransaction,
    name: Name,
    /// The filter to which each key that is set is added.
    filter: Option<KeyFilter>,
}

impl Transaction {
    /// Wraps a transaction of redb.
    pub(super) fn new(mut inner: WriteTransaction, name: &Name, filter: Option<KeyFilter>) -> Self {
        inner.set_quick_repair(true);
        Self {
            inner,
            name: name.clone(),
            filter,
        }
    }

    /// Applies `writes`, which are sorted by key.
    pub(super) fn write<W: AsWrite>(&mut self, writes: impl Iterator<Item = W>) -> Result<()> {
        guarded(&self.name, || {
            let mut table = self.table()?;
            let writes = writes.inspect(|write| {
                if let (Some(filter), (key, Some(_))) = (&self.filter, write.as_write()) {
                    filter.add(key);
                }
            });
            write_in_runs(&mut table, writes).map_err(|error| self.name.error(error))
        })
    }

    /// The value under `key`.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        guarded(&self.name, || {
            let table = self.table()?;
            let found = table.get(key).map_err(|error| self.name.error(error))?;
            found
                .map(|guard| {
                    let value = checksum::verify(key, guard.value()).map(<[u8]>::to_vec);
                    value.ok_or_else(|| self.name.value_damaged())
                })
                .transpose()
        })
    }

    /// Visits the entries of `range`, with `staged` on top.
    pub(super) fn scan(
        &self,
        staged: Sorted<'_>,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        guarded_visit(&self.name, visit, |visit| {
            let table = self.table()?;
            let layers = vec![Layer::staged(staged, order)];
            scan::scan(&table, &self.name, layers, range, order, visit)
        })
    }

    /// Runs `note` in the transaction and returns it, ready to be committed.
    pub(super) fn finish(
        self,
        note: impl FnOnce(&WriteTransaction) -> Result<(), ::redb::Error>,
    ) -> Result<WriteTransaction> {
        let noted = guarded(&self.name, || {
            note(&self.inner).map_err(|error| self.name.error(error))
        });
        match noted {
            Ok(()) => Ok(self.inner),
            Err(error) => {
                self.abort();
                Err(error)
            }
        }
    }

    /// Aborts: the database stays as it was.
    pub(super) fn abort(self) {
        let Self { inner, name, .. } = self;
        // A failed abort has written nothing either; redb then refuses the next
        // transaction.
        let _ = guarded(&name, || inner.abort().map_err(|error| name.error(error)));
    }

    fn table(&self) -> Result<Table<'_, Bytes, Bytes>> {
        let table = self.inner.open_table(TABLE);
        table.map_err(|error| self.name.error(error))
    }
}

/// A source of writes.
pub(super) trait AsWrite {
    /// The key and its value; `None` if it is removed.
    fn as_write(&self) -> Write<'_>;
}

impl AsWrite for Write<'_> {
    fn as_write(&self) -> Write<'_> {
        *self
    }
}

impl AsWrite for Entry<'_> {
    fn as_write(&self) -> Write<'_> {
        self.write()
    }
}

fn write_one(
    table: &mut Table<'_, Bytes, Bytes>,
    stored: &mut Vec<u8>,
    (key, value): Write<'_>,
) -> Result<(), ::redb::Error> {
    match value {
        Some(value) => {
            checksum::append(stored, key, value);
            table.insert(key, &stored[..])?
        }
        None => table.remove(key)?,
    };
    Ok(())
}

/// Maximum keys to skip before a gap is tried again.
const PATIENCE_MAX: usize = 64;

/// Applies `writes`. If many of them fall between two neighbouring keys of the table, all
/// but the first are inserted into that gap at once, which is faster and fills pages that
/// would otherwise be two thirds full. If gaps turn out to be small, they are tried less
/// often.
fn write_in_runs<W: AsWrite>(
    table: &mut Table<'_, Bytes, Bytes>,
    writes: impl Iterator<Item = W>,
) -> Result<(), ::redb::Error> {
    let mut writes = writes.peekable();
    let mut stored = Vec::new();
    let (mut patience, mut left) = (0, 0);
    while let Some(write) = writes.next() {
        write_one(table, &mut stored, write.as_write())?;
        if left > 0 {
            left -= 1;
            continue;
        }
        let (key, _) = write.as_write();
        if fill_gap(table, &mut stored, key, &mut writes)? > 0 {
            patience = 0;
        } else {
            patience = (patience * 2 + 1).min(PATIENCE_MAX);
        }
        left = patience;
    }
    Ok(())
}

/// Inserts those of `writes` after `key` that come before the next key of the table, and
/// returns their number.
fn fill_gap<W: AsWrite>(
    table: &mut Table<'_, Bytes, Bytes>,
    stored: &mut Vec<u8>,
    key: &[u8],
    writes: &mut Peekable<impl Iterator<Item = W>>,
) -> Result<usize, ::redb::Error> {
    let is_put = |write: &W| write.as_write().1.is_some();
    if !writes.peek().is_some_and(is_put) {
        return Ok(0);
    }
    let mut filled = 0;
    let mut gap = table.upper_bound_mut(Bound::Included(key))?;
    while let Some((key, Some(value))) = writes.peek().map(AsWrite::as_write) {
        checksum::append(stored, key, value);
        match gap.insert_before(key, &stored[..]) {
            Ok(()) => writes.next(),
            // The gap ends here.
            Err(CursorError::UnorderedKey) => break,
            Err(error) => return Err(error.into()),
        };
        filled += 1;
    }
    gap.close()?;
    Ok(filled)
}
