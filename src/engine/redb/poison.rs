//! The guard of writes that can fail half way.

use std::sync::atomic::Ordering;

use super::Shared;
use crate::error::Error;

/// Lives during a write that can fail half way. Unless it is cleared, it poisons the engine
/// when it is dropped, even by a panic: nothing more is written.
pub(super) struct PoisonGuard<'s>(pub(super) &'s Shared);

impl PoisonGuard<'_> {
    /// The write succeeded.
    pub(super) fn clear(self) {
        std::mem::forget(self);
    }

    /// The write failed: logs, keeps and returns the error.
    pub(super) fn confirm(self, error: Error) -> Error {
        ::log::error!("{error}");
        let _ = self.0.failure.set(error.clone());
        error
    }
}

impl Drop for PoisonGuard<'_> {
    fn drop(&mut self) {
        self.0.poisoned.store(true, Ordering::Release);
    }
}
