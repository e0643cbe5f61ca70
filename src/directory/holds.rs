//! States that iterators hold, and how long they may.
//!
//! While an old state is held, the file can't reuse the space of what was changed since,
//! and grows with every checkpoint. So each hold has a length that the file may grow to;
//! the write that finds it longer gives the state up, and the iterator says so when it
//! would read on. It doesn't go on with a later state: a list of two moments can lack a
//! user who was there all the time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::engine::Engine;
use crate::engine::embedded::{Embedded, Snapshot};
use crate::error::{Error, ErrorKind, Result};

/// How many times the size of the log a file may grow by while a state is held, unless
/// its own size is more.
pub(super) const GROWTH_OF_LOG: u64 = 4;

/// The states that are held of one directory.
pub(super) struct Holds {
    /// Bytes that the file may always grow by.
    growth_min: u64,
    held: Mutex<Vec<Weak<Hold>>>,
    /// How many `held` has, for those who write.
    count: AtomicUsize,
}

/// A state, until it is given up.
pub(super) struct Hold {
    snapshot: Mutex<Option<Snapshot>>,
    /// The longest that the file may be.
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

    /// Gives up what the file has outgrown. To be called after writes.
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
                    hold.give_up();
                }
                stays
            })
        });
        self.count.store(all.len(), Ordering::Release);
    }
}

impl Hold {
    /// The state, to be read from briefly.
    pub(super) fn snapshot(&self) -> Result<Snapshot> {
        lock(&self.snapshot).clone().ok_or_else(|| {
            Error::new(
                ErrorKind::Closed,
                "this list was closed, because the file grew too far while it was held; \
                 ask for it again and read it more quickly",
            )
        })
    }

    /// Lets go of the state: it is not needed any more.
    pub(super) fn give_up(&self) {
        lock(&self.snapshot).take();
    }
}

/// Nothing panics while it holds one of these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
