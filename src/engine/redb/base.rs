//! The database under the log: one redb file with the map in one table, and how
//! far it has come in another.
//!
//! It is written rarely, at checkpoints and by commits too large for the log, and
//! then in the order of the keys and with quick repair: redb stores with the
//! commit what it would otherwise find out by walking the whole file after a
//! crash.

use std::ops::Bound;

use ::redb::{
    CommitError, CursorError, Database, ReadableDatabase, ReadableTableMetadata, StorageBackend,
    Table, TableDefinition, TableError, WriteTransaction,
};
use uuid::Uuid;

use super::RedbOptions;
use super::errors::Name;
use super::log::Write;
use super::recent::{Entry, Slot};
use super::snapshot::Committed;
use crate::error::Result;

/// How redb sees a key or a value: bytes, compared as bytes. The lifetime is
/// redb's way to name the type and says nothing about the data.
pub(super) type Bytes = &'static [u8];

/// The table that holds the whole map.
pub(super) const TABLE: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new("headcount");

/// The table of what concerns the log.
const LOG: TableDefinition<'static, Bytes, u64> = TableDefinition::new("headcount log");

/// In [`LOG`]: the number of the last commit that the database holds. It changes
/// in the same transaction as what it counts.
const APPLIED: &[u8] = b"applied";
/// In [`LOG`]: the number that tells this database's log from any other.
const LOG_ID: &[u8] = b"id";

/// An open database.
pub(super) struct Base {
    database: Database,
    name: Name,
}

/// What an open database says of itself.
pub(super) struct Opened {
    pub(super) base: Base,
    /// What it holds.
    pub(super) committed: Committed,
    /// What it says of its log.
    pub(super) log: LogState,
}

/// What a database knows of its log.
#[derive(Clone, Copy)]
pub(super) struct LogState {
    /// The number of the last commit that the database holds.
    pub(super) applied: u64,
    /// What tells the log from any other.
    pub(super) id: u64,
}

impl Base {
    /// Opens what `backend` holds, and makes an empty map of it if there is
    /// nothing and `options` say so.
    pub(super) fn open(
        backend: impl StorageBackend,
        name: Name,
        options: &RedbOptions,
    ) -> Result<Opened> {
        let database = Database::builder()
            .set_cache_size(options.cache_bytes)
            .create_with_backend(backend)
            .map_err(|error| name.open_failed(error))?;
        let base = Self { database, name };
        let found = base.find()?;
        let (committed, log) = match found {
            Some((committed, Some(log))) => (committed, log),
            // A database from before there was a log gets its number here.
            Some((_, None)) => base.create()?,
            None if options.create => base.create()?,
            None => return Err(base.name.never_created()),
        };
        Ok(Opened {
            base,
            committed,
            log,
        })
    }

    /// Makes the tables.
    fn create(&self) -> Result<(Committed, LogState)> {
        let (_, id) = Uuid::now_v7().as_u64_pair();
        let transaction = self.begin()?;
        {
            let mut log = self.named(transaction.open_table(LOG))?;
            self.named(log.insert(APPLIED, 0))?;
            self.named(log.insert(LOG_ID, id))?;
            self.named(transaction.open_table(TABLE))?;
        }
        self.named(transaction.commit())?;
        Ok((self.latest()?, LogState { applied: 0, id }))
    }

    /// The latest state.
    fn latest(&self) -> Result<Committed> {
        let transaction = self.named(self.database.begin_read())?;
        let table = self.named(transaction.open_table(TABLE))?;
        Ok(Committed::new(table, &self.name))
    }

    /// The latest state with what is known of the log, or `None` of a database
    /// without any table; one that has other tables than ours is somebody else's.
    fn find(&self) -> Result<Option<(Committed, Option<LogState>)>> {
        let transaction = self.named(self.database.begin_read())?;
        let table = match transaction.open_table(TABLE) {
            Ok(table) => table,
            Err(error @ TableError::TableDoesNotExist(_)) => {
                let tables = self.named(transaction.list_tables())?.count();
                let multimaps = self.named(transaction.list_multimap_tables())?.count();
                return if tables + multimaps == 0 {
                    Ok(None)
                } else {
                    Err(self.name.error(error))
                };
            }
            Err(error) => return Err(self.name.error(error)),
        };
        let log = match transaction.open_table(LOG) {
            Ok(log) => {
                let number = |key| {
                    let found = self.named(log.get(key))?.map(|guard| guard.value());
                    found.ok_or_else(|| self.name.damaged("it lacks the state of its log"))
                };
                Some(LogState {
                    applied: number(APPLIED)?,
                    id: number(LOG_ID)?,
                })
            }
            Err(TableError::TableDoesNotExist(_)) => None,
            Err(error) => return Err(self.name.error(error)),
        };
        Ok(Some((Committed::new(table, &self.name), log)))
    }

    /// Runs `write` in one durable transaction, after which the database holds
    /// everything up to the commit `applied`. About `writes_max` writes are to be
    /// expected.
    ///
    /// # Errors
    ///
    /// `OutcomeUnknown` where the commit itself failed; after any other error the
    /// database is as it was.
    pub(super) fn apply(
        &self,
        applied: u64,
        writes_max: usize,
        write: impl FnOnce(&mut Writes<'_>) -> Result<()>,
    ) -> Result<Committed> {
        let mut transaction = self.begin()?;
        transaction.set_quick_repair(true);
        if let Err(error) = self.write(&transaction, applied, writes_max, write) {
            // An abort that fails has written nothing either; redb then refuses
            // the next transaction by itself.
            let _ = transaction.abort();
            return Err(error);
        }
        match transaction.commit() {
            Ok(()) => self.latest(),
            // redb has rolled everything back.
            Err(error @ CommitError::TransactionPoisoned) => Err(self.name.error(error)),
            Err(error) => Err(self.name.commit_failed(error)),
        }
    }

    fn write(
        &self,
        transaction: &WriteTransaction,
        applied: u64,
        writes_max: usize,
        write: impl FnOnce(&mut Writes<'_>) -> Result<()>,
    ) -> Result<()> {
        let table = self.named(transaction.open_table(TABLE))?;
        // Where more comes than there is, most of it lies side by side.
        let in_runs = self.named(table.len())? < writes_max as u64;
        write(&mut Writes {
            table,
            in_runs,
            name: &self.name,
        })?;
        let mut log = self.named(transaction.open_table(LOG))?;
        self.named(log.insert(APPLIED, applied))?;
        Ok(())
    }

    fn begin(&self) -> Result<WriteTransaction> {
        self.named(self.database.begin_write())
    }

    /// Releases the file. redb writes what makes the next open quick.
    pub(super) fn close(self) -> Result<()> {
        let Self { database, name } = self;
        database.close().map_err(|error| name.close_failed(error))
    }

    fn named<T, E: Into<::redb::Error>>(&self, result: Result<T, E>) -> Result<T> {
        result.map_err(|error| self.name.error(error))
    }
}

/// The writes of a transaction of the database.
pub(super) struct Writes<'t> {
    table: Table<'t, Bytes, Bytes>,
    in_runs: bool,
    name: &'t Name,
}

impl Writes<'_> {
    /// Applies `writes`, which are in the order of their keys.
    pub(super) fn write<W: AsWrite>(&mut self, writes: impl Iterator<Item = W>) -> Result<()> {
        let written = if self.in_runs {
            write_in_runs(&mut self.table, writes)
        } else {
            write_each(&mut self.table, writes)
        };
        written.map_err(|error| self.name.error(error))
    }
}

/// Whatever holds a key and what becomes of it.
pub(super) trait AsWrite {
    /// The key, and its value unless it is removed.
    fn as_write(&self) -> Write<'_>;
}

impl AsWrite for (&Vec<u8>, &Slot) {
    fn as_write(&self) -> Write<'_> {
        (self.0, self.1.as_deref())
    }
}

impl AsWrite for Entry<'_> {
    fn as_write(&self) -> Write<'_> {
        (self.key().bytes(), self.value().as_deref())
    }
}

/// Writes that are spread over the table.
fn write_each<W: AsWrite>(
    table: &mut Table<'_, Bytes, Bytes>,
    writes: impl Iterator<Item = W>,
) -> Result<(), ::redb::Error> {
    for write in writes {
        write_one(table, write.as_write())?;
    }
    Ok(())
}

fn write_one(
    table: &mut Table<'_, Bytes, Bytes>,
    (key, value): Write<'_>,
) -> Result<(), ::redb::Error> {
    match value {
        Some(value) => table.insert(key, value)?,
        None => table.remove(key)?,
    };
    Ok(())
}

/// Writes of which many have nothing of the table between them: these go to their
/// place in one go. Pages that are filled like that are full; ones that grow by
/// single keys in random order end up two thirds full.
fn write_in_runs<W: AsWrite>(
    table: &mut Table<'_, Bytes, Bytes>,
    writes: impl Iterator<Item = W>,
) -> Result<(), ::redb::Error> {
    let mut writes = writes.peekable();
    while let Some(write) = writes.next() {
        write_one(table, write.as_write())?;
        let (key, _) = write.as_write();
        let mut gap = table.upper_bound_mut(Bound::Included(key))?;
        while let Some((key, Some(value))) = writes.peek().map(AsWrite::as_write) {
            match gap.insert_before(key, value) {
                Ok(()) => writes.next(),
                // The gap ends here.
                Err(CursorError::UnorderedKey) => break,
                Err(error) => return Err(error.into()),
            };
        }
        gap.close()?;
    }
    Ok(())
}
