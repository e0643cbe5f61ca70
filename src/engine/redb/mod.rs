//! The embedded default: one redb file that holds the whole map in one table.
//!
//! One writer at a time; readers never wait for it. The latest committed state
//! is opened once after each commit and handed out by reference: opening the
//! table for each read would cost half as much again, and keeping a state open
//! over later commits would make the file grow, because redb can't reuse the
//! pages it pins.

mod errors;
mod file;
mod guard;
mod snapshot;
#[cfg(test)]
mod tests;
mod txn;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use ::redb::backends::FileBackend;
use ::redb::{CommitError, Database, StorageBackend, TableDefinition, WriteTransaction};
use arc_swap::ArcSwapOption;

use self::errors::Name;
use self::guard::{drop_guarded, guarded};
use self::snapshot::Committed;
pub(crate) use self::snapshot::{Snapshot, Value};
pub(crate) use self::txn::Txn;
use crate::engine::Engine;
use crate::error::{ErrorKind, Result};

/// How redb sees a key or a value: bytes, compared as bytes. The lifetime is
/// redb's way to name the type and says nothing about the data.
type Bytes = &'static [u8];

/// The one table, which holds the whole map.
const TABLE: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new("headcount");

/// How to open a [`Redb`].
#[derive(Clone, Debug)]
pub(crate) struct RedbOptions {
    /// Whether an absent or empty file is made a new, empty map.
    pub(crate) create: bool,
    /// How much of the file redb may keep in memory.
    pub(crate) cache_bytes: usize,
}

/// An ordered map in one redb file.
///
/// Dropping it closes the file too, but can't report an error; see
/// [`close`](Engine::close).
pub(crate) struct Redb {
    /// What the messages of this engine call its file.
    name: Name,
    /// The latest committed state; `None` once closed, or when it could not be
    /// opened after a commit. Written only while `writer` is held.
    published: ArcSwapOption<Committed>,
    /// The one writer.
    writer: Mutex<Writer>,
}

/// What a thread must hold to write.
struct Writer {
    /// `None` once closed.
    database: Option<Database>,
    /// Whether a commit was begun and never reported success. A later `fsync`
    /// can succeed without having written what an earlier one failed to, so
    /// only reading the file anew tells what is in it.
    in_doubt: bool,
}

impl Redb {
    /// Opens the file at `path`, or makes it when `options` say so.
    ///
    /// # Errors
    ///
    /// `AlreadyOpen`, at once, while any process or handle has the file open;
    /// `UnsupportedFormat` for another release's format; `Corrupted` for a file
    /// that is damaged or is something else, of which a file that isn't redb's
    /// stays byte for byte as it is; `Io` for everything else, including a file
    /// that is absent and not to be made.
    pub(crate) fn open(path: &Path, options: &RedbOptions) -> Result<Self> {
        let name = Name::of_path(path);
        if options.create
            && file::is_absent(path)
            && let Some(engine) = Self::make(path, &name, options)?
        {
            return Ok(engine);
        }
        let file = file::open(path, options.create, &name)?;
        let backend = FileBackend::new(file).map_err(|error| name.open_failed(error))?;
        Self::start(backend, name, options)
    }

    /// Makes the file under another name, which it keeps until it is whole: redb
    /// writes its magic number last, and a process that is killed before would
    /// leave something that is no database to anybody. `None` where another
    /// process has made the file in the meantime.
    fn make(path: &Path, name: &Name, options: &RedbOptions) -> Result<Option<Self>> {
        // Only who has locked the draft gives it the name, and whoever comes later
        // finds the name given.
        let draft = file::draft(path, name)?;
        if !file::is_absent(path) {
            file::remove_draft(path);
            return Ok(None);
        }
        draft.set_len(0).map_err(|error| name.io(error))?;
        let backend = FileBackend::new(draft).map_err(|error| name.open_failed(error))?;
        let made = Self::start(backend, name.clone(), options);
        match made.and_then(|engine| file::publish_draft(path, name).map(|()| engine)) {
            Ok(engine) => Ok(Some(engine)),
            Err(error) => {
                file::remove_draft(path);
                Err(error)
            }
        }
    }

    /// Opens what `backend` holds; messages call it `name`.
    #[cfg(test)]
    pub(crate) fn open_with_backend(
        backend: impl StorageBackend,
        name: &str,
        options: &RedbOptions,
    ) -> Result<Self> {
        Self::start(backend, Name::new(name), options)
    }

    /// Opens what `backend` holds and publishes its state.
    fn start(backend: impl StorageBackend, name: Name, options: &RedbOptions) -> Result<Self> {
        guarded(&name.clone(), || {
            Self::start_unguarded(backend, name, options)
        })
    }

    fn start_unguarded(
        backend: impl StorageBackend,
        name: Name,
        options: &RedbOptions,
    ) -> Result<Self> {
        let database = Database::builder()
            .set_cache_size(options.cache_bytes)
            .create_with_backend(backend)
            .map_err(|error| name.open_failed(error))?;
        let committed = match Committed::find(&database, &name)? {
            Some(committed) => committed,
            None if options.create => {
                let transaction = database.begin_write().map_err(|error| name.error(error))?;
                transaction
                    .open_table(TABLE)
                    .map_err(|error| name.error(error))?;
                transaction.commit().map_err(|error| name.error(error))?;
                Committed::latest(&database, &name)?
            }
            None => return Err(name.never_created()),
        };
        Ok(Self {
            name,
            published: ArcSwapOption::from_pointee(committed),
            writer: Mutex::new(Writer {
                database: Some(database),
                in_doubt: false,
            }),
        })
    }

    /// [`transact`](Engine::transact), with the transaction handed over by value,
    /// so that a caller can wrap it in a type of its own.
    pub(super) fn run<T>(&self, body: impl FnOnce(Txn<'_>) -> Result<T>) -> Result<T> {
        let outcome = self.attempt_guarded(&mut self.lock(), body);
        // The lock is free again here, so a panicking body does not poison it.
        match outcome? {
            Ok(value) => Ok(value),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// [`attempt`](Self::attempt), with redb's own panics as errors.
    fn attempt_guarded<T>(
        &self,
        writer: &mut Writer,
        body: impl FnOnce(Txn<'_>) -> Result<T>,
    ) -> Result<thread::Result<T>> {
        let was_in_doubt = writer.in_doubt;
        let outcome = guarded(&self.name, || self.attempt(writer, body));
        match outcome {
            // The commit itself stumbled: every error that it reports has a kind
            // of its own.
            Err(error)
                if writer.in_doubt && !was_in_doubt && error.kind() == ErrorKind::Corrupted =>
            {
                Err(self.name.commit_panicked(error))
            }
            outcome => outcome,
        }
    }

    /// Runs `body` and commits or aborts; the inner result is the body's panic.
    fn attempt<T>(
        &self,
        writer: &mut Writer,
        body: impl FnOnce(Txn<'_>) -> Result<T>,
    ) -> Result<thread::Result<T>> {
        let Writer { database, in_doubt } = writer;
        let database = database.as_ref().ok_or_else(|| self.name.closed())?;
        if *in_doubt {
            return Err(self.name.in_doubt());
        }
        // Durable when committed, in one phase: redb's defaults, and what they
        // leave behind after a crash is sound but takes a walk through the whole
        // file to open. Quick repair would write that walk's result at each
        // commit, for a second `fsync` and several more pages.
        let transaction = database
            .begin_write()
            .map_err(|error| self.name.error(error))?;
        let wrote = Cell::new(false);
        let txn = Txn::new(&transaction, &self.name, &wrote)?;
        // A panic is caught here and goes on in `run`: a transaction that is
        // dropped by unwinding leaks its pages and makes the next open slow. What
        // the body left half done is in `transaction` only, which is aborted.
        let outcome = catch_unwind(AssertUnwindSafe(|| body(txn)));
        if wrote.get() && matches!(outcome, Ok(Ok(_))) {
            self.commit(database, transaction, in_doubt)?;
        } else {
            // An abort that fails has written nothing either; redb then refuses
            // the next transaction by itself.
            let _ = transaction.abort();
        }
        outcome.map_or_else(|panic| Ok(Err(panic)), |result| result.map(Ok))
    }

    /// Commits and publishes the new state; keeps track of what is in doubt.
    fn commit(
        &self,
        database: &Database,
        transaction: WriteTransaction,
        in_doubt: &mut bool,
    ) -> Result<()> {
        *in_doubt = true;
        match transaction.commit() {
            Ok(()) => *in_doubt = false,
            // redb has rolled everything back: a write failed and the body went
            // on all the same.
            Err(error @ CommitError::TransactionPoisoned) => {
                *in_doubt = false;
                return Err(self.name.error(error));
            }
            Err(error) => return Err(self.name.commit_failed(error)),
        }
        // The commit stands even if its state can't be opened. Then nothing is
        // published, and `snapshot` tries again and reports what is wrong.
        let latest = guarded(&self.name, || Committed::latest(database, &self.name));
        self.published.store(latest.ok().map(Arc::new));
        Ok(())
    }

    /// Opens the latest state when none is published.
    #[cold]
    fn publish_again(&self) -> Result<Snapshot> {
        let writer = self.lock();
        let database = writer.database.as_ref().ok_or_else(|| self.name.closed())?;
        let latest = guarded(&self.name, || Committed::latest(database, &self.name));
        let committed = Arc::new(latest?);
        self.published.store(Some(Arc::clone(&committed)));
        Ok(Snapshot::new(committed))
    }

    /// Waits for the writer.
    ///
    /// Only a panic inside redb can poison the lock, for a body's is caught. The
    /// state is sound even then: a commit that panicked has left `in_doubt` set,
    /// and redb itself refuses to go on from anything else it left unfinished.
    fn lock(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Redb {
    /// What redb would do by itself when its database is dropped, but guarded.
    fn drop(&mut self) {
        let _ = self.close();
    }
}

impl Engine for Redb {
    type Snapshot = Snapshot;
    type Txn<'t> = Txn<'t>;

    fn snapshot(&self) -> Result<Snapshot> {
        match self.published.load_full() {
            Some(committed) => Ok(Snapshot::new(committed)),
            None => self.publish_again(),
        }
    }

    fn transact<T>(&self, mut body: impl FnMut(&mut Txn<'_>) -> Result<T>) -> Result<T> {
        self.run(|mut txn| body(&mut txn))
    }

    /// Waits for the writer, writes redb's allocator state, so that the next open
    /// is quick, and releases the file: it can be opened again at once, even
    /// while snapshots are still held. These can't read the file any more; they
    /// answer from what redb still has in memory, or else refuse with `Closed`.
    ///
    /// The file is released even when this fails. After a commit of unknown
    /// outcome it always fails, for redb can't leave the file tidy.
    fn close(&self) -> Result<()> {
        let mut writer = self.lock();
        drop_guarded(self.published.swap(None));
        match writer.database.take() {
            Some(database) => guarded(&self.name, || {
                database
                    .close()
                    .map_err(|error| self.name.close_failed(error))
            }),
            None => Ok(()),
        }
    }
}
