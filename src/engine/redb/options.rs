//! How the engine is opened.

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
            sync_interval: None,
            salvage_log: false,
            recovers_later: true,
            background: true,
            looked_up: &[],
        }
    }
}
