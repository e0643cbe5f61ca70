//! Figures of the log and of checkpoints.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::engine::Measured;

/// Counters since the engine was opened.
#[derive(Default)]
pub(super) struct Figures {
    /// The size of the log's files, as of the latest commit.
    log_bytes: AtomicU64,
    checkpoints: AtomicU64,
    checkpoint_micros: AtomicU64,
    checkpoint_micros_max: AtomicU64,
}

impl Figures {
    pub(super) fn set_log_bytes(&self, bytes: u64) {
        self.log_bytes.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn count_checkpoint(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.checkpoints.fetch_add(1, Ordering::Relaxed);
        self.checkpoint_micros.fetch_add(micros, Ordering::Relaxed);
        self.checkpoint_micros_max
            .fetch_max(micros, Ordering::Relaxed);
    }

    pub(super) fn measured(&self) -> Measured {
        let read = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
        Measured {
            log_bytes: read(&self.log_bytes),
            checkpoints: read(&self.checkpoints),
            checkpoint_micros: read(&self.checkpoint_micros),
            checkpoint_micros_max: read(&self.checkpoint_micros_max),
        }
    }
}
