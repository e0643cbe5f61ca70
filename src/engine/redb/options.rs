//! How the engine is opened.

use std::ops::RangeInclusive;
use std::time::Duration;

/// How to open a [`Redb`].
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub(crate) struct RedbOptions {
    /// Whether an absent or empty file is made a new, empty map.
    pub(crate) create: bool,
    /// How much of the file redb may keep in memory.
    pub(crate) cache_bytes: usize,
    /// How large the files of the log may become, together. They bound the memory
    /// for recent writes too.
    pub(crate) log_bytes: u64,
    /// How large they may become beside a large database, of whose file they may have a
    /// quarter: a checkpoint of twice as many writes touches hardly more of its pages.
    /// `None`: no larger than `log_bytes`.
    pub(crate) log_bytes_max: Option<u64>,
    /// `None`: a commit is on disk when it is acknowledged. Otherwise it is after
    /// this time, and what is younger can be lost when the machine stops.
    pub(crate) sync_interval: Option<Duration>,
    /// Whether a log that is damaged, missing or another's is used as far as it goes and
    /// set aside, instead of being refused.
    pub(crate) salvage_log: bool,
    /// Whether what a crash left in the log may be taken over by the first checkpoint
    /// instead of while opening.
    pub(crate) recovers_later: bool,
    /// Whether threads of the engine's own make checkpoints and sync the log.
    /// Otherwise a checkpoint is made by the writer whose commit no longer fits,
    /// and what is to be synced later is so by whoever asks for it: for tests, in
    /// which nothing may happen by itself.
    pub(crate) background: bool,
    /// The first bytes of those keys that are often looked up and not there: a filter is
    /// made for them.
    pub(crate) looked_up: &'static [u8],
}

impl RedbOptions {
    /// What is usual, where the file is made if `create` is set.
    pub(crate) const fn new(create: bool) -> Self {
        Self {
            create,
            cache_bytes: 64 << 20,
            log_bytes: 64 << 20,
            log_bytes_max: None,
            sync_interval: None,
            salvage_log: false,
            recovers_later: true,
            background: true,
            looked_up: &[],
        }
    }

    /// How large the log may become.
    pub(super) fn log_bound(&self) -> LogBound {
        let most = self.log_bytes_max.unwrap_or(self.log_bytes);
        LogBound(self.log_bytes..=most.max(self.log_bytes))
    }
}

/// How many bytes the files of the log may have together.
#[derive(Clone, Debug)]
pub(super) struct LogBound(RangeInclusive<u64>);

/// The part of the database's file that the log may be as large as.
const PART_OF_FILE: u64 = 4;

impl LogBound {
    /// How large each of the two segments may become beside a database of `file_bytes`.
    pub(super) fn segment_bytes(&self, file_bytes: u64) -> u64 {
        (file_bytes / PART_OF_FILE).clamp(*self.0.start(), *self.0.end()) / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_may_be_larger_beside_a_larger_file_within_its_bounds() {
        let fixed = RedbOptions::new(true).log_bound();
        let growing = RedbOptions {
            log_bytes_max: Some(128 << 20),
            ..RedbOptions::new(true)
        };
        let growing = growing.log_bound();
        for (file_mib, expected_mib) in [(0, 32), (256, 32), (400, 50), (512, 64), (9_000, 64)] {
            assert_eq!(growing.segment_bytes(file_mib << 20), expected_mib << 20);
            assert_eq!(fixed.segment_bytes(file_mib << 20), 32 << 20);
        }
        let contradictory = RedbOptions {
            log_bytes_max: Some(1 << 20),
            ..RedbOptions::new(true)
        };
        assert_eq!(contradictory.log_bound().segment_bytes(9 << 30), 32 << 20);
    }
}
