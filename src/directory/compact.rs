//! Compaction: returns unused space to the file system.

use std::path::Path;

use super::{Options, waiting};
use crate::engine::redb;
use crate::error::Result;

/// What [`Options::compact`] did.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("users.redb");
/// use headcount::Directory;
///
/// Directory::open(&path)?.close()?;
/// let compacted = Directory::options().compact(&path)?;
/// assert_eq!(compacted.bytes, path.metadata().unwrap().len());
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Compacted {
    /// The size of the file before.
    pub bytes_before: u64,
    /// The size of the file now.
    pub bytes: u64,
}

impl Options {
    /// Shrinks the file of the directory at `path` as far as possible.
    ///
    /// A file keeps the space of deleted records for later writes, and grows while an
    /// iterator or a backup holds an old state. This gives the space back, in place,
    /// without needing any itself. Nobody else may have the directory open. A crash at any
    /// moment leaves the directory's content unchanged; the next open then takes longer.
    ///
    /// Of the options, only [`page_cache_bytes`](Self::page_cache_bytes) and
    /// [`open_timeout`](Self::open_timeout) apply.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open) for an existing file.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::Directory;
    ///
    /// let directory = Directory::open(&path)?;
    /// directory.create_user("steve@ex.co")?;
    /// directory.close()?;
    /// let compacted = Directory::options().compact(&path)?;
    /// assert!(compacted.bytes <= compacted.bytes_before);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn compact(&self, path: impl AsRef<Path>) -> Result<Compacted> {
        let path = path.as_ref();
        let (bytes_before, bytes) = waiting::until_free(self.open_timeout, || {
            redb::compact(path, self.engine.cache_bytes)
        })?;
        log::info!(
            "compacted {}: {bytes_before} to {bytes} bytes",
            path.display()
        );
        Ok(Compacted {
            bytes_before,
            bytes,
        })
    }
}
