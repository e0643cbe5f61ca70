//! What the library logs, handed to Python's `logging` as the logger `headcount`.
//!
//! The library also logs on threads of its own, and in the midst of a commit. So a record
//! never waits for the interpreter's lock: it waits in a queue, and the next call that
//! writes or opens something hands over what is there.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

use log::{Level, LevelFilter, Log, Metadata, Record};
use pyo3::prelude::*;

/// Records that wait at most; older ones are lost to newer ones.
const RECORDS_MAX: usize = 256;

static QUEUE: Mutex<VecDeque<(Level, String)>> = Mutex::new(VecDeque::new());
static PENDING: AtomicBool = AtomicBool::new(false);

struct Queued;

impl Log for Queued {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Debug
    }

    fn log(&self, record: &Record<'_>) {
        let Some(mut queue) = lock() else { return };
        if queue.len() == RECORDS_MAX {
            queue.pop_front();
        }
        queue.push_back((record.level(), record.args().to_string()));
        PENDING.store(true, Ordering::Release);
    }

    fn flush(&self) {}
}

/// Becomes the logger of this copy of the library.
pub(crate) fn install() {
    if log::set_logger(&Queued).is_ok() {
        log::set_max_level(LevelFilter::Debug);
    }
}

/// Hands over what was logged since.
pub(crate) fn hand_over(py: Python<'_>) {
    if !PENDING.load(Ordering::Acquire) {
        return;
    }
    let Some(mut queue) = lock() else { return };
    PENDING.store(false, Ordering::Release);
    let records = std::mem::take(&mut *queue);
    drop(queue);
    if let Err(error) = tell(py, records) {
        error.write_unraisable(py, None);
    }
}

fn tell(py: Python<'_>, records: VecDeque<(Level, String)>) -> PyResult<()> {
    let logger = py
        .import("logging")?
        .call_method1("getLogger", ("headcount",))?;
    for (level, message) in records {
        let level = match level {
            Level::Error => 40,
            Level::Warn => 30,
            Level::Info => 20,
            Level::Debug | Level::Trace => 10,
        };
        logger.call_method1("log", (level, "%s", message))?;
    }
    Ok(())
}

/// The queue. In a child of `fork` a thread that isn't there may hold it for good, so
/// nobody waits for long.
fn lock() -> Option<MutexGuard<'static, VecDeque<(Level, String)>>> {
    for _ in 0..1_000 {
        match QUEUE.try_lock() {
            Ok(queue) => return Some(queue),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::yield_now(),
        }
    }
    None
}
