//! The space on the disk that a checkpoint waits for.

use std::io;
use std::time::Duration;

/// Whether there is space for the running checkpoint.
#[derive(Default)]
pub(super) struct Space {
    /// Why the checkpoint waits, if it does.
    pub(super) full: Option<Full>,
    /// Whether this still has to be logged, by a thread that holds no lock: a logger may
    /// close the directory.
    pub(super) is_unlogged: bool,
    /// How many attempts found no space.
    pub(super) attempts: u64,
    /// How many attempts somebody has asked for.
    pub(super) wanted: u64,
}

/// After this many failed attempts, one of them is sure to have begun after a request: the
/// first may already have been running.
pub(super) const ATTEMPTS: u64 = 2;

/// How long a write without space waits before the next attempt.
pub(super) const RETRY: Duration = Duration::from_millis(250);

/// Why there is no space. An [`io::Error`] can't be cloned.
#[derive(Clone, Copy)]
pub(super) struct Full {
    kind: io::ErrorKind,
    code: Option<i32>,
}

impl Full {
    pub(super) fn new(error: &io::Error) -> Self {
        Self {
            kind: error.kind(),
            code: error.raw_os_error(),
        }
    }

    pub(super) fn error(self) -> io::Error {
        let of_code = self.code.map(io::Error::from_raw_os_error);
        of_code.unwrap_or_else(|| self.kind.into())
    }
}
