//! The batches of a memtable by number: a list to which one thread appends while others
//! read, and which never moves its elements.

use super::sync::{AtomicUsize, BATCHES_MIN, OnceLock, Ordering};
use crate::engine::redb::staging::Writes;

/// The writes of one commit.
pub(super) struct CommittedBatch {
    pub(super) sequence: u64,
    pub(super) writes: Writes,
}

/// Number of chunks; the first has [`BATCHES_MIN`] batches, and each later one twice as
/// many as the previous one.
const CHUNKS: usize = 23;

/// The list. Its length is stored (release) after the batch that it counts.
pub(super) struct Batches {
    chunks: [OnceLock<Box<[OnceLock<CommittedBatch>]>>; CHUNKS],
    count: AtomicUsize,
}

impl Default for Batches {
    fn default() -> Self {
        Self {
            chunks: std::array::from_fn(|_| OnceLock::new()),
            count: AtomicUsize::new(0),
        }
    }
}

/// The chunk of the batch `number`, and its index in it.
fn place(number: usize) -> (usize, usize) {
    let from_first = number + BATCHES_MIN;
    let chunk = (from_first.ilog2() - BATCHES_MIN.ilog2()) as usize;
    (chunk, from_first - (BATCHES_MIN << chunk))
}

impl Batches {
    /// The batch `number`, if there is one.
    pub(super) fn get(&self, number: usize) -> Option<&CommittedBatch> {
        let (chunk, at) = place(number);
        self.chunks.get(chunk)?.get()?.get(at)?.get()
    }

    /// Whether the first `count` batches contain all commits up to `sequence` that the caller can
    /// know of.
    pub(super) fn reach(&self, count: usize, sequence: u64) -> bool {
        self.get(count).is_none_or(|next| next.sequence > sequence)
    }

    /// The number of batches.
    pub(super) fn len(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Appends a batch. Only one thread at a time may call this.
    pub(super) fn push(&self, batch: CommittedBatch) {
        let number = self.count.load(Ordering::Relaxed);
        let (chunk, at) = place(number);
        let chunk = self.chunks[chunk].get_or_init(|| {
            let room = std::iter::repeat_with(OnceLock::new);
            room.take(BATCHES_MIN << chunk).collect()
        });
        let _ = chunk[at].set(batch);
        self.count.store(number + 1, Ordering::Release);
    }
}
