//! The facade: one directory, opened, read and written.
//!
//! This is the only module that names an engine.

mod acting;
mod backup;
mod batches;
mod cache;
mod changes;
mod check_progress;
mod commits;
mod compact;
#[cfg(feature = "capi")]
mod each;
mod export;
mod extra;
mod feed;
mod gate;
mod generation;
mod holds;
mod iter;
#[cfg(feature = "serde")]
mod lines;
#[cfg(feature = "capi")]
mod listener;
mod lookup;
mod members;
mod options;
mod query;
#[cfg(all(unix, feature = "capi"))]
mod ready;
mod repair;
mod seats;
mod seen;
mod stats;
mod stream;
#[cfg(test)]
mod tests;
mod users;
mod waiting;
mod watch;
mod workspaces;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use backup::{Copied, CopyOptions, CopyProgress, restore};
pub use commits::CommitLatency;
pub use compact::Compacted;
pub use feed::{ChangeFeed, FeedWaker};
pub use iter::{Changes, Users, Workspaces};
#[cfg(feature = "serde")]
pub use lines::LinesProgress;
#[cfg(feature = "capi")]
pub(crate) use listener::{Listener, Notifier};
pub use options::Options;
#[cfg(all(unix, feature = "capi"))]
pub(crate) use ready::Ready;
pub use stats::Stats;
pub use stream::{OpStream, StreamPart};

pub use crate::rules::UserView;
#[cfg(feature = "capi")]
pub(crate) use crate::rules::{Fault, Inspection, Repaired};

use arc_swap::ArcSwapOption;

use self::cache::UserCache;
use self::commits::Commits;
use self::feed::LatestChange;
use self::gate::Gate;
use self::holds::Holds;
use self::seen::Gathered;

use crate::engine::Engine;
use crate::engine::embedded::{Embedded, Snapshot, StateId};
use crate::error::Result;
use crate::model::{Batch, License, Seats, UserId};
use crate::rules::{self, Verified, read};

/// A user directory: users, and a license that says how many of them may be active.
///
/// A handle is cheap to clone and can be used from any number of threads. Reads see the latest
/// commit and never wait for a write. Each write is one transaction, on disk when the call
/// returns.
///
/// Every argument that names a user takes a [`User`](crate::User), an id, an email or a
/// username: see [`UserRef`](crate::UserRef).
///
/// # Errors
///
/// Each call lists the kinds of its refusals. In addition, any call can fail with
/// [`Closed`](crate::ErrorKind::Closed), [`Forked`](crate::ErrorKind::Forked),
/// [`Io`](crate::ErrorKind::Io) and [`Corrupted`](crate::ErrorKind::Corrupted), and a write
/// also with [`ReadOnly`](crate::ErrorKind::ReadOnly),
/// [`TooLarge`](crate::ErrorKind::TooLarge), [`FileReplaced`](crate::ErrorKind::FileReplaced)
/// and [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown).
///
/// ```
/// use headcount::{Directory, ErrorKind};
///
/// let directory = Directory::in_memory()?; // Directory::open("users.redb")? for a file
/// for name in ["ann", "bob", "cho", "dee", "eve"] {
///     directory.create_user(format!("{name}@ex.co").as_str())?;
/// }
/// let refused = directory.create_user("fay@ex.co").unwrap_err();
/// assert_eq!(refused.kind(), ErrorKind::NoFreeSeat { limit: 5, active: 5, requested: 1 });
///
/// directory.deactivate_user("bob@ex.co")?;
/// directory.create_user("fay@ex.co")?;
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone)]
pub struct Directory {
    shared: Arc<Shared>,
    actor: Option<UserId>,
    door: Option<Arc<str>>,
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("actor", &self.actor)
            .field("door", &self.door)
            .finish_non_exhaustive()
    }
}

struct Shared {
    gate: Gate,
    /// Not actually shared; the `Arc` lets a child of `fork` keep it from being dropped.
    engine: Arc<Embedded>,
    commits: Commits,
    cache: UserCache,
    /// The number of the latest change, for threads that wait for the next one.
    latest: LatestChange,
    /// The states that iterators hold.
    holds: Holds,
    gathered: Gathered,
    /// The seats in the state that was read last.
    seats: ArcSwapOption<(StateId, Seats)>,
}

impl Drop for Shared {
    /// In a child of `fork` the engine is leaked: closing it would write to the parent's
    /// file, remove its log and release its lock.
    fn drop(&mut self) {
        if self.gate.is_forked() {
            std::mem::forget(Arc::clone(&self.engine));
        } else if let Err(error) = self.gathered.write(&self.engine) {
            log::error!("writing when users were last seen failed: {error}");
        }
    }
}

impl Directory {
    /// Opens the directory in the file at `path`, and creates the file if there is none.
    ///
    /// While a directory is open, its log lies beside the file, in files whose names begin like
    /// the file's own; it holds the latest writes. [`close`](Self::close) removes it. After a
    /// crash, `open` replays it automatically; until then, move or copy it together with the
    /// file.
    ///
    /// The log has the owner and the mode of the file, even if root opens it. A file that `open`
    /// creates belongs to the user who runs the process; if that is root, give it to the user who
    /// is to open it.
    ///
    /// A child of `fork` can't use the directory, and doesn't keep it locked.
    ///
    /// # Errors
    ///
    /// [`AlreadyOpen`](crate::ErrorKind::AlreadyOpen) if another process or handle has the file
    /// open; [`UnsupportedFormat`](crate::ErrorKind::UnsupportedFormat) if a newer release wrote it;
    /// [`LogMissing`](crate::ErrorKind::LogMissing) and [`LogForeign`](crate::ErrorKind::LogForeign)
    /// if it was not closed and its log is not there: see
    /// [`Options::salvage_log`]; [`Corrupted`](crate::ErrorKind::Corrupted) if it is not a directory
    /// or is damaged; [`Io`](crate::ErrorKind::Io).
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::Directory;
    ///
    /// let directory = Directory::open(&path)?;
    /// directory.create_user("steve@ex.co")?;
    /// directory.close()?;
    /// assert_eq!(Directory::open(&path)?.len()?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Options::new().open(path)
    }

    /// Creates a directory in memory, which is gone when its last handle is dropped.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// assert!(directory.is_empty()?);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn in_memory() -> Result<Self> {
        Options::new().in_memory()
    }

    /// The options to open a directory with: see [`Options`].
    ///
    /// ```
    /// use headcount::{Directory, License};
    ///
    /// let options = Directory::options().license_if_new(License::Enterprise);
    /// assert_eq!(options.in_memory()?.seats()?.limit(), None);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn options() -> Options {
        Options::new()
    }

    fn start(engine: Embedded, license: License, cache_bytes: usize, holds: Holds) -> Result<Self> {
        let gate = Gate::new();
        if !rules::format::exists(&engine.snapshot()?)? {
            engine.transact(|txn| rules::format::create(txn, license))?;
        }
        // A directory without its counters or license is damaged, which is better reported
        // now.
        let snapshot = engine.snapshot()?;
        read::license(&snapshot)?;
        let latest = LatestChange::new(read::totals(&snapshot)?.last_change);
        Ok(Self {
            shared: Arc::new(Shared {
                gate,
                engine: Arc::new(engine),
                commits: Commits::default(),
                cache: UserCache::new(cache_bytes),
                latest,
                holds,
                gathered: Gathered::default(),
                seats: ArcSwapOption::empty(),
            }),
            actor: None,
            door: None,
        })
    }

    /// Finishes pending work, releases the file, and reports what went wrong. Dropping the last
    /// handle does the same, but can't report it.
    ///
    /// This closes the directory for every clone of the handle: their calls, and those of
    /// iterators and feeds, fail with [`Closed`](crate::ErrorKind::Closed). The file can be opened
    /// again at once.
    ///
    /// In a child of `fork` it fails with [`Forked`](crate::ErrorKind::Forked), as every call
    /// does: the directory is the parent's. Dropping the handle there does nothing.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument), and it stays open, in code that
    /// [`apply_stream`](Self::apply_stream) or [`load`](Self::load) calls; those of the file.
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// let clone = directory.clone();
    /// directory.close()?;
    /// assert_eq!(clone.len().unwrap_err().kind(), ErrorKind::Closed);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn close(self) -> Result<()> {
        if self.shared.gate.is_forked() {
            return self.shared.gate.check();
        }
        self.shared.gate.check_outside()?;
        let written = self.shared.gathered.write(&self.shared.engine);
        self.shared.gate.close();
        self.shared.cache.close();
        let closed = self.shared.engine.close().and(written);
        self.shared.latest.close();
        match &closed {
            Ok(()) => log::info!("closed the directory"),
            Err(error) => log::error!("closing the directory failed: {error}"),
        }
        closed
    }

    /// Fails if the directory is closed, or in a child of `fork`.
    pub(crate) fn check(&self) -> Result<()> {
        self.shared.gate.check()
    }

    /// Fails if [`check`](Self::check) does, and in code that a write of this thread calls.
    /// To be called before the writer's lock is taken.
    fn check_write(&self) -> Result<()> {
        self.check()?;
        self.shared.gate.check_outside()
    }

    fn snapshot(&self) -> Result<Snapshot> {
        self.check()?;
        self.shared.engine.snapshot()
    }
}

/// The directory as a whole.
impl Directory {
    /// The license in force, and how its seats are used. Cached until the next commit.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.seats()?.free(), Some(4));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn seats(&self) -> Result<Seats> {
        let snapshot = self.snapshot()?;
        if let Some(known) = &*self.shared.seats.load()
            && known.0.is_of(&snapshot)
        {
            return Ok(known.1);
        }
        let seats = read::seats(&snapshot)?;
        let known = Arc::new((snapshot.id(), seats));
        self.shared.seats.store(Some(known));
        Ok(seats)
    }

    /// Recounts the seats and checks every index against the users, both ways. Takes time in
    /// proportion to the size of the directory.
    ///
    /// It fails on damage, so that no caller takes a damaged directory for a sound one;
    /// [`find_faults`](Self::find_faults) lists what is wrong.
    ///
    /// # Errors
    ///
    /// [`Corrupted`](crate::ErrorKind::Corrupted), with the first fault and the number of faults.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.verify()?.active, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn verify(&self) -> Result<Verified> {
        rules::verify(&self.snapshot()?)
    }

    /// Sets the license and returns how its seats are used. A license with fewer seats than
    /// active users is accepted: nobody is deactivated, but nobody can be activated until enough
    /// others are deactivated.
    ///
    /// ```
    /// use headcount::{Directory, License};
    ///
    /// let directory = Directory::in_memory()?;
    /// assert_eq!(directory.set_license(License::Seats(50))?.free(), Some(50));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn set_license(&self, license: License) -> Result<Seats> {
        self.apply(Batch::new().set_license(license))?;
        self.seats()
    }
}
