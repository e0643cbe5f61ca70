//! The ways to open a directory.

use std::path::Path;
use std::time::Duration;

use super::Directory;
use crate::engine::embedded::Embedded;
use crate::engine::memory::Memory;
use crate::engine::redb::{Redb, RedbOptions};
use crate::error::Result;
use crate::model::License;

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
    cache_bytes: usize,
    /// What is left to the engine.
    pub(super) engine: RedbOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// The defaults: make the file if it is missing, with the Community license.
    pub fn new() -> Self {
        Self {
            license_if_new: License::Community,
            cache_bytes: 64 << 20,
            engine: RedbOptions::new(true),
        }
    }

    /// Whether to make the file if there is none; otherwise that is an error.
    #[must_use]
    pub fn create_if_missing(mut self, create: bool) -> Self {
        self.engine.create = create;
        self
    }

    /// The license that a new directory gets. An existing one keeps its own.
    #[must_use]
    pub fn license_if_new(mut self, license: License) -> Self {
        self.license_if_new = license;
        self
    }

    /// How much memory may hold pages of the file: 64 MiB unless said otherwise.
    #[must_use]
    pub fn page_cache_bytes(mut self, bytes: usize) -> Self {
        self.engine.cache_bytes = bytes;
        self
    }

    /// How much memory may hold users that were read, so that reading them again by
    /// email, id or username costs a look-up in memory: about this many bytes, 64 MiB
    /// unless said otherwise, which is some 100,000 users; 0 keeps none. It is taken
    /// as users are read, and what others wrote is never missed for it.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::options().cache_bytes(1 << 20).in_memory()?;
    /// let steve = directory.create_user("steve@ex.co")?;
    /// directory.user_by_id(steve.id())?;
    /// directory.user_by_id(steve.id())?;
    /// let stats = directory.stats()?;
    /// assert_eq!((stats.cache_misses, stats.cache_hits), (1, 1));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// How large the log beside the file may become: 64 MiB unless said otherwise. It
    /// holds what was written since the file itself was brought up to date, which
    /// happens in the background, and again in memory, where that takes up to some
    /// three times as much. A larger one takes up longer bursts of writes before
    /// they have to wait for the file.
    ///
    /// It begins small, grows as it is needed, and is gone when the directory is
    /// closed. Anything below 1 MiB counts as that.
    #[must_use]
    pub fn log_bytes(mut self, bytes: u64) -> Self {
        self.engine.log_bytes = bytes.max(1 << 20);
        self
    }

    /// Gives up some durability for speed: a write returns when the operating system
    /// has it, and is on disk after `interval` at the latest. `None`, as unless said
    /// otherwise, means that it is on disk when it returns.
    ///
    /// What is younger than `interval` can be lost when the machine stops, always the
    /// latest writes and nothing in between; when only the process ends, nothing is.
    /// If the disk fails meanwhile, writes that were acknowledged are lost with it.
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
        self.engine.sync_interval = interval.into();
        self
    }

    /// Opens the directory in the file at `path`; see [`Directory::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Directory> {
        let path = path.as_ref();
        let engine = Embedded::Redb(Redb::open(path, &self.engine)?);
        let directory = Directory::start(engine, self.license_if_new, self.cache_bytes)?;
        log::info!("opened {}", path.display());
        Ok(directory)
    }

    /// Makes a directory in memory; see [`Directory::in_memory`].
    pub fn in_memory(&self) -> Result<Directory> {
        let engine = Embedded::Memory(Memory::new());
        Directory::start(engine, self.license_if_new, self.cache_bytes)
    }
}
