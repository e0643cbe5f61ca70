//! The default engine: a redb file that holds the map, and a redo log in front of it that
//! makes commits fast.
//!
//! A commit is one frame in the log, with one sync; its writes are kept in memory until a
//! checkpoint writes them to the database. There is one writer at a time; readers never
//! wait for it. A reader gets one pointer to a [`State`]: the database at some commit, and
//! the writes since. The pointer is swapped once a commit is durable, so nothing can be
//! seen that a crash could undo.
//!
//! DESIGN.md lists the invariants of each step, and what a crash at it leaves.

mod backend;
mod base;
mod checkpoint;
mod checksum;
mod close;
mod commit;
mod compact;
mod copy;
mod create;
mod errors;
mod figures;
mod file;
mod filter;
mod filtering;
mod folder;
mod guard;
mod holder;
mod inspect;
mod key_filter;
mod latest;
mod log;
mod memtable;
#[cfg(test)]
mod model;
mod options;
mod overlay;
mod own_file;
mod owner;
mod pacing;
mod place;
mod poison;
mod read_only;
mod recovery;
mod scan;
mod side_file;
mod snapshot;
mod staging;
mod sync;
mod table;
mod target;
#[cfg(test)]
pub(crate) mod tests;
mod transaction;
mod txn;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

use ::redb::StorageBackend;

use self::backend::Length;
use self::base::Base;
use self::checkpoint::Work;
pub(crate) use self::compact::compact;
pub(crate) use self::copy::copy;
use self::errors::Name;
use self::figures::Figures;
use self::filtering::Filtering;
use self::latest::Latest;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::log::fuzzing::check_log;
use self::log::{Beside, Log, SideFiles};
use self::options::LogBound;
pub(crate) use self::options::RedbOptions;
use self::own_file::OwnFile;
use self::pacing::Pacing;
pub(crate) use self::read_only::ReadOnly;
use self::recovery::Recovered;
use self::snapshot::{Committed, State};
pub(crate) use self::snapshot::{Snapshot, StateId, Value};
pub(crate) use self::target::Target;
pub(crate) use self::txn::Txn;
use self::txn::{PendingWrites, Usual};
use crate::engine::{Engine, Measured};
use crate::error::{Error, ErrorKind, Result};

/// An ordered map in one redb file.
///
/// Dropping it closes the file too, but can't report errors; see [`close`](Engine::close).
pub(crate) struct Redb {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// The state that the engine shares with its threads.
struct Shared {
    /// The name of the file in messages.
    name: Name,
    /// The database and the latest committed state. A thread that needs both the database
    /// and the writer's lock takes the latter first.
    latest: Latest<Base, State>,
    /// Held by the writer, with the log; `None` after closing.
    writer: Mutex<Option<Log>>,
    /// The work of the engine's threads.
    work: Work,
    /// Set permanently when a write may have failed half way. A later `fsync` can succeed without
    /// the data of a failed one, so only reading the files again shows their contents.
    poisoned: AtomicBool,
    /// Set permanently when another file was found at the path.
    is_replaced: AtomicBool,
    /// The first failure.
    failure: OnceLock<Error>,
    background: bool,
    /// The length of the database's file.
    length: Length,
    filtering: Filtering,
    /// The usual size of transactions.
    usual: Usual,
    files: Arc<dyn SideFiles>,
    /// The size of redb's cache.
    cache_bytes: usize,
    log_bound: LogBound,
    /// The file, if this engine created it.
    created: Option<PathBuf>,
    figures: Figures,
    pacing: Pacing,
}

impl Redb {
    /// Opens the file at `path`, or creates it if `options` allow it. Commits that are only
    /// in the log beside it are read from there.
    ///
    /// # Errors
    ///
    /// `LogMissing` and `LogForeign` if the log isn't the one that the file needs;
    /// `AlreadyOpen`, at once, if any process or handle has the file open;
    /// `UnsupportedFormat` for the format of another release; `Corrupted` if the file or
    /// the log is damaged, or the file is foreign (it then stays unchanged); `Io` for
    /// everything else, including a missing file that must not be created.
    pub(crate) fn open(path: &Path, options: &RedbOptions) -> Result<Self> {
        let name = Name::of_path(path);
        let resolved = file::resolve(path, options.create, &name)?;
        let files = Beside::new(&resolved);
        let backend = || {
            let file = file::open(&resolved, options.create, &name)?;
            files.adopt(&file).map_err(|error| name.io(error))?;
            file::settle(&file, &resolved, &name)?;
            OwnFile::new(file).map_err(|error| name.io(error))
        };
        let created = (!resolved.exists()).then(|| resolved.clone());
        let is_new = created.is_some();
        let side_files = Arc::new(files.clone());
        let opened = Self::start(backend, side_files, name.clone(), options, created);
        if let Err(error) = &opened
            && is_new
            && error.kind() != ErrorKind::AlreadyOpen
        {
            file::remove_if_empty(&resolved, &files);
        }
        opened
    }

    /// Opens the database in `backend` and `files`; messages use `name`. A newly `created`
    /// file is removed again if nothing is ever committed to it.
    fn start<B: StorageBackend>(
        backend: impl Fn() -> Result<B>,
        files: Arc<dyn SideFiles>,
        name: Name,
        options: &RedbOptions,
        created: Option<PathBuf>,
    ) -> Result<Self> {
        let work = Work::default();
        let Recovered {
            base,
            committed,
            log,
            last,
            job,
        } = recovery::recover(&backend, &files, &name, options, &work)?;
        let shared = Arc::new(Shared {
            name,
            length: base.length(),
            filtering: base.filtering(),
            files,
            cache_bytes: options.cache_bytes,
            log_bound: options.log_bound(),
            created,
            latest: Latest::new(
                base,
                State {
                    base: Arc::new(committed),
                    frozen: job.as_ref().map(|job| Arc::clone(&job.frozen)),
                    active: Arc::default(),
                    sequence: last,
                },
            ),
            writer: Mutex::new(Some(log)),
            work,
            poisoned: AtomicBool::new(false),
            is_replaced: AtomicBool::new(false),
            failure: OnceLock::new(),
            background: options.background,
            usual: Usual::default(),
            figures: Figures::default(),
            pacing: Pacing::default(),
        });
        if let Some(job) = job {
            shared.work.begin(job);
        }
        let engine = Self {
            shared,
            threads: Mutex::default(),
        };
        // The engine is closed if they can't be started.
        *lock(&engine.threads) = checkpoint::start_threads(&engine.shared, options)?;
        Ok(engine)
    }

    /// The length of the database's file, without the log.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.shared.length.get()
    }

    /// Figures of the log and of the checkpoints since it was opened.
    pub(crate) fn measured(&self) -> Measured {
        self.shared.figures.measured()
    }

    /// [`transact`](Engine::transact), with the transaction handed over by value,
    /// so that a caller can wrap it in a type of its own.
    pub(super) fn run<T>(&self, body: impl FnOnce(Txn<'_>) -> Result<T>) -> Result<T> {
        let outcome = self.attempt(body);
        // The lock is released here, so a panicking body does not poison it.
        match outcome? {
            Ok(value) => Ok(value),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Runs `body` and commits what it wrote; the inner result is the body's panic.
    fn attempt<T>(&self, body: impl FnOnce(Txn<'_>) -> Result<T>) -> Result<thread::Result<T>> {
        let shared = &*self.shared;
        let mut writer = lock(&shared.writer);
        let log = writer.as_mut().ok_or_else(|| shared.name.closed())?;
        shared.check_writable(log)?;
        let state = shared.state()?;
        let mut pending = PendingWrites::with_room(shared.usual.get());
        let txn = Txn::new(shared, &state, log, &mut pending);
        // Incomplete writes of the body are only in `pending`.
        let outcome = catch_unwind(AssertUnwindSafe(|| body(txn)));
        if !matches!(outcome, Ok(Ok(_))) {
            if let Some(around) = pending.around {
                around.abort();
            }
        } else if !pending.is_empty() {
            shared.commit(log, state, pending)?;
            shared.figures.set_log_bytes(log.bytes());
        }
        outcome.map_or_else(|panic| Ok(Err(panic)), |result| result.map(Ok))
    }
}

impl Shared {
    /// The latest committed state.
    fn state(&self) -> Result<Arc<State>> {
        self.latest.state().ok_or_else(|| self.name.closed())
    }

    /// Runs `body` with the database.
    fn with_base<T>(&self, body: impl FnOnce(&Base) -> Result<T>) -> Result<T> {
        let done = self.latest.with_base(body);
        done.unwrap_or_else(|| Err(self.name.closed()))
    }

    /// Writes to the database, and replaces the latest state with the one that `follow`
    /// derives.
    fn write_base(
        &self,
        write: impl FnOnce(&Base) -> Result<Committed>,
        follow: impl FnOnce(&State, Arc<Committed>) -> State,
    ) -> Result<()> {
        let written = self
            .latest
            .write_base(write, |state, committed| follow(state, Arc::new(committed)));
        written.unwrap_or_else(|| Err(self.name.closed()))
    }

    /// Refuses once a write has failed half way, or when the file is no longer where it was.
    fn check_writable(&self, log: &Log) -> Result<()> {
        self.check()?;
        if !self.is_replaced.load(Ordering::Acquire) {
            let is_in_place = log.is_in_place().map_err(|error| self.name.io(error))?;
            if is_in_place {
                return Ok(());
            }
            self.is_replaced.store(true, Ordering::Release);
            ::log::error!("{}", self.name.replaced());
        }
        Err(self.name.replaced())
    }

    /// Refuses once a write has failed half way.
    fn check(&self) -> Result<()> {
        if !self.poisoned.load(Ordering::Acquire) {
            return Ok(());
        }
        Err(self.name.poisoned(self.failure.get()))
    }
}

impl Engine for Redb {
    type Snapshot = Snapshot;
    type Txn<'t> = Txn<'t>;

    fn snapshot(&self) -> Result<Snapshot> {
        self.shared.state().map(Snapshot::new)
    }

    fn transact<T>(&self, body: impl FnOnce(&mut Txn<'_>) -> Result<T>) -> Result<T> {
        self.run(|mut txn| body(&mut txn))
    }

    /// Waits for the writer, lets the database take over the log, releases the file and
    /// removes the log, which leaves a plain redb file that opens fast. It can be opened
    /// again at once, even while snapshots are still held. Those can't read the file any
    /// more; they read from memory, or fail with `Closed`.
    ///
    /// The file is released even if this fails. After a failed write it always fails: the
    /// log stays, and is read at the next opening.
    fn close(&self) -> Result<()> {
        // Held to the end, so that a concurrent `close` doesn't return early.
        let mut threads = lock(&self.threads);
        let Some(log) = lock(&self.shared.writer).take() else {
            return Ok(());
        };
        self.shared.work.end();
        for thread in threads.drain(..) {
            // One of our own threads, closing it from a logger, can't wait for itself.
            if !checkpoint::is_own_thread() {
                // A panic there poisoned the handle.
                let _ = thread.join();
            }
        }
        if self.shared.check().is_ok() {
            // The checkpoint after a crash, if it has not run yet.
            self.shared.run_job();
        }
        self.shared.work.wait_for_others();
        self.shared.close(log)
    }
}

impl Drop for Redb {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            ::log::warn!("{error}");
        }
    }
}

/// Locks `mutex`. A [`PoisonGuard`](poison::PoisonGuard) covers what a panic under one of
/// these locks could leave half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
