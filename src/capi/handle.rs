//! The values behind pointers that C holds.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::Owner;

/// The state of a handle that the guard checks.
pub(super) struct Latch {
    /// The process that the handle belongs to; `None` for plain data, which a child can still
    /// use.
    process: Option<Owner>,
    /// Whether a call on the handle panicked, and may have left it half done.
    poisoned: AtomicBool,
}

impl Latch {
    /// For a handle with a file, locks or threads behind it.
    pub(super) fn of_this_process() -> Self {
        Self {
            process: Some(Owner::this()),
            poisoned: AtomicBool::new(false),
        }
    }

    /// For a handle that is plain data.
    pub(super) fn of_any_process() -> Self {
        Self {
            process: None,
            poisoned: AtomicBool::new(false),
        }
    }

    pub(super) fn is_forked(&self) -> bool {
        self.process.is_some_and(Owner::is_forked)
    }

    pub(super) fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Relaxed)
    }

    pub(super) fn poison(&self) {
        self.poisoned.store(true, Ordering::Relaxed);
    }
}

/// A type that C holds pointers to. C may use a pointer on any thread, so types that are not
/// thread-safe keep their state behind a lock.
pub(super) trait Handle: Send + Sync {
    /// The name in messages.
    const NAME: &'static str;

    fn latch(&self) -> &Latch;
}
