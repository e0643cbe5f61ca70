//! Whether a directory may be used: it isn't closed, and this process opened it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};
use crate::process::Owner;

/// The check that every call passes first. It costs two loads.
pub(super) struct Gate {
    owner: Owner,
    closed: AtomicBool,
}

impl Gate {
    /// A gate that is open to this process.
    pub(super) fn new() -> Self {
        Self {
            owner: Owner::this(),
            closed: AtomicBool::new(false),
        }
    }

    /// The gate of a directory that the parent of this process opened.
    #[cfg(test)]
    pub(super) fn of_parent() -> Self {
        Self {
            owner: Owner::parent_of_this(),
            closed: AtomicBool::new(false),
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

    /// Whether this is a child of the process that opened the directory.
    pub(super) fn is_forked(&self) -> bool {
        self.owner.is_forked()
    }

    /// Closes the gate to further calls.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

#[cold]
fn forked() -> Error {
    Error::new(
        ErrorKind::Forked,
        "the directory was opened before this process was forked and belongs to the parent; \
         open it here, once the parent has closed it",
    )
}
