//! States that iterators hold, and when they lose them.
//!
//! While an old state is held, the file can't reuse space that was freed since, and grows
//! with every checkpoint. So each hold has a maximum length for the file; the write that
//! notices that the file is longer releases the state, and the iterator fails when it reads
//! on. It doesn't continue with a later state: a list of two moments could lack a user who
//! existed all the time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::engine::Engine;
use crate::engine::embedded::{Embedded, Snapshot};
use crate::error::{Error, ErrorKind, Result};

/// While a state is held, the file may grow by this many times the maximum size of the log,
/// or by its own size if that is more.
pub(super) const GROWTH_OF_LOG: u64 = 4;

/// The held states of a directory.
pub(super) struct Holds {
    /// Bytes that the file may always grow by while a state is held.
    growth_min: u64,
    held: Mutex<Vec<Weak<Hold>>>,
    /// The length of `held`, which writers read without a lock.
    count: AtomicUsize,
}

/// A held state, until it is released.
pub(super) struct Hold {
    snapshot: Mutex<Option<Snapshot>>,
    /// The length of the file beyond which the state is released.
    file_bytes_max: u64,
}

impl Holds {
    pub(super) fn new(growth_min: u64) -> Self {
        Self {
            growth_min,
            held: Mutex::default(),
            count: AtomicUsize::new(0),
        }
    }

    /// Holds the latest state.
    pub(super) fn hold(&self, engine: &Embedded) -> Result<Arc<Hold>> {
        let bytes = engine.file_bytes();
        let hold = Arc::new(Hold {
            snapshot: Mutex::new(Some(engine.snapshot()?)),
            file_bytes_max: bytes + bytes.max(self.growth_min),
        });
        let mut all = lock(&self.held);
        all.retain(|other| other.strong_count() > 0);
        all.push(Arc::downgrade(&hold));
        self.count.store(all.len(), Ordering::Release);
        Ok(hold)
    }

    /// Releases the states that the file has outgrown. To be called after writes.
    pub(super) fn check(&self, engine: &Embedded) {
        if self.count.load(Ordering::Acquire) == 0 {
            return;
        }
        let bytes = engine.file_bytes();
        let mut all = lock(&self.held);
        all.retain(|hold| {
            hold.upgrade().is_some_and(|hold| {
                let stays = bytes <= hold.file_bytes_max;
                if !stays {
                    hold.release();
                }
                stays
            })
        });
        self.count.store(all.len(), Ordering::Release);
    }
}

impl Hold {
    /// The state, for a short read.
    pub(super) fn snapshot(&self) -> Result<Snapshot> {
        lock(&self.snapshot).clone().ok_or_else(|| {
            Error::new(
                ErrorKind::Closed,
                "this list was closed, because the file grew too far while it was held; \
                 ask for it again and read it more quickly",
            )
        })
    }

    /// Releases the state.
    pub(super) fn release(&self) {
        lock(&self.snapshot).take();
    }
}

/// Nothing panics while holding one of these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
