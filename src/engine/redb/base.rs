//! The database under the log: one redb file with the map in one table, and how
//! far it has come in another.
//!
//! It is written rarely, at checkpoints and by commits too large for the log, and
//! then in the order of the keys and with quick repair: redb stores with the
//! commit what it would otherwise find out by walking the whole file after a
//! crash.

use std::iter::Peekable;
use std::ops::Bound;

use ::redb::{
    CommitError, CursorError, Database, ReadableDatabase, ReadableTable, StorageBackend, Table,
    TableDefinition, TableError, WriteTransaction,
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
        let transaction = self.named(self.database.begin_write())?;
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

    /// Begins to write.
    pub(super) fn begin(&self) -> Result<Transaction> {
        let mut inner = self.named(self.database.begin_write())?;
        inner.set_quick_repair(true);
        Ok(Transaction {
            inner,
            name: self.name.clone(),
        })
    }

    /// Makes durable what `transaction` wrote, after which the database holds
    /// everything up to the commit `applied`.
    ///
    /// # Errors
    ///
    /// `OutcomeUnknown` where the commit itself failed; after any other error the
    /// database is as it was.
    pub(super) fn commit(&self, transaction: Transaction, applied: u64) -> Result<Committed> {
        let noted = transaction.note(applied);
        if let Err(error) = noted {
            transaction.abort();
            return Err(error);
        }
        match transaction.inner.commit() {
            Ok(()) => self.latest(),
            // redb has rolled everything back.
            Err(error @ CommitError::TransactionPoisoned) => Err(self.name.error(error)),
            Err(error) => Err(self.name.commit_failed(error)),
        }
    }

    /// Applies `writes`, which are in the order of their keys, in one transaction;
    /// see [`commit`](Self::commit).
    pub(super) fn apply<W: AsWrite>(
        &self,
        writes: impl Iterator<Item = W>,
        applied: u64,
    ) -> Result<Committed> {
        let mut transaction = self.begin()?;
        match transaction.write(writes) {
            Ok(()) => self.commit(transaction, applied),
            Err(error) => {
                transaction.abort();
                Err(error)
            }
        }
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

/// A transaction of the database under way. One that is not committed has to be
/// aborted: redb leaks the pages of one that is only dropped, and then walks the
/// whole file when it is opened next.
pub(super) struct Transaction {
    inner: WriteTransaction,
    name: Name,
}

impl Transaction {
    /// Applies `writes`, which are in the order of their keys.
    pub(super) fn write<W: AsWrite>(&mut self, writes: impl Iterator<Item = W>) -> Result<()> {
        let mut table = self.table()?;
        write_in_runs(&mut table, writes).map_err(|error| self.name.error(error))
    }

    /// The value under `key`.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let table = self.table()?;
        let found = table.get(key).map_err(|error| self.name.error(error))?;
        Ok(found.map(|guard| guard.value().to_vec()))
    }

    /// The table, for everything else.
    pub(super) fn table(&self) -> Result<Table<'_, Bytes, Bytes>> {
        let table = self.inner.open_table(TABLE);
        table.map_err(|error| self.name.error(error))
    }

    /// Leaves the database as it was.
    pub(super) fn abort(self) {
        // One that fails has written nothing either; redb then refuses the next
        // transaction by itself.
        let _ = self.inner.abort();
    }

    fn note(&self, applied: u64) -> Result<()> {
        let noted = self.inner.open_table(LOG).map_err(::redb::Error::from);
        let noted = noted.and_then(|mut log| {
            log.insert(APPLIED, applied)?;
            Ok(())
        });
        noted.map_err(|error| self.name.error(error))
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

/// Keys that are passed over before a gap is tried again, at most.
const PATIENCE_MAX: usize = 64;

/// Applies `writes`. Of many that have nothing of the table between them, all but
/// the first go into that gap in one go, which is quicker, and leaves pages full
/// that would end up two thirds full otherwise. Where gaps turn out to be small
/// they are seldom tried.
fn write_in_runs<W: AsWrite>(
    table: &mut Table<'_, Bytes, Bytes>,
    writes: impl Iterator<Item = W>,
) -> Result<(), ::redb::Error> {
    let mut writes = writes.peekable();
    let (mut patience, mut left) = (0, 0);
    while let Some(write) = writes.next() {
        write_one(table, write.as_write())?;
        if left > 0 {
            left -= 1;
            continue;
        }
        let (key, _) = write.as_write();
        if fill_gap(table, key, &mut writes)? > 0 {
            patience = 0;
        } else {
            patience = (patience * 2 + 1).min(PATIENCE_MAX);
        }
        left = patience;
    }
    Ok(())
}

/// Puts those of `writes` behind `key` that come before the next key of the
/// table, and returns how many those were.
fn fill_gap<W: AsWrite>(
    table: &mut Table<'_, Bytes, Bytes>,
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
        match gap.insert_before(key, value) {
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
