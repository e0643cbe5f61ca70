//! Whether a directory may be used: it isn't closed, this process opened it, and a write
//! would not wait for itself.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::error::{Error, ErrorKind, Result};
use crate::process::Owner;

/// The number of the next thread.
static NEXT_THREAD: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// The number of this thread, never used again. It can be read at any time, even when
    /// the thread is ending and has no handle any more.
    static THREAD: u64 = NEXT_THREAD.fetch_add(1, Ordering::Relaxed);
}

/// The check that every call passes first. It costs two loads.
pub(super) struct Gate {
    owner: Owner,
    closed: AtomicBool,
    /// The number of the thread that runs the caller's code inside a write; 0 for none.
    inside: AtomicU64,
}

/// The caller's code runs inside a write, on this thread, until this is dropped.
pub(super) struct CallersCode<'g>(&'g Gate);

impl Drop for CallersCode<'_> {
    fn drop(&mut self) {
        self.0.inside.store(0, Ordering::Relaxed);
    }
}

impl Gate {
    /// A gate that is open to this process.
    pub(super) fn new() -> Self {
        Self {
            owner: Owner::this(),
            closed: AtomicBool::new(false),
            inside: AtomicU64::new(0),
        }
    }

    /// The gate of a directory that the parent of this process opened.
    #[cfg(test)]
    pub(super) fn of_parent() -> Self {
        Self {
            owner: Owner::parent_of_this(),
            closed: AtomicBool::new(false),
            inside: AtomicU64::new(0),
        }
    }

    /// Lets calls pass.
    ///
    /// # Errors
    ///
    /// `Forked` or `Closed`.
    pub(super) fn check(&self) -> Result<()> {
        if self.is_forked() {
            return Err(forked());
        }
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(
                ErrorKind::Closed,
                "the directory was closed; open it again",
            ));
        }
        Ok(())
    }

    /// Lets calls pass that take the writer's lock.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` in code that a write of this thread calls: it would wait for
    /// itself.
    pub(super) fn check_outside(&self) -> Result<()> {
        // A thread needs no ordering to find the number that it stored itself.
        if self.inside.load(Ordering::Relaxed) == this_thread() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "this thread is writing to the directory: code that `apply_stream` or `load` \
                 calls can't write to it, export it or close it; do that before or after",
            ));
        }
        Ok(())
    }

    /// Notes that this thread, which must hold the writer's lock, runs the caller's code.
    pub(super) fn enter_callers_code(&self) -> CallersCode<'_> {
        self.inside.store(this_thread(), Ordering::Relaxed);
        CallersCode(self)
    }

    /// Whether this is a child of the process that opened the directory.
    pub(super) fn is_forked(&self) -> bool {
        self.owner.is_forked()
    }

    /// Closes the gate to further calls.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

fn this_thread() -> u64 {
    THREAD.with(|number| *number)
}

#[cold]
fn forked() -> Error {
    Error::new(
        ErrorKind::Forked,
        "the directory was opened before this process was forked and belongs to the parent; \
         open it here, once the parent has closed it",
    )
}
