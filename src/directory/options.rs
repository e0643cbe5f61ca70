//! The ways to open a directory.

use std::path::Path;
use std::time::Duration;

use super::holds::{GROWTH_OF_LOG, Holds};
use super::watch::Watch;
use super::{Directory, waiting};
use crate::engine::embedded::Embedded;
use crate::engine::memory::Memory;
use crate::engine::redb::{ReadOnly, Redb, RedbOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::model::License;
use crate::rules::read;

/// The longest interval between syncs. Longer ones are probably in another unit.
const SYNC_INTERVAL_MAX: Duration = Duration::from_hours(24);

/// How to open a directory.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("users.redb");
/// use headcount::{Directory, License};
///
/// let directory = Directory::options().license_if_new(License::Enterprise).open(&path)?;
/// assert_eq!(directory.seats()?.limit(), None);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(super) license_if_new: License,
    user_cache_bytes: usize,
    read_only: bool,
    pub(super) open_timeout: Duration,
    pub(super) watch: Watch,
    /// The options of the engine.
    pub(super) engine: RedbOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// The defaults: create the file if it is missing, with the Community license.
    ///
    /// ```
    /// use headcount::Options;
    ///
    /// assert!(Options::new().in_memory()?.is_empty()?);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn new() -> Self {
        Self {
            license_if_new: License::Community,
            user_cache_bytes: 64 << 20,
            read_only: false,
            open_timeout: Duration::ZERO,
            watch: Watch::default(),
            engine: RedbOptions {
                log_bytes_max: Some(128 << 20),
                looked_up: read::LOOKED_UP,
                ..RedbOptions::new(true)
            },
        }
    }

    /// Whether to create the file if there is none: `true` by default. Otherwise opening fails with
    /// [`Io`](crate::ErrorKind::Io).
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind};
    ///
    /// let existing = Directory::options().create_if_missing(false);
    /// assert_eq!(existing.open("no/such.redb").unwrap_err().kind(), ErrorKind::Io);
    /// ```
    #[must_use]
    pub fn create_if_missing(mut self, create: bool) -> Self {
        self.engine.create = create;
        self
    }

    /// The license of a new directory: [`Community`](License::Community) by default. An existing
    /// directory keeps its own.
    ///
    /// ```
    /// use headcount::{Directory, License};
    ///
    /// let directory = Directory::options().license_if_new(License::Seats(9)).in_memory()?;
    /// assert_eq!(directory.seats()?.limit(), Some(9));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn license_if_new(mut self, license: License) -> Self {
        self.license_if_new = license;
        self
    }

    /// How much memory to use for pages of the file: 64 MiB by default.
    ///
    /// A large directory with many writes also keeps a filter in memory, which shows that an email,
    /// a username or an id is not in the file: 10 MB per million users, at most 32 MiB, and none
    /// beyond about 6 million users.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::Directory;
    ///
    /// let directory = Directory::options().page_cache_bytes(256 << 20).open(&path)?;
    /// assert!(directory.is_empty()?);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn page_cache_bytes(mut self, bytes: usize) -> Self {
        self.engine.cache_bytes = bytes;
        self
    }

    /// About how much memory to use for caching users, so that reading them again by email, id
    /// or username is a lookup in memory: 64 MiB by default, enough for about 200,000 users if
    /// each is read by one of the three; 0 disables the cache. It grows as users are read.
    /// Cached reads always reflect the latest commit.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::options().user_cache_bytes(1 << 20).in_memory()?;
    /// let steve = directory.create_user("steve@ex.co")?;
    /// directory.user_by_id(steve.id())?;
    /// directory.user_by_id(steve.id())?;
    /// let stats = directory.stats()?;
    /// assert_eq!((stats.cache_misses, stats.cache_hits), (1, 1));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn user_cache_bytes(mut self, bytes: usize) -> Self {
        self.user_cache_bytes = bytes;
        self
    }

    /// How large the log beside the file may become, at least 1 MiB and at most 4 GiB; other
    /// values are clamped. The default is 64 MiB, or a quarter of a file above 256 MiB, up to
    /// 128 MiB.
    ///
    /// The log holds writes that are not yet in the main file, into which they are written in
    /// the background; they are also kept in memory, in up to three times the space. A larger
    /// log absorbs longer bursts of writes. It starts small and is removed when the directory
    /// is closed.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::Directory;
    ///
    /// let directory = Directory::options().log_bytes(16 << 20).open(&path)?; // little memory
    /// directory.create_user("ann@ex.co")?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn log_bytes(mut self, bytes: u64) -> Self {
        self.engine.log_bytes = bytes.clamp(1 << 20, 4 << 30);
        self.engine.log_bytes_max = None;
        self
    }

    /// Whether to open a directory whose log can't be used, without what is only in the log:
    /// `false` by default.
    ///
    /// The log holds the latest writes of a directory that was not closed. By default,
    /// opening fails and changes nothing if the log is missing or cut
    /// ([`LogMissing`](crate::ErrorKind::LogMissing)), belongs to another use of the file
    /// or to another file ([`LogForeign`](crate::ErrorKind::LogForeign)), or is damaged
    /// ([`Corrupted`](crate::ErrorKind::Corrupted)). With `salvage`, commits up to the
    /// first fault are replayed, and **all later ones are lost to this directory**,
    /// acknowledged or not. The log's files are not deleted but renamed, to names that end
    /// in `set-aside-` and a number. The result is sound: it contains no partial write, and
    /// never more active users than seats. A usable log is replayed as always.
    ///
    /// First try to reunite the file with its log: look for the log where the file was
    /// moved or copied from, or for the file that the log belongs to.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::{Directory, ErrorKind};
    ///
    /// let directory = match Directory::open(&path) {
    ///     Err(error) if error.kind() == ErrorKind::LogMissing => {
    ///         eprintln!("{error}"); // ask somebody first
    ///         Directory::options().salvage_log(true).open(&path)
    ///     }
    ///     opened => opened,
    /// }?;
    /// # directory.close()?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn salvage_log(mut self, salvage: bool) -> Self {
        self.engine.salvage_log = salvage;
        self
    }

    /// Trades durability for speed: with an interval, a write returns as soon as the operating
    /// system has it, and is on disk within the interval. `None`, the default, and zero mean that a
    /// write is on disk when it returns. With an interval of more than a day, opening fails with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// If the machine stops, writes younger than the interval can be lost, always the latest ones;
    /// if only the process ends, nothing is. If the disk fails meanwhile, acknowledged writes are
    /// lost with it.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use std::time::Duration;
    /// use headcount::Directory;
    ///
    /// let directory = Directory::options()
    ///     .sync_interval(Duration::from_millis(100))
    ///     .open(&path)?;
    /// directory.create_user("steve@ex.co")?; // may not be on disk yet
    /// directory.close()?; // everything is
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn sync_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.engine.sync_interval = interval.into().filter(|interval| !interval.is_zero());
        self
    }

    /// Whether to open the file for reading only: `false` by default.
    ///
    /// Any number of processes and handles can read a file side by side, but not while one has it
    /// open for writing. Nothing is written or created: the file, its folder and its file system
    /// may be read-only. If a crash left a log beside the file, it is read into memory and left for
    /// the next writer.
    ///
    /// Writes fail with [`ReadOnly`](crate::ErrorKind::ReadOnly). Opening fails with
    /// [`AlreadyOpen`](crate::ErrorKind::AlreadyOpen) while somebody has the file open for writing,
    /// and with [`Io`](crate::ErrorKind::Io) if it is missing or empty, whatever
    /// [`create_if_missing`](Self::create_if_missing) says.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::{Directory, ErrorKind};
    ///
    /// let directory = Directory::open(&path)?;
    /// directory.create_user("steve@ex.co")?;
    /// directory.close()?;
    /// let one = Directory::options().read_only(true).open(&path)?;
    /// let two = Directory::options().read_only(true).open(&path)?;
    /// assert_eq!((one.len()?, two.len()?), (1, 1));
    /// let refused = one.create_user("ann@ex.co").unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::ReadOnly);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// How long to wait for a file that another process or handle has open: not at all by default,
    /// so that a service that is started twice fails at once. After this time, opening fails with
    /// [`AlreadyOpen`](crate::ErrorKind::AlreadyOpen).
    ///
    /// It tries again every few milliseconds; waiters are not served in order.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use std::time::Duration;
    /// use headcount::{Directory, ErrorKind};
    ///
    /// let first = Directory::open(&path)?;
    /// let patient = Directory::options().open_timeout(Duration::from_millis(20));
    /// assert_eq!(patient.open(&path).unwrap_err().kind(), ErrorKind::AlreadyOpen);
    /// first.close()?;
    /// patient.open(&path)?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn open_timeout(mut self, timeout: Duration) -> Self {
        self.open_timeout = timeout;
        self
    }

    /// Opens the directory in the file at `path` with these options: see [`Directory::open`].
    ///
    /// # Errors
    ///
    /// Those of [`Directory::open`]; [`LogMissing`](crate::ErrorKind::LogMissing) and
    /// [`LogForeign`](crate::ErrorKind::LogForeign) for a log that can't be used: see
    /// [`salvage_log`](Self::salvage_log).
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::Options;
    ///
    /// Options::new().open(&path)?.close()?;
    /// assert!(Options::new().read_only(true).open(&path)?.is_empty()?);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Directory> {
        self.check()?;
        let path = path.as_ref();
        let engine = waiting::until_free(self.open_timeout, || {
            if self.read_only {
                ReadOnly::open(path, self.engine.cache_bytes, self.engine.salvage_log)
                    .map(Embedded::ReadOnly)
            } else {
                Redb::open(path, &self.engine).map(Embedded::Redb)
            }
        })?;
        let directory = self.start(engine)?;
        log::info!("opened {}", path.display());
        Ok(directory)
    }

    /// Creates a directory in memory: see [`Directory::in_memory`].
    ///
    /// ```
    /// use headcount::Options;
    ///
    /// assert_eq!(Options::new().in_memory()?.len()?, 0);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn in_memory(&self) -> Result<Directory> {
        self.check()?;
        let engine = Embedded::Memory(Memory::new());
        self.start(engine)
    }

    fn check(&self) -> Result<()> {
        match self.engine.sync_interval {
            Some(interval) if interval > SYNC_INTERVAL_MAX => Err(Error::new(
                ErrorKind::InvalidArgument,
                format!(
                    "a sync interval of {}s is too long; give up to a day",
                    interval.as_secs()
                ),
            )),
            _ => Ok(()),
        }
    }

    fn start(&self, engine: Embedded) -> Result<Directory> {
        let growth_min = GROWTH_OF_LOG.saturating_mul(self.engine.log_bytes);
        let holds = Holds::new(growth_min);
        Directory::start(engine, self.license_if_new, self.user_cache_bytes, holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_may_wait_for_no_time_is_on_disk_when_it_returns() {
        let options = |interval: Duration| Options::new().sync_interval(interval);
        assert_eq!(options(Duration::ZERO).engine.sync_interval, None);
        let second = Duration::from_secs(1);
        assert_eq!(options(second).engine.sync_interval, Some(second));
    }

    #[test]
    fn an_interval_of_more_than_a_day_is_refused() {
        let options = |interval: Duration| Options::new().sync_interval(interval);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.redb");
        for long in [SYNC_INTERVAL_MAX + Duration::from_nanos(1), Duration::MAX] {
            for refused in [options(long).open(&path), options(long).in_memory()] {
                assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidArgument);
            }
        }
        assert!(!path.exists());
        options(SYNC_INTERVAL_MAX).open(&path).unwrap();
    }
}
