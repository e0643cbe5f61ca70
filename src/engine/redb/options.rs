//! The options of the engine.

use std::ops::RangeInclusive;
use std::time::Duration;

/// How to open a [`Redb`].
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub(crate) struct RedbOptions {
    /// Whether to create a new, empty map in a missing or empty file.
    pub(crate) create: bool,
    /// The size of redb's cache.
    pub(crate) cache_bytes: usize,
    /// The maximum size of the log's files together. It also limits the memory for
    /// memtables.
    pub(crate) log_bytes: u64,
    /// The maximum size beside a large database, of whose file they may have a quarter,
    /// because a checkpoint of twice as many writes touches hardly more pages. `None` means
    /// `log_bytes`.
    pub(crate) log_bytes_max: Option<u64>,
    /// With `None`, a commit is on disk when it is acknowledged. Otherwise it is on disk
    /// after this time, and younger commits can be lost if the machine stops.
    pub(crate) sync_interval: Option<Duration>,
    /// Whether to use a damaged, missing or foreign log as far as possible and set it
    /// aside, instead of refusing it.
    pub(crate) salvage_log: bool,
    /// Whether the first checkpoint may take over the log that a crash left, instead of
    /// doing so while opening.
    pub(crate) recovers_later: bool,
    /// Whether background threads make checkpoints and sync the log. Otherwise the writer
    /// whose commit no longer fits makes the checkpoint, and delayed syncs happen only on
    /// request: for tests in which nothing may happen in the background.
    pub(crate) background: bool,
    /// The first bytes of keys that are often looked up without being there; a filter is
    /// built for them.
    pub(crate) looked_up: &'static [u8],
}

impl RedbOptions {
    /// The defaults; the file is created if `create` is set.
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

    /// The limit of the log's size.
    pub(super) fn log_bound(&self) -> LogBound {
        let most = self.log_bytes_max.unwrap_or(self.log_bytes);
        LogBound(self.log_bytes..=most.max(self.log_bytes))
    }
}

/// The limit of the size of the log's files together.
#[derive(Clone, Debug)]
pub(super) struct LogBound(RangeInclusive<u64>);

/// The log may have this fraction of the size of the database's file.
const PART_OF_FILE: u64 = 4;

impl LogBound {
    /// The maximum size of each of the two segments beside a database of `file_bytes`.
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
