//! The database under the log: a redb file with the map in one table, and the state of the
//! log in another.
//!
//! It is written rarely, by checkpoints and by commits too large for the log, in the order
//! of the keys. Quick repair is on: with each commit, redb stores what it would otherwise
//! find by scanning the whole file after a crash.

use ::redb::{
    CommitError, Database, ReadableDatabase, ReadableTable, StorageBackend, Table, TableDefinition,
    TableError,
};

use super::RedbOptions;
use super::backend::{Backend, Length};
use super::checkpoint::Work;
use super::errors::Name;
use super::filtering::Filtering;
use super::guard::guarded;
use super::log::{LogState, SEGMENTS};
use super::place::FileId;
use super::snapshot::Committed;
use super::table::{Bytes, TABLE};
use super::transaction::{AsWrite, Transaction};
use crate::error::{ErrorKind, Result};

/// The table with the state of the log.
const LOG: TableDefinition<'static, Bytes, u64> = TableDefinition::new("headcount log");

/// In [`LOG`]: the number of the last commit that the database contains. It is updated in
/// the same transaction as the map.
const APPLIED: &[u8] = b"applied";
/// In [`LOG`]: the uses, in order, whose logs contain commits that the database lacks; zero
/// for none. A use lasts from opening to closing. It is recorded durably before its first
/// frame is acknowledged, and cleared in the transaction that takes over its last frame.
const IN_USE: Uses = [b"in use", b"in use 1", b"in use 2"];
/// In [`LOG`]: the uses that ended last, likewise. Remains of their logs add nothing.
const CLOSED: Uses = [b"closed", b"closed 1", b"closed 2"];
/// In [`LOG`]: the identity of the file in the last use, so that a copy of a directory in
/// use is recognized.
const DEVICE: &[u8] = b"device";
const INODE: &[u8] = b"inode";

/// A transaction of at least this many writes is worth a commit before it that lets the
/// database reuse pages. In tests, such transactions are small.
const RECLAIMING_WRITES: usize = if cfg!(test) { 4 } else { 4_096 };

/// Keys for as many uses as there can be segments.
type Uses = [Bytes; SEGMENTS.len()];

/// [`LOG`], open for writing.
type LogTable<'t> = Table<'t, Bytes, u64>;

/// The result of writing to it.
type Noted = std::result::Result<(), ::redb::Error>;

/// An open database.
pub(super) struct Base {
    database: Database,
    name: Name,
    length: Length,
    filtering: Filtering,
}

/// A newly opened database with its state.
pub(super) struct Opened {
    pub(super) base: Base,
    /// The latest committed state.
    pub(super) committed: Committed,
    /// The recorded state of its log.
    pub(super) log: LogState,
}

impl Base {
    /// Opens the database in `backend`; an empty backend becomes an empty map if `options`
    /// allow creation.
    pub(super) fn open(
        backend: impl StorageBackend,
        file: Option<FileId>,
        name: Name,
        options: &RedbOptions,
        work: &Work,
    ) -> Result<Opened> {
        let guarded_name = name.clone();
        guarded(&guarded_name, || {
            let length = Length::default();
            let backend = Backend::new(backend, length.clone(), work.clone());
            // A killed process may have written a commit without syncing it. The log is
            // then reused after the last commit found here, so it must be durable.
            backend.sync_data().map_err(|error| name.io(error))?;
            let database = Database::builder()
                .set_cache_size(options.cache_bytes)
                .create_with_backend(backend)
                .map_err(|error| name.open_failed(error))?;
            let mut base = Self {
                database,
                name,
                length,
                filtering: Filtering::new(options.looked_up),
            };
            let mut found = base.find()?;
            if let Some((_, log)) = &found
                && !log.in_use.is_empty()
                && log.file != file
            {
                drop(found);
                base.check_copy()?;
                found = base.find()?;
            }
            let (committed, log) = match found {
                Some(found) => found,
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

    /// Creates the tables.
    fn create(&self) -> Result<(Committed, LogState)> {
        let transaction = self.named(self.database.begin_write())?;
        {
            let mut log = self.named(transaction.open_table(LOG))?;
            self.named(log.insert(APPLIED, 0))?;
            self.named(transaction.open_table(TABLE))?;
        }
        self.named(transaction.commit())?;
        Ok((self.latest()?, LogState::default()))
    }

    /// Checks every page. A copy of a file that was in use may contain pages of several
    /// commits.
    fn check_copy(&mut self) -> Result<()> {
        let checked = self.database.check_integrity();
        checked.map_err(|error| self.name.torn_copy(error))?;
        ::log::warn!(
            "{}: it is a copy, or was moved, from while it was in use; all pages are sound",
            self.name
        );
        Ok(())
    }

    /// The latest state.
    fn latest(&self) -> Result<Committed> {
        let transaction = self.named(self.database.begin_read())?;
        let table = self.named(transaction.open_table(TABLE))?;
        Ok(Committed::new(table, &self.name, self.filtering.current()))
    }

    /// The latest state with the state of the log; `None` for a database without tables. A
    /// database with other tables is foreign.
    fn find(&self) -> Result<Option<(Committed, LogState)>> {
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
        let log = self.named(transaction.open_table(LOG))?;
        let number = |key| Ok(self.named(log.get(key))?.map(|guard| guard.value()));
        let applied = number(APPLIED)?;
        let log = LogState {
            applied: applied.ok_or_else(|| self.name.damaged("it lacks the state of its log"))?,
            in_use: self.named(uses(&log, &IN_USE))?,
            closed: self.named(uses(&log, &CLOSED))?,
            file: match (number(DEVICE)?, number(INODE)?) {
                (Some(device), Some(inode)) => Some(FileId { device, inode }),
                _ => None,
            },
        };
        Ok(Some((
            Committed::new(table, &self.name, self.filtering.current()),
            log,
        )))
    }

    /// Begins a transaction.
    pub(super) fn begin(&self) -> Result<Transaction> {
        guarded(&self.name, || {
            let inner = self.named(self.database.begin_write())?;
            let filter = self.filtering.current();
            Ok(Transaction::new(inner, &self.name, filter))
        })
    }

    /// Commits `transaction` durably, after which the database contains everything up to
    /// the commit `applied`.
    ///
    /// # Errors
    ///
    /// `OutcomeUnknown` if the commit itself failed; after any other error the database is
    /// unchanged.
    pub(super) fn commit(&self, transaction: Transaction, applied: u64) -> Result<Committed> {
        self.finish(transaction, |log| {
            log.insert(APPLIED, applied)?;
            Ok(())
        })
    }

    /// Records that the log of the use `use_id` is also needed to open the database from
    /// now on, and the identity of the `file`. Errors are those of
    /// [`commit`](Self::commit).
    pub(super) fn begin_use(&self, use_id: u64, file: Option<FileId>) -> Result<Committed> {
        self.finish(self.begin()?, |log| {
            let mut in_use = uses(log, &IN_USE)?;
            in_use.push(use_id);
            set_uses(log, &IN_USE, &in_use)?;
            if let Some(FileId { device, inode }) = file {
                log.insert(DEVICE, device)?;
                log.insert(INODE, inode)?;
            }
            Ok(())
        })
    }

    /// Applies `writes` like [`apply`](Self::apply), and clears the uses `ended`, whose
    /// logs are no longer needed.
    pub(super) fn end_uses<W: AsWrite>(
        &self,
        writes: impl Iterator<Item = W>,
        applied: u64,
        ended: &[u64],
    ) -> Result<Committed> {
        self.write(writes, |log| {
            log.insert(APPLIED, applied)?;
            let mut in_use = uses(log, &IN_USE)?;
            in_use.retain(|use_id| !ended.contains(use_id));
            set_uses(log, &IN_USE, &in_use)?;
            let closed = [uses(log, &CLOSED)?, ended.to_vec()].concat();
            let last = closed.len().saturating_sub(CLOSED.len());
            set_uses(log, &CLOSED, &closed[last..])
        })
    }

    fn finish(
        &self,
        transaction: Transaction,
        note: impl FnOnce(&mut LogTable<'_>) -> Noted,
    ) -> Result<Committed> {
        let inner = transaction.finish(|inner| note(&mut inner.open_table(LOG)?))?;
        let committed = guarded(&self.name, || match inner.commit() {
            // The commit is in the file, but this handle can't read it.
            Ok(()) => self
                .latest()
                .map_err(|error| self.name.commit_unread(error)),
            // redb has rolled everything back.
            Err(error @ CommitError::TransactionPoisoned) => Err(self.name.error(error)),
            Err(error) => Err(self.name.commit_failed(error)),
        });
        committed.map_err(|error| match error.kind() {
            // After a panic, or if the file turns out to be damaged.
            ErrorKind::Corrupted => self.name.commit_panicked(error),
            _ => error,
        })
    }

    /// Lets the database reuse the pages that the last commit replaced, unless somebody still
    /// reads them. Otherwise redb would do that at the end of the next commit, which would
    /// then write to new pages only. Errors are those of [`commit`](Self::commit).
    pub(super) fn reclaim(&self) -> Result<()> {
        self.finish(self.begin()?, |_| Ok(()))?;
        Ok(())
    }

    /// [Reclaims](Self::reclaim) before a transaction of this many `writes`, if it is worth it.
    pub(super) fn reclaim_for(&self, writes: usize) -> Result<()> {
        if writes >= RECLAIMING_WRITES {
            self.reclaim()?;
        }
        Ok(())
    }

    /// Applies `writes`, sorted by key, in one transaction; see [`commit`](Self::commit).
    pub(super) fn apply<W: AsWrite>(
        &self,
        writes: impl Iterator<Item = W>,
        applied: u64,
    ) -> Result<Committed> {
        self.write(writes, |log| {
            log.insert(APPLIED, applied)?;
            Ok(())
        })
    }

    fn write<W: AsWrite>(
        &self,
        writes: impl Iterator<Item = W>,
        note: impl FnOnce(&mut LogTable<'_>) -> Noted,
    ) -> Result<Committed> {
        let mut transaction = self.begin()?;
        match transaction.write(writes) {
            Ok(()) => self.finish(transaction, note),
            Err(error) => {
                transaction.abort();
                Err(error)
            }
        }
    }

    /// The filter of the database.
    pub(super) fn filtering(&self) -> Filtering {
        self.filtering.clone()
    }

    /// The length of the file, also after it was closed.
    pub(super) fn length(&self) -> Length {
        self.length.clone()
    }

    /// Makes the file as small as possible. There must be no readers.
    pub(super) fn compact(&mut self) -> Result<()> {
        let Self { database, name, .. } = self;
        guarded(name, || {
            let compacted = database.compact().map_err(|error| name.error(error))?;
            ::log::debug!("{name}: pages were moved: {compacted}");
            Ok(())
        })
    }

    /// Releases the file. redb writes what makes the next open fast.
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

/// The uses in `log` at `keys`.
fn uses(
    log: &impl ReadableTable<Bytes, u64>,
    keys: &Uses,
) -> std::result::Result<Vec<u64>, ::redb::Error> {
    let mut uses = Vec::new();
    for key in keys {
        let use_id = log.get(*key)?.map_or(0, |guard| guard.value());
        uses.extend((use_id != 0).then_some(use_id));
    }
    Ok(uses)
}

/// Writes `uses` at `keys`.
fn set_uses(log: &mut LogTable<'_>, keys: &Uses, uses: &[u64]) -> Noted {
    debug_assert!(uses.len() <= keys.len(), "each has a segment of its own");
    let uses = uses.iter().copied().chain(std::iter::repeat(0));
    for (key, use_id) in keys.iter().zip(uses) {
        log.insert(*key, use_id)?;
    }
    Ok(())
}
