//! A file of ours in a process that is somebody else's.
//!
//! It is never one of the standard descriptors: a host that closed its output and
//! writes to it all the same would write into the database. And a child of `fork`
//! lets go of it, so that it doesn't keep it locked.

use std::fs::File;
use std::io;
use std::ops::Bound;

use ::redb::backends::FileBackend;
use ::redb::{BackendError, StorageBackend};

use crate::process::Registered;

/// An open file, as redb takes it.
#[derive(Debug)]
pub(super) struct OwnFile {
    /// Before the file, so that it goes first.
    _registered: Registered,
    file: FileBackend,
}

impl OwnFile {
    /// Takes a file that was opened by [`open`].
    pub(super) fn new(file: File) -> io::Result<Self> {
        Ok(Self {
            _registered: Registered::new(&file),
            file: FileBackend::new(file).map_err(io::Error::other)?,
        })
    }
}

/// Opens a file with `open`, so that it isn't one of the standard descriptors. Those
/// that are closed are filled with `/dev/null` first, as SQLite does it.
#[cfg(unix)]
pub(super) fn open(open: impl FnOnce() -> io::Result<File>) -> io::Result<File> {
    use std::mem::forget;
    use std::os::fd::AsRawFd;

    const STANDARD_MAX: i32 = 2;
    let null = || File::options().read(true).write(true).open("/dev/null");
    // Where there is no `/dev/null`, as in a bare chroot, the file is moved below.
    while let Ok(filling) = null()
        && filling.as_raw_fd() <= STANDARD_MAX
    {
        forget(filling);
    }
    let file = open()?;
    if file.as_raw_fd() > STANDARD_MAX {
        return Ok(file);
    }
    let moved = rustix::io::fcntl_dupfd_cloexec(&file, STANDARD_MAX + 1)?;
    Ok(File::from(moved))
}

/// Opens a file with `open`; descriptors have no meaning to programs here.
#[cfg(not(unix))]
pub(super) fn open(open: impl FnOnce() -> io::Result<File>) -> io::Result<File> {
    open()
}

type Answer<T> = Result<T, BackendError>;

impl StorageBackend for OwnFile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }

    /// Unlocks it too, for whoever else holds what was opened.
    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Answer<bool> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Answer<bool> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Answer<()> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Answer<()> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Answer<()> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Answer<bool> {
        self.file.query_lock_range(start, end)
    }
}
