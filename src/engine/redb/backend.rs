//! The storage backend for redb: it tracks the length of the file, and hides a full disk
//! from redb by waiting for space.
//!
//! After the first error of its file, redb refuses everything, including reads. A
//! checkpoint can wait, because its writes are still in the log. So on the engine's own
//! threads, a write that finds no space is retried until there is some, or the engine is
//! closed; see [`Work`]. On other threads it fails: they check for space before they begin.

use std::io;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::redb::{BackendError, StorageBackend};

use super::checkpoint::{Work, is_own_thread};

/// The length of a file, kept up to date while it is open.
#[derive(Clone, Debug, Default)]
pub(super) struct Length(Arc<AtomicU64>);

impl Length {
    /// Bytes of the file.
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }
}

/// A backend that updates a [`Length`] and waits for space.
#[derive(Debug)]
pub(super) struct Backend<B> {
    inner: B,
    length: Length,
    work: Work,
}

impl<B: StorageBackend> Backend<B> {
    /// Wraps `inner`. `length` is set when redb first reads it. Writes that wait for space
    /// are reported to `work`.
    pub(super) fn new(inner: B, length: Length, work: Work) -> Self {
        Self {
            inner,
            length,
            work,
        }
    }

    /// Repeats `write`, which must be idempotent, until there is space for it.
    fn with_space(&self, write: impl Fn() -> io::Result<()>) -> io::Result<()> {
        let mut has_waited = false;
        loop {
            match write() {
                Err(error) if is_full(&error) && is_own_thread() => {
                    has_waited = true;
                    if !self.work.wait_for_space(&error) {
                        return Err(error);
                    }
                }
                done => {
                    if has_waited {
                        self.work.found_space();
                    }
                    return done;
                }
            }
        }
    }
}

/// Whether the error means that there is no space at the moment.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

/// redb never writes after the end: it extends the file first.
impl<B: StorageBackend> StorageBackend for Backend<B> {
    fn len(&self) -> io::Result<u64> {
        let bytes = self.inner.len()?;
        self.length.set(bytes);
        Ok(bytes)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.with_space(|| self.inner.set_len(bytes))?;
        self.length.set(bytes);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.inner.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.with_space(|| self.inner.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.inner.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.inner.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.query_lock_range(start, end)
    }
}
