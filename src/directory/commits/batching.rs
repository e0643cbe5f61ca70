//! Deciding when a group of batches starts.

use std::time::Duration;

/// Below this duration of a commit, waiting for others doesn't pay: a group starts at once.
const SYNC_MIN: Duration = Duration::from_micros(40);
/// The longest time that a group waits for further requests.
const PATIENCE_MAX: Duration = Duration::from_micros(500);
/// A group of this many requests starts at once: it shares the cost of the commit well
/// enough, and further requests can gather during the commit.
const TARGET_MAX: usize = 32;

/// The expected size of the next group, and how long to wait for it, predicted from the
/// last group.
///
/// Threads that were just answered often return at once with the next request. A group that
/// starts without them leaves them to the next one, which doubles the number of commits. So
/// a group starts when it has as many requests as threads were active at the end of the
/// last one. It waits no longer than a commit takes, so a wrong prediction at most doubles
/// the latency. A lone thread never waits, and a wrong prediction is not repeated.
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
    /// Learns from a finished group: its size, the requests that arrived meanwhile, and the
    /// duration of its sync.
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

    /// Whether a group with this many requests starts.
    pub(super) fn is_enough(&self, waiting: usize) -> bool {
        waiting >= self.target
    }

    /// How long to wait for further requests.
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
        // One of them did not return.
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
