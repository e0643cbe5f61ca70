//! Reading: a committed state of the file, and what the transaction shares of it.

use std::ops::{ControlFlow, Deref};
use std::sync::Arc;

use ::redb::{
    AccessGuard, Database, ReadOnlyTable, ReadableDatabase, ReadableTable, StorageError, TableError,
};

use super::errors::Name;
use super::guard::{guarded, guarded_visit};
use super::{Bytes, TABLE};
use crate::engine::{KeyRange, Order, Read};
use crate::error::Result;

/// A committed state of the file, which pins the pages it is made of.
pub(super) struct Committed {
    /// Keeps the read transaction that it was opened in.
    table: ReadOnlyTable<Bytes, Bytes>,
    /// What messages call the file.
    name: Name,
}

impl Committed {
    /// The latest state of a database that has the table.
    pub(super) fn latest(database: &Database, name: &Name) -> Result<Self> {
        let transaction = database.begin_read().map_err(|error| name.error(error))?;
        let table = transaction
            .open_table(TABLE)
            .map_err(|error| name.error(error))?;
        Ok(Self {
            table,
            name: name.clone(),
        })
    }

    /// The latest state, or `None` of a database without any table; one that has
    /// other tables than ours is somebody else's.
    pub(super) fn find(database: &Database, name: &Name) -> Result<Option<Self>> {
        let transaction = database.begin_read().map_err(|error| name.error(error))?;
        match transaction.open_table(TABLE) {
            Ok(table) => Ok(Some(Self {
                table,
                name: name.clone(),
            })),
            Err(error @ TableError::TableDoesNotExist(_)) => {
                let tables = transaction
                    .list_tables()
                    .map_err(|error| name.error(error))?
                    .count();
                let multimaps = transaction
                    .list_multimap_tables()
                    .map_err(|error| name.error(error))?
                    .count();
                if tables + multimaps == 0 {
                    Ok(None)
                } else {
                    Err(name.error(error))
                }
            }
            Err(error) => Err(name.error(error)),
        }
    }
}

/// A committed state of the file. Cloning one is cheap.
///
/// Hold it briefly: for as long as it lives, redb can't reuse the pages that
/// later commits free, and the file grows.
#[derive(Clone)]
pub(crate) struct Snapshot(Arc<Committed>);

impl Snapshot {
    /// The state as callers hold it.
    pub(super) fn new(committed: Arc<Committed>) -> Self {
        Self(committed)
    }
}

impl Read for Snapshot {
    type Value<'a> = Value<'a>;

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        get(&self.0.table, &self.0.name, key)
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        scan(&self.0.table, &self.0.name, range, order, visit)
    }
}

/// A value, borrowed from redb's page.
pub(crate) struct Value<'a>(AccessGuard<'a, Bytes>);

impl Deref for Value<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.value()
    }
}

/// [`Read::get`] on any redb table.
pub(super) fn get<'t>(
    table: &'t impl ReadableTable<Bytes, Bytes>,
    name: &Name,
    key: &[u8],
) -> Result<Option<Value<'t>>> {
    guarded(name, || match table.get(key) {
        // Looked at here, where it is guarded: where the value lies was read too.
        Ok(Some(found)) if found.value().is_empty() => Ok(Some(Value(found))),
        Ok(found) => Ok(found.map(Value)),
        Err(error) => Err(name.error(error)),
    })
}

/// [`Read::scan`] on any redb table.
pub(super) fn scan(
    table: &impl ReadableTable<Bytes, Bytes>,
    name: &Name,
    range: KeyRange<'_>,
    order: Order,
    visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
) -> Result<()> {
    guarded_visit(name, visit, |visit| {
        let visited = table.range::<&[u8]>(range).and_then(|entries| match order {
            Order::Ascending => each(entries, visit),
            Order::Descending => each(entries.rev(), visit),
        });
        visited.map_err(|error| name.error(error))
    })
}

/// Visits `entries` until a break, an error or the end.
fn each<'t>(
    entries: impl Iterator<
        Item = Result<(AccessGuard<'t, Bytes>, AccessGuard<'t, Bytes>), StorageError>,
    >,
    mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
) -> Result<(), StorageError> {
    for entry in entries {
        let (key, value) = entry?;
        if visit(key.value(), value.value()).is_break() {
            break;
        }
    }
    Ok(())
}
