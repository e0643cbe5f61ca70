//! When a group of batches is worth beginning.

use std::time::Duration;

/// A commit that takes less is not worth waiting for others: it is begun at once.
const SYNC_MIN: Duration = Duration::from_micros(40);
/// The longest time that a group waits for others.
const PATIENCE_MAX: Duration = Duration::from_micros(500);
/// With so many requests a group is begun at once: they share the cost of the commit
/// well enough, and while it lasts the next ones can gather.
const TARGET_MAX: usize = 32;

/// How long to wait for how many, by what the last groups were like.
///
/// The threads that were just answered often come back at once with the next request.
/// A group that is begun without them leaves them to the next one, and then there are
/// twice as many commits as there need be. So a group is begun when as many requests
/// are there as threads were about at the end of the last one. It doesn't wait longer
/// than a commit takes, so that the worst guess costs twice what the best had cost. A
/// thread that is alone never waits, and a guess that was wrong is not repeated.
#[derive(Debug)]
pub(super) struct Batching {
    target: usize,
    patience: Duration,
}

impl Default for Batching {
    fn default() -> Self {
        Self {
            target: 1,
            patience: Duration::ZERO,
        }
    }
}

impl Batching {
    /// Learns from a group of so many requests, whose commit took so long beyond what
    /// was done in it, and during which so many others came.
    pub(super) fn learn(&mut self, group: usize, waiting: usize, sync: Duration) {
        *self = if sync < SYNC_MIN {
            Self::default()
        } else {
            Self {
                target: (group + waiting).min(TARGET_MAX),
                patience: sync.min(PATIENCE_MAX),
            }
        };
    }

    /// Whether so many requests are enough.
    pub(super) fn is_enough(&self, waiting: usize) -> bool {
        waiting >= self.target
    }

    /// How long to wait for more.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYNC: Duration = Duration::from_micros(110);

    #[test]
    fn a_thread_that_is_alone_never_waits() {
        let mut batching = Batching::default();
        assert!(batching.is_enough(1));
        batching.learn(1, 0, SYNC);
        assert!(batching.is_enough(1));
    }

    #[test]
    fn a_group_waits_for_those_who_were_about_and_no_longer_than_a_commit() {
        let mut batching = Batching::default();
        batching.learn(3, 1, SYNC);
        assert!(!batching.is_enough(3) && batching.is_enough(4));
        assert_eq!(batching.patience(), SYNC);
        // One of them did not come back.
        batching.learn(3, 0, SYNC);
        assert!(batching.is_enough(3));
        batching.learn(2, 0, Duration::from_secs(1));
        assert_eq!(batching.patience(), PATIENCE_MAX);
        batching.learn(500, 0, SYNC);
        assert!(batching.is_enough(TARGET_MAX));
    }

    #[test]
    fn a_quick_commit_is_not_waited_for() {
        let mut batching = Batching::default();
        batching.learn(3, 1, Duration::from_micros(5));
        assert!(batching.is_enough(1));
    }
}
