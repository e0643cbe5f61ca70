//! The latency of commits: a lock-free histogram.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Buckets per doubling of the duration: a quantile is at most an eighth too large.
const STEPS: u64 = 8;
/// Bits of [`STEPS`].
const STEP_BITS: u32 = STEPS.trailing_zeros();
/// Number of doublings, from 8 µs on: the last one begins at about 19 hours.
const OCTAVES: usize = 34;
/// Total number of buckets.
const BUCKETS: usize = OCTAVES << STEP_BITS;

/// How long commits take, from the call to its return, by which time they are on disk. Refused
/// batches count. Counting starts when the directory is opened.
///
/// The quantiles are upper bounds, at most an eighth too large; 0 before the first commit.
///
/// ```
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let latency = directory.stats()?.commit_latency;
/// assert_eq!(latency.count, 1);
/// assert!(latency.p50_micros <= latency.p99_micros);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct CommitLatency {
    /// How many calls there were.
    pub count: u64,
    /// How long they took in all.
    pub sum_micros: u64,
    /// Half of them took no longer.
    pub p50_micros: u64,
    /// Nine of ten took no longer.
    pub p90_micros: u64,
    /// 99 of 100 took no longer.
    pub p99_micros: u64,
    /// 999 of 1000 took no longer.
    pub p999_micros: u64,
}

/// A histogram whose buckets grow exponentially.
pub(super) struct Latencies {
    buckets: [AtomicU64; BUCKETS],
    sum_micros: AtomicU64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            buckets: [const { AtomicU64::new(0) }; BUCKETS],
            sum_micros: AtomicU64::new(0),
        }
    }
}

impl Latencies {
    pub(super) fn record(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.buckets[bucket(micros)].fetch_add(1, Ordering::Relaxed);
        self.sum_micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(super) fn summary(&self) -> CommitLatency {
        let counts = self.buckets.each_ref();
        let counts = counts.map(|count| count.load(Ordering::Relaxed));
        let count: u64 = counts.iter().sum();
        let quantile = |per_mille: u64| {
            // The rank is at least one, so an empty histogram has no quantiles.
            let rank = (count * per_mille).div_ceil(1000).max(1);
            let mut seen = 0;
            let found = counts.iter().position(|count| {
                seen += count;
                seen >= rank
            });
            found.map_or(0, upper_bound)
        };
        CommitLatency {
            count,
            sum_micros: self.sum_micros.load(Ordering::Relaxed),
            p50_micros: quantile(500),
            p90_micros: quantile(900),
            p99_micros: quantile(990),
            p999_micros: quantile(999),
        }
    }
}

/// The bucket of a duration: one per microsecond below [`STEPS`], then [`STEPS`] per
/// doubling.
fn bucket(micros: u64) -> usize {
    if micros < STEPS {
        return usize::try_from(micros).unwrap_or(0);
    }
    let shift = micros.ilog2() - STEP_BITS;
    let step = (micros >> shift) - STEPS;
    let index = u64::from(shift + 1) * STEPS + step;
    usize::try_from(index).map_or(BUCKETS - 1, |index| index.min(BUCKETS - 1))
}

/// The largest duration of a bucket.
fn upper_bound(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let (octave, step) = (bucket / STEPS, bucket % STEPS);
    match octave.checked_sub(1) {
        None => step,
        Some(shift) => ((STEPS + step + 1) << shift) - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_lies_in_its_bucket_which_is_an_eighth_wide_at_most() {
        for micros in (0..5_000).chain([123_456, 9_999_999, 60_000_000, 3_600_000_000]) {
            let bucket = bucket(micros);
            let top = upper_bound(bucket);
            assert!(micros <= top, "{micros} above {top}");
            assert!(top <= micros + micros / STEPS, "{micros} far below {top}");
            assert!(bucket == 0 || upper_bound(bucket - 1) < micros);
        }
        bucket(u64::MAX);
    }

    #[test]
    fn quantiles_are_those_of_what_was_recorded() {
        let latencies = Latencies::default();
        assert_eq!(latencies.summary(), CommitLatency::default());
        for micros in 1..=1_000 {
            latencies.record(Duration::from_micros(micros));
        }
        let summary = latencies.summary();
        assert_eq!((summary.count, summary.sum_micros), (1_000, 500_500));
        for (found, exact) in [
            (summary.p50_micros, 500),
            (summary.p90_micros, 900),
            (summary.p99_micros, 990),
            (summary.p999_micros, 999),
        ] {
            assert!((exact..=exact + exact / 8).contains(&found), "{found}");
        }
    }
}
