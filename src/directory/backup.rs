//! Copying a whole directory: backup and restore.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::{Directory, waiting};
use crate::engine::redb::{self, ReadOnly, Target};
use crate::engine::{Inspect, Read};
use crate::error::{Error, ErrorKind, Result};
use crate::rules::{self, read};

/// How to write a copy, for [`Directory::backup_with`] and [`restore`].
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("users.backup.redb");
/// use headcount::{CopyOptions, Directory};
///
/// let directory = Directory::in_memory()?;
/// let mut told = 0;
/// let options = CopyOptions::new().overwrite(true).on_progress(|_| told += 1);
/// directory.backup_with(&path, options)?;
/// assert!(told > 0);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Default)]
#[must_use]
pub struct CopyOptions<'a> {
    overwrite: bool,
    open_timeout: Duration,
    progress: Option<Box<dyn FnMut(CopyProgress) + 'a>>,
}

/// The progress of a copy.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("users.backup.redb");
/// use headcount::{CopyOptions, Directory};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let mut entries = 0;
/// let options = CopyOptions::new().on_progress(|progress| entries = progress.entries);
/// directory.backup_with(&path, options)?;
/// assert!(entries > 0);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct CopyProgress {
    /// Entries copied: about ten per user, including index entries.
    pub entries: u64,
    /// Bytes of their keys and values.
    pub bytes: u64,
}

/// What [`Directory::backup`] or [`restore`] copied.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("users.backup.redb");
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let copied = directory.backup(&path)?;
/// assert_eq!((copied.users, copied.sequence), (1, 1));
/// assert_eq!(copied.bytes, path.metadata().unwrap().len());
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Copied {
    /// Users in the copy, active or not.
    pub users: u64,
    /// The number of the latest [`Change`](crate::Change) in the copy, which contains
    /// everything up to this change and nothing later. 0 before the first.
    pub sequence: u64,
    /// Bytes of the new file.
    pub bytes: u64,
}

impl fmt::Debug for CopyOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyOptions")
            .field("overwrite", &self.overwrite)
            .field("open_timeout", &self.open_timeout)
            .finish_non_exhaustive()
    }
}

impl<'a> CopyOptions<'a> {
    /// The defaults: overwrite nothing, don't wait, report no progress.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.backup.redb");
    /// use headcount::{CopyOptions, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// let copied = directory.backup_with(&path, CopyOptions::new())?;
    /// assert_eq!(copied.users, 0);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether to replace a directory at the target: `false` by default. Nobody may have
    /// that directory open, and a file that isn't a directory is never replaced. The new
    /// file gets the owner and the mode of the old one.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.backup.redb");
    /// use headcount::{CopyOptions, Directory, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.backup(&path)?;
    /// assert_eq!(directory.backup(&path).unwrap_err().kind(), ErrorKind::Io);
    /// directory.backup_with(&path, CopyOptions::new().overwrite(true))?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// How long to wait for the backup or the target while another process or handle has it
    /// open: not at all by default. See
    /// [`Options::open_timeout`](crate::Options::open_timeout).
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use std::time::Duration;
    /// use headcount::{CopyOptions, Directory, ErrorKind};
    ///
    /// let open = Directory::open(&path)?;
    /// let options = CopyOptions::new().overwrite(true).open_timeout(Duration::from_millis(20));
    /// let refused = Directory::in_memory()?.backup_with(&path, options).unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::AlreadyOpen);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn open_timeout(mut self, timeout: Duration) -> Self {
        self.open_timeout = timeout;
        self
    }

    /// Sets a function that is called with the progress every few hundred kilobytes and at
    /// the end. The copy waits until it returns.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.backup.redb");
    /// use headcount::{CopyOptions, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// let options = CopyOptions::new().on_progress(|progress| println!("{} bytes", progress.bytes));
    /// directory.backup_with(&path, options)?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn on_progress(mut self, progress: impl FnMut(CopyProgress) + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }
}

impl Directory {
    /// Copies the current state of the directory to a new file at `path`, while others
    /// continue to read and write.
    ///
    /// The copy is the file of a closed directory: open it, or [`restore`] it. It is written
    /// beside `path`, under a name that starts with the same name, then verified as by
    /// [`verify`](Self::verify), synced and renamed. So `path` is always either the old file or
    /// the complete copy. On Unix, only the owner can read and write a new file, because it
    /// contains addresses.
    ///
    /// It needs up to about 40 MiB of memory. While the copy is written, which takes
    /// seconds for a million users, the directory's own file can't reuse freed space, and
    /// may grow by about as much as checkpoints write in that time.
    ///
    /// # Errors
    ///
    /// [`Io`](crate::ErrorKind::Io) if something exists at `path` (see
    /// [`CopyOptions::overwrite`]), or if there is no space; then nothing is left behind.
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if `path` is a symbolic link
    /// or the name of a log; [`AlreadyOpen`](crate::ErrorKind::AlreadyOpen) if the file at
    /// `path` is open, including this directory's own;
    /// [`Corrupted`](crate::ErrorKind::Corrupted) if the directory is damaged: then there
    /// is no copy.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.backup.redb");
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?; // or in a file
    /// directory.create_user("steve@ex.co")?;
    /// let copied = directory.backup(&path)?;
    /// assert_eq!((copied.users, copied.sequence), (1, 1));
    /// directory.create_user("ann@ex.co")?; // not in the copy
    /// assert_eq!(Directory::open(&path)?.len()?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn backup(&self, path: impl AsRef<Path>) -> Result<Copied> {
        self.backup_with(path, CopyOptions::new())
    }

    /// Copies the directory like [`backup`](Self::backup), with these options.
    ///
    /// # Errors
    ///
    /// Those of [`backup`](Self::backup); [`AlreadyOpen`](crate::ErrorKind::AlreadyOpen) only
    /// after [`CopyOptions::open_timeout`].
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.backup.redb");
    /// use headcount::{CopyOptions, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.backup(&path)?;
    /// directory.create_user("ann@ex.co")?;
    /// let copied = directory.backup_with(&path, CopyOptions::new().overwrite(true))?;
    /// assert_eq!(copied.users, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn backup_with(&self, path: impl AsRef<Path>, options: CopyOptions<'_>) -> Result<Copied> {
        let path = path.as_ref();
        let copied = write_copy(self.snapshot()?, path, options)?;
        log::info!("backed up {} users to {}", copied.users, path.display());
        Ok(copied)
    }
}

/// Restores a backup: copies the directory in the file `backup` to `path`.
///
/// `backup` may be the file of any directory that nobody has open for writing. It is only read,
/// including a log that a crash left beside it. The copy is written, verified and renamed as in
/// [`Directory::backup`]; then the log of the directory that was at `path` is removed. A crash
/// at any step leaves either the old directory with its log, or the new one. A log left beside
/// the new one can't be applied to it; restoring again removes the log.
///
/// # Errors
///
/// Those of opening `backup` read-only and those of [`Directory::backup`]; `path` stays as
/// it was. [`Corrupted`](crate::ErrorKind::Corrupted) if the backup is damaged,
/// [`AlreadyOpen`](crate::ErrorKind::AlreadyOpen) if either file is open, and
/// [`Io`](crate::ErrorKind::Io) if there is a file at `path`, or a log beside it, and
/// `options` don't allow overwriting.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("users.redb");
/// # let backup = folder.path().join("users.backup.redb");
/// use headcount::{CopyOptions, Directory};
///
/// let directory = Directory::open(&path)?;
/// directory.create_user("steve@ex.co")?;
/// directory.backup(&backup)?;
/// directory.delete_user("steve@ex.co")?; // a mistake
/// directory.close()?;
/// headcount::restore(&backup, &path, CopyOptions::new().overwrite(true))?;
/// assert_eq!(Directory::open(&path)?.len()?, 1);
/// # Ok::<(), headcount::Error>(())
/// ```
pub fn restore(
    backup: impl AsRef<Path>,
    path: impl AsRef<Path>,
    options: CopyOptions<'_>,
) -> Result<Copied> {
    let (backup, path) = (backup.as_ref(), path.as_ref());
    if let (Ok(from), Ok(to)) = (backup.canonicalize(), path.canonicalize())
        && from == to
    {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!(
                "`{}` can't be restored to itself; name another file",
                path.display()
            ),
        ));
    }
    let engine = waiting::until_free(options.open_timeout, || {
        ReadOnly::open(backup, VERIFY_CACHE_BYTES, false)
    })?;
    let copied = write_copy(engine.snapshot()?, path, options)?;
    engine.close()?;
    log::info!(
        "restored {} users from {} to {}",
        copied.users,
        backup.display(),
        path.display()
    );
    Ok(copied)
}

/// The size of the page cache for verifying a copy.
const VERIFY_CACHE_BYTES: usize = 16 << 20;

/// Copies `snapshot` to a new file, verifies it, and renames it to `path`.
fn write_copy(snapshot: impl Read, path: &Path, options: CopyOptions<'_>) -> Result<Copied> {
    let CopyOptions {
        overwrite,
        open_timeout,
        progress,
    } = options;
    let mut progress = progress.unwrap_or_else(|| Box::new(|_| {}));
    let totals = read::totals(&snapshot)?;
    let prepare = || Target::prepare(path, overwrite);
    let (target, file) = waiting::until_free(open_timeout, prepare)?;
    redb::copy(&snapshot, file, path, &mut |entries, bytes| {
        progress(CopyProgress { entries, bytes });
    })?;
    // Verifying takes time too, but doesn't need the snapshot.
    drop(snapshot);
    let written = ReadOnly::open(target.partial(), VERIFY_CACHE_BYTES, false)?;
    verify(&written.snapshot()?, path)?;
    written.close()?;
    Ok(Copied {
        users: totals.active + totals.inactive,
        sequence: totals.last_change,
        bytes: target.finish()?,
    })
}

/// Refuses a file that isn't a directory or is damaged.
fn verify(snapshot: &impl Inspect, path: &Path) -> Result<()> {
    if !rules::format::exists(snapshot)? {
        return Err(Error::new(
            ErrorKind::Corrupted,
            format!("`{}` holds no directory; check the path", path.display()),
        ));
    }
    rules::verify(snapshot).map(drop)
}
