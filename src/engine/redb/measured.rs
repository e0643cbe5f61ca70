//! How long the database's file is, known without asking the operating system.

use std::io;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::redb::{BackendError, StorageBackend};

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

/// A backend that keeps a [`Length`] up to date.
#[derive(Debug)]
pub(super) struct Measured<B> {
    inner: B,
    length: Length,
}

impl<B: StorageBackend> Measured<B> {
    /// Around `inner`; `length` is set when redb first asks for it, as it does.
    pub(super) fn new(inner: B, length: Length) -> Self {
        Self { inner, length }
    }
}

/// Redb never writes behind the end: it makes the file longer first.
impl<B: StorageBackend> StorageBackend for Measured<B> {
    fn len(&self) -> io::Result<u64> {
        let bytes = self.inner.len()?;
        self.length.set(bytes);
        Ok(bytes)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.inner.set_len(bytes)?;
        self.length.set(bytes);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.inner.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.inner.write(offset, data)
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
