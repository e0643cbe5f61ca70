//! The database under the log: one redb file with the map in one table, and how
//! far it has come in another.
//!
//! It is written rarely, at checkpoints and by commits too large for the log, and
//! then in the order of the keys and with quick repair: redb stores with the
//! commit what it would otherwise find out by walking the whole file after a
//! crash.

use ::redb::{
    CommitError, Database, ReadableDatabase, StorageBackend, TableDefinition, TableError,
};
use uuid::Uuid;

use super::RedbOptions;
use super::errors::Name;
use super::guard::guarded;
use super::measured::{Length, Measured};
use super::snapshot::Committed;
use super::transaction::{AsWrite, Transaction};
use crate::error::{ErrorKind, Result};

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
    length: Length,
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
        let guarded_name = name.clone();
        guarded(&guarded_name, || {
            let length = Length::default();
            let backend = Measured::new(backend, length.clone());
            let database = Database::builder()
                .set_cache_size(options.cache_bytes)
                .create_with_backend(backend)
                .map_err(|error| name.open_failed(error))?;
            let base = Self {
                database,
                name,
                length,
            };
            let (committed, log) = match base.find()? {
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
        guarded(&self.name, || {
            let inner = self.named(self.database.begin_write())?;
            Ok(Transaction::new(inner, &self.name))
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
        let inner = transaction.finish(|inner| {
            let mut log = inner.open_table(LOG)?;
            log.insert(APPLIED, applied)?;
            Ok(())
        })?;
        let committed = guarded(&self.name, || match inner.commit() {
            // It is in the file, and that can't be told from here any more.
            Ok(()) => self
                .latest()
                .map_err(|error| self.name.commit_unread(error)),
            // redb has rolled everything back.
            Err(error @ CommitError::TransactionPoisoned) => Err(self.name.error(error)),
            Err(error) => Err(self.name.commit_failed(error)),
        });
        committed.map_err(|error| match error.kind() {
            // Of a panic, or of a file that turns out to be damaged on the way.
            ErrorKind::Corrupted => self.name.commit_panicked(error),
            _ => error,
        })
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

    /// How long the file is, also after it was closed.
    pub(super) fn length(&self) -> Length {
        self.length.clone()
    }

    /// Makes the file as small as it gets. Nobody may be reading.
    pub(super) fn compact(&mut self) -> Result<()> {
        let Self { database, name, .. } = self;
        guarded(name, || {
            let compacted = database.compact().map_err(|error| name.error(error))?;
            ::log::debug!("{name}: pages were moved: {compacted}");
            Ok(())
        })
    }

    /// Releases the file. redb writes what makes the next open quick.
    pub(super) fn close(self) -> Result<()> {
        let Self { database, name, .. } = self;
        guarded(&name, || {
            let closed = database.close();
            closed.map_err(|error| name.close_failed(error))
        })
    }

    fn named<T, E: Into<::redb::Error>>(&self, result: Result<T, E>) -> Result<T> {
        result.map_err(|error| self.name.error(error))
    }
}
