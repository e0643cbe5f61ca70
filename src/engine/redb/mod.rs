//! The embedded default: a redb file that holds the map, and a redo log in front
//! of it that makes commits quick.
//!
//! A commit is one frame in the log, with one sync; its writes are kept in memory
//! until a checkpoint takes them over into the database. One writer at a time;
//! readers never wait for it. What they are given is one pointer to a [`State`]:
//! the database at some commit, and the writes since. It is swapped when a commit
//! is durable, so nothing can be seen that a crash could undo.
//!
//! DESIGN.md tells what each step keeps true, and what a crash at it leaves.

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
mod guard;
mod holder;
mod inspect;
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
mod read_only;
mod recovery;
mod scan;
mod side_file;
mod snapshot;
mod staging;
mod sync;
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
use arc_swap::ArcSwapOption;

use self::backend::Length;
use self::base::Base;
use self::checkpoint::Work;
pub(crate) use self::compact::compact;
pub(crate) use self::copy::copy;
use self::errors::Name;
use self::figures::Figures;
use self::filtering::Filtering;
#[cfg(any(fuzzing, test))]
pub(crate) use self::log::fuzzing::check_log;
use self::log::{Beside, Log, SideFiles};
pub(crate) use self::options::RedbOptions;
use self::own_file::OwnFile;
use self::pacing::Pacing;
pub(crate) use self::read_only::ReadOnly;
use self::recovery::Recovered;
use self::snapshot::State;
pub(crate) use self::snapshot::{Snapshot, StateId, Value};
pub(crate) use self::target::Target;
pub(crate) use self::txn::Txn;
use self::txn::{PendingWrites, Usual};
use crate::engine::{Engine, Measured};
use crate::error::{Error, ErrorKind, Result};

/// An ordered map in one redb file.
///
/// Dropping it closes the file too, but can't report an error; see
/// [`close`](Engine::close).
pub(crate) struct Redb {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What the engine's own threads share with it.
struct Shared {
    /// What the messages of this engine call its file.
    name: Name,
    /// The latest committed state; `None` once closed.
    published: ArcSwapOption<State>,
    /// Held while `published` is replaced by what follows from it: by a commit,
    /// or by a checkpoint that is over.
    publishing: Mutex<()>,
    /// The one writer, who has the log; `None` once closed.
    writer: Mutex<Option<Log>>,
    /// The database, held while it is written; `None` once closed. Who needs the
    /// writer's lock too takes that first.
    base: Mutex<Option<Base>>,
    /// What there is to do at a checkpoint.
    work: Work,
    /// Set for good when a write may have failed half way. A later `fsync` can
    /// succeed without having written what an earlier one failed to, so only
    /// reading the files anew tells what is in them.
    poisoned: AtomicBool,
    /// Set for good when another file was found where this one was opened.
    is_replaced: AtomicBool,
    /// What failed first.
    failure: OnceLock<Error>,
    background: bool,
    /// How long the database's file is.
    length: Length,
    filtering: Filtering,
    /// How large transactions have been.
    usual: Usual,
    files: Arc<dyn SideFiles>,
    /// How much of the file redb may keep in memory.
    cache_bytes: usize,
    /// The file, if this engine created it.
    created: Option<PathBuf>,
    figures: Figures,
    pacing: Pacing,
}

impl Redb {
    /// Opens the file at `path`, or makes it when `options` say so. What is only
    /// in the log beside it is read from there.
    ///
    /// # Errors
    ///
    /// `LogMissing` and `LogForeign` for a log that isn't the one that the file needs;
    /// `AlreadyOpen`, at once, while any process or handle has the file open;
    /// `UnsupportedFormat` for another release's format; `Corrupted` for a file
    /// that is damaged or is something else, of which a file that isn't redb's
    /// stays byte for byte as it is, and for a damaged or foreign log; `Io` for
    /// everything else, including a file that is absent and not to be made.
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

    /// Opens what `backend` and `files` hold; messages call it `name`. A file that is
    /// `created` by this goes again if nothing is ever committed to it.
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
            created,
            published: ArcSwapOption::from_pointee(State {
                base: Arc::new(committed),
                frozen: job.as_ref().map(|job| Arc::clone(&job.frozen)),
                active: Arc::default(),
                sequence: last,
            }),
            publishing: Mutex::default(),
            writer: Mutex::new(Some(log)),
            base: Mutex::new(Some(base)),
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
        // It is closed if they can't be started.
        *lock(&engine.threads) = checkpoint::start_threads(&engine.shared, options)?;
        Ok(engine)
    }

    /// How long the database's file is; its log counts extra.
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
        // The lock is free again here, so a panicking body does not poison it.
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
        let txn = Txn::new(shared, &state, &mut pending);
        // What the body left half done is in `pending` only.
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
        self.published.load_full().ok_or_else(|| self.name.closed())
    }

    /// Replaces the latest state by what `follow` makes of it.
    fn publish(&self, follow: impl FnOnce(&State) -> State) {
        let _publishing = lock(&self.publishing);
        if let Some(state) = self.published.load_full() {
            self.published.store(Some(Arc::new(follow(&state))));
        }
    }

    /// Runs `write` with the database.
    fn with_base<T>(&self, write: impl FnOnce(&Base) -> Result<T>) -> Result<T> {
        let base = lock(&self.base);
        write(base.as_ref().ok_or_else(|| self.name.closed())?)
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

    fn transact<T>(&self, mut body: impl FnMut(&mut Txn<'_>) -> Result<T>) -> Result<T> {
        self.run(|mut txn| body(&mut txn))
    }

    /// Waits for the writer, lets the database take over what is in the log,
    /// releases the file and removes the log: what is left is a plain redb file,
    /// quick to open. It can be opened again at once, even while snapshots are
    /// still held. These can't read the file any more; they answer from what
    /// is still in memory, or else refuse with `Closed`.
    ///
    /// The file is released even when this fails. After a failed write it always
    /// fails: the log stays, and opening it tells what is in it.
    fn close(&self) -> Result<()> {
        // Held to the end, so that nobody believes it closed before it is.
        let mut threads = lock(&self.threads);
        let Some(log) = lock(&self.shared.writer).take() else {
            return Ok(());
        };
        self.shared.work.end();
        for thread in threads.drain(..) {
            // One of ours that closes it, from a logger, can't wait for itself.
            if !checkpoint::is_own_thread() {
                // A panic there poisoned the handle.
                let _ = thread.join();
            }
        }
        if self.shared.check().is_ok() {
            // The checkpoint of what a crash left, if nobody has come to it yet.
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

/// Locks `mutex`. A [`PoisonGuard`](commit::PoisonGuard) covers what a panic under one of
/// these locks could leave half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
