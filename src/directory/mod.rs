//! The facade: one directory, opened, read and written.
//!
//! This is the only room that names an engine.

mod acting;
mod backup;
mod cache;
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
mod options;
#[cfg(all(unix, feature = "capi"))]
mod ready;
mod repair;
mod seats;
mod seen;
mod stats;
#[cfg(test)]
mod tests;
mod users;
mod waiting;
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
pub use options::Options;
#[cfg(all(unix, feature = "capi"))]
pub(crate) use ready::Ready;
pub use stats::Stats;

pub use crate::rules::UserView;
#[cfg(feature = "capi")]
pub(crate) use crate::rules::{Fault, Inspection, Repaired};

use arc_swap::ArcSwapOption;

use self::cache::UserCache;
use self::commits::Commits;
use self::feed::Latest;
use self::gate::Gate;
use self::holds::Holds;
use self::seen::Gathered;

use crate::engine::Engine;
use crate::engine::embedded::{Embedded, Snapshot, StateId};
use crate::error::{Error, Result};
use crate::model::{Applied, Batch, License, Seats, Timestamp, UserId};
use crate::rules::{self, Verified, read};

/// A user directory: users, and a license that says how many may be active.
///
/// A handle is cheap to clone and can be used from any number of threads. Reads
/// see the latest committed state and never wait for a write. Each write is one
/// transaction; when it returns it is on disk.
///
/// Whatever takes a user takes a [`User`](crate::User), an id, an email or a username: see
/// [`UserRef`](crate::UserRef).
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
    /// Shared with nobody, but a child of `fork` can keep it from being dropped.
    engine: Arc<Embedded>,
    commits: Commits,
    cache: UserCache,
    /// The number of the latest change, for those who wait for the next.
    latest: Latest,
    /// The states that iterators hold.
    holds: Holds,
    gathered: Gathered,
    /// How the seats are used in the state that was asked last.
    seats: ArcSwapOption<(StateId, Seats)>,
}

impl Drop for Shared {
    /// In a child of `fork` the engine stays as it is: to close it would write to the
    /// parent's file, remove its log and give up its lock.
    fn drop(&mut self) {
        if self.gate.is_forked() {
            std::mem::forget(Arc::clone(&self.engine));
        } else if let Err(error) = self.gathered.write(&self.engine) {
            log::error!("writing when users were last seen failed: {error}");
        }
    }
}

impl Directory {
    /// Opens the directory in the file at `path`, and makes it if there is none.
    ///
    /// While it is open there are files beside that one whose names begin like its
    /// own: they belong to it, and hold what was written last. After
    /// [`close`](Self::close) there are none, and the file is all there is. After a
    /// crash they are found and read by themselves; who moves or copies the file then
    /// has to take them along.
    ///
    /// These files have the owner and the mode of the file itself, also when root opens
    /// it. A file that `open` makes belongs to whoever runs the process: made by root, it
    /// has to be given to the user who is to open it.
    ///
    /// A child of `fork` can't use the directory, and doesn't keep it locked.
    ///
    /// # Errors
    ///
    /// [`AlreadyOpen`](crate::ErrorKind::AlreadyOpen) when another process or handle has
    /// the file; [`UnsupportedFormat`](crate::ErrorKind::UnsupportedFormat) when a newer
    /// release wrote it; [`Corrupted`](crate::ErrorKind::Corrupted) when it is no
    /// directory or is damaged; [`Io`](crate::ErrorKind::Io).
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

    /// Makes a directory that lives in memory and is gone when it is dropped.
    pub fn in_memory() -> Result<Self> {
        Options::new().in_memory()
    }

    /// The ways to open a directory.
    pub fn options() -> Options {
        Options::new()
    }

    fn start(engine: Embedded, license: License, cache_bytes: usize, holds: Holds) -> Result<Self> {
        let gate = Gate::new();
        if !rules::format::exists(&engine.snapshot()?)? {
            engine.transact(|txn| rules::format::create(txn, license))?;
        }
        // A directory without its counters or license is damaged: better said now.
        let snapshot = engine.snapshot()?;
        read::license(&snapshot)?;
        let latest = Latest::new(read::totals(&snapshot)?.last_change);
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

    /// Finishes what is pending and releases the file, and reports what goes
    /// wrong with that; dropping the last handle does the same silently.
    ///
    /// It closes the directory for every clone of the handle: their calls are
    /// refused with [`Closed`](crate::ErrorKind::Closed), and so are those of iterators
    /// and feeds. The file can be opened again at once.
    ///
    /// In a child of `fork` it is refused with [`Forked`](crate::ErrorKind::Forked), as
    /// every call is: the directory is the parent's. Dropping the handle there does
    /// nothing.
    pub fn close(self) -> Result<()> {
        if self.shared.gate.is_forked() {
            return self.shared.gate.check();
        }
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

    /// Refuses what is asked of a closed directory, or in a child of `fork`.
    pub(crate) fn check(&self) -> Result<()> {
        self.shared.gate.check()
    }

    fn snapshot(&self) -> Result<Snapshot> {
        self.check()?;
        self.shared.engine.snapshot()
    }
}

/// The directory as a whole.
impl Directory {
    /// The license in force, and how its seats are used.
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

    /// The changes with numbers above `after`, oldest first, up to this moment; 0
    /// starts from the first.
    ///
    /// # Errors
    ///
    /// [`HistoryTrimmed`](crate::ErrorKind::HistoryTrimmed) when the change after `after`
    /// was [trimmed](Self::trim_changes);
    /// [`ChangeNotYet`](crate::ErrorKind::ChangeNotYet) when `after` is above the number
    /// of the latest change, as it can be after a restore from a backup.
    ///
    /// ```
    /// use headcount::{Directory, Event};
    ///
    /// let directory = Directory::in_memory()?;
    /// let steve = directory.create_user("steve@ex.co")?;
    /// directory.deactivate_user(&*steve)?;
    /// let changes: Vec<_> = directory.changes(1)?.collect::<Result<_, _>>()?;
    /// assert_eq!(changes.len(), 1);
    /// assert_eq!(changes[0].events, [Event::UserDeactivated { user: steve.id() }]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn changes(&self, after: u64) -> Result<Changes> {
        Changes::new(self, after)
    }

    /// The changes with numbers above `after` as they come: see [`ChangeFeed`]. Whether
    /// they can be had, [`ChangeFeed::recv_timeout`] says.
    pub fn follow(&self, after: u64) -> ChangeFeed {
        ChangeFeed::new(self.clone(), after)
    }

    /// Forgets the changes with numbers below `before`, with their request ids and the ids
    /// of users whom they deleted, and returns how many those were. Who asks for them later is refused with
    /// [`HistoryTrimmed`](crate::ErrorKind::HistoryTrimmed).
    ///
    /// Of very many it forgets some at a time: when it fails, the oldest may be gone
    /// already. Calling it again forgets the rest.
    pub fn trim_changes(&self, before: u64) -> Result<u64> {
        let mut trimmed = 0;
        loop {
            self.check()?;
            match self
                .shared
                .engine
                .transact(|txn| rules::trim::trim(txn, before))?
            {
                0 => {
                    self.shared.holds.check(&self.shared.engine);
                    return Ok(trimmed);
                }
                some => trimmed += some,
            }
        }
    }

    /// Recounts the seats and checks every index against the users, both ways.
    /// Takes time in proportion to the size of the directory.
    ///
    /// It fails on damage, so that no caller takes a damaged directory for a sound
    /// one; [`find_faults`](Self::find_faults) lists what is wrong.
    ///
    /// # Errors
    ///
    /// [`Corrupted`](crate::ErrorKind::Corrupted) names the first fault and says how
    /// many there are.
    pub fn verify(&self) -> Result<Verified> {
        rules::verify(&self.snapshot()?)
    }

    /// Sets the license. A smaller one than today's use is accepted: nobody is
    /// deactivated, but no user can be activated until enough others are not.
    pub fn set_license(&self, license: License) -> Result<Seats> {
        self.apply(Batch::new().set_license(license))?;
        self.seats()
    }

    /// Applies a batch: all of it, or nothing.
    ///
    /// # Errors
    ///
    /// The first refusal; [`Error::op_index`] says which operation it concerns.
    pub fn apply(&self, mut batch: Batch) -> Result<Applied> {
        self.check()?;
        self.prepare(&mut batch);
        let applied = self
            .shared
            .commits
            .apply(&*self.shared.engine, &self.shared.cache, batch)?;
        if let Some(sequence) = applied.sequence {
            self.shared.latest.advance(sequence);
            self.shared.holds.check(&self.shared.engine);
        }
        Ok(applied)
    }

    /// Tells what would be refused of a batch, without applying it: all there is
    /// to say about single operations, in their order, or else about the batch
    /// as a whole. Empty means that it would be accepted now.
    ///
    /// ```
    /// use headcount::{Batch, Directory, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let refusals = directory.refusals(Batch::new().create_user("").create_user("Ann@ex.co"))?;
    /// let kinds: Vec<_> = refusals.iter().map(|r| (r.op_index(), r.kind())).collect();
    /// assert_eq!(
    ///     kinds,
    ///     [(Some(0), ErrorKind::EmailRequired), (Some(1), ErrorKind::EmailTaken)]
    /// );
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn refusals(&self, mut batch: Batch) -> Result<Vec<Error>> {
        self.prepare(&mut batch);
        rules::refusals(&self.snapshot()?, &batch, Timestamp::now())
    }

    /// Tells what would become of a batch, without applying it: the answer that
    /// [`apply`](Self::apply) would give now, but for the ids it would draw.
    ///
    /// # Errors
    ///
    /// Those of [`apply`](Self::apply).
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let batch = Batch::new().activate_user(&*ann).create_user("bob@ex.co");
    /// let applied = directory.dry_run(batch)?;
    /// assert!(!applied.outcomes[0].changed && applied.outcomes[1].changed);
    /// assert_eq!(directory.len()?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn dry_run(&self, mut batch: Batch) -> Result<Applied> {
        self.prepare(&mut batch);
        let plan = rules::apply(&self.snapshot()?, &batch, Timestamp::now())?;
        Ok(plan.applied)
    }

    fn prepare(&self, batch: &mut Batch) {
        // Part of the digest, so first.
        batch.actor = batch.actor.or(self.actor);
        if batch.door.is_none() {
            batch.door.clone_from(&self.door);
        }
        batch.prepare();
    }
}
