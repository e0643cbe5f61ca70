//! Our files in a host's process.
//!
//! They never use the standard descriptors: a host that closed its output and still writes
//! to it would write into the database. A child of `fork` releases them, so that it doesn't
//! keep them locked.

use std::fs::File;
use std::io;
use std::ops::Bound;

use ::redb::backends::FileBackend;
use ::redb::{BackendError, StorageBackend};

use crate::process::Registered;

/// An open file as a backend for redb.
#[derive(Debug)]
pub(super) struct OwnFile {
    /// Declared before the file, so that it is dropped first.
    _registered: Registered,
    file: FileBackend,
}

impl OwnFile {
    /// Wraps a file that was opened by [`open`].
    pub(super) fn new(file: File) -> io::Result<Self> {
        Ok(Self {
            _registered: Registered::new(&file),
            file: FileBackend::new(file).map_err(io::Error::other)?,
        })
    }
}

/// Opens a file with `open` on a descriptor that isn't a standard one. Closed standard
/// descriptors are first filled with `/dev/null`, as SQLite does.
#[cfg(unix)]
pub(super) fn open(open: impl FnOnce() -> io::Result<File>) -> io::Result<File> {
    use std::mem::forget;
    use std::os::fd::AsRawFd;

    const STANDARD_MAX: i32 = 2;
    let null = || File::options().read(true).write(true).open("/dev/null");
    // Without `/dev/null`, as in a bare chroot, the file is moved below.
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

/// Opens a file with `open`; there are no standard descriptors to protect here.
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

    /// Also unlocks the file, in case another process holds the open file description.
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
