//! Pacing: slows commits down while a checkpoint lags behind, so that none has to wait for
//! seconds.
//!
//! Commits that arrive faster than redb takes them over fill the other segment, and would
//! then all wait for the end of the checkpoint, which may take seconds. So each commit
//! waits a little while the segment fills faster than the checkpoint progresses: the
//! further it is ahead, the longer. Waiting threads gather meanwhile and share the next
//! commit.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The denominator of shares.
const WHOLE: u32 = 1 << 16;

/// The share of a checkpoint that is done when all its writes are in redb's pages, but not
/// on disk yet.
const APPLIED: u32 = WHOLE / 2;

/// The wait of a commit that fills the whole segment at the beginning of a checkpoint.
const LONGEST: Duration = Duration::from_millis(40);

/// Shorter waits are not worth the system call.
const SHORTEST: Duration = Duration::from_micros(100);

/// The progress of the running checkpoint.
#[derive(Default)]
pub(super) struct Pacing {
    /// The number of writes it takes over; zero if none is running.
    writes: AtomicU64,
    /// The number of writes already taken over.
    applied: AtomicU64,
}

impl Pacing {
    /// Begins a checkpoint of this many writes.
    pub(super) fn begin(&self, writes: usize) {
        self.applied.store(0, Ordering::Relaxed);
        self.writes.store(writes as u64, Ordering::Relaxed);
    }

    /// Counts one more write as taken over.
    pub(super) fn step(&self) {
        // Only this thread changes it.
        let applied = self.applied.load(Ordering::Relaxed);
        self.applied.store(applied + 1, Ordering::Relaxed);
    }

    /// Ends the checkpoint.
    pub(super) fn end(&self) {
        self.writes.store(0, Ordering::Relaxed);
    }

    /// How long the next commit waits, if `filled` of the `bytes` of its segment are used.
    pub(super) fn wait(&self, filled: u64, bytes: u64) -> Option<Duration> {
        let writes = self.writes.load(Ordering::Relaxed);
        if writes == 0 {
            return None;
        }
        let applied = self.applied.load(Ordering::Relaxed).min(writes);
        let done = share(applied, writes, APPLIED);
        let ahead = share(filled.min(bytes), bytes, WHOLE).saturating_sub(done);
        let wait = LONGEST * ahead / WHOLE;
        Some(wait).filter(|wait| *wait >= SHORTEST)
    }
}

/// `part` as a share of `whole`, scaled to `all`.
fn share(part: u64, whole: u64, all: u32) -> u32 {
    u32::try_from(part * u64::from(all) / whole.max(1)).unwrap_or(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: u64 = 32 << 20;

    #[test]
    fn nobody_waits_without_a_checkpoint_or_behind_it() {
        let pacing = Pacing::default();
        assert_eq!(pacing.wait(BYTES, BYTES), None);
        pacing.begin(1000);
        assert_eq!(pacing.wait(0, BYTES), None);
        for _ in 0..500 {
            pacing.step();
        }
        assert_eq!(pacing.wait(BYTES / 4, BYTES), None);
        pacing.end();
        assert_eq!(pacing.wait(BYTES, BYTES), None);
    }

    #[test]
    fn who_is_further_ahead_waits_longer_and_never_for_long() {
        let pacing = Pacing::default();
        pacing.begin(1000);
        let waits: Vec<_> = (1..=8)
            .map(|part| pacing.wait(BYTES / 8 * part, BYTES).unwrap())
            .collect();
        assert!(waits.is_sorted(), "{waits:?}");
        assert_eq!(waits[7], LONGEST);
        for _ in 0..2000 {
            pacing.step();
        }
        assert_eq!(
            pacing.wait(BYTES, BYTES),
            Some(LONGEST / 2),
            "not on disk yet"
        );
    }
}
