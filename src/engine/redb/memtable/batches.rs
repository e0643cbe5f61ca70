//! The batches of a memtable by their numbers: a list that one thread appends to while
//! others read it, and that never moves what it holds.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::redb::staging::Writes;

/// The writes of one commit.
pub(super) struct Batch {
    pub(super) sequence: u64,
    pub(super) writes: Writes,
}

/// Batches in the first chunk; each later one has twice as many.
const FIRST: usize = 16;
const CHUNKS: usize = 23;

/// The list. Its length is stored (release) after the batch that it counts.
pub(super) struct Batches {
    chunks: [OnceLock<Box<[OnceLock<Batch>]>>; CHUNKS],
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

/// The chunk of the batch `number`, and its place in that.
fn place(number: usize) -> (usize, usize) {
    let from_first = number + FIRST;
    let chunk = (from_first.ilog2() - FIRST.ilog2()) as usize;
    (chunk, from_first - (FIRST << chunk))
}

impl Batches {
    /// The batch `number`, if there is one.
    pub(super) fn get(&self, number: usize) -> Option<&Batch> {
        let (chunk, at) = place(number);
        self.chunks.get(chunk)?.get()?.get(at)?.get()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Appends one. Only one thread at a time may.
    pub(super) fn push(&self, batch: Batch) {
        let number = self.count.load(Ordering::Relaxed);
        let (chunk, at) = place(number);
        let chunk = self.chunks[chunk].get_or_init(|| {
            let room = std::iter::repeat_with(OnceLock::new);
            room.take(FIRST << chunk).collect()
        });
        let _ = chunk[at].set(batch);
        self.count.store(number + 1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_keeps_its_number_and_its_place() {
        let batches = Batches::default();
        assert!(batches.get(0).is_none());
        let mut addresses = Vec::new();
        for number in 0..1_000 {
            assert_eq!(batches.len(), number);
            batches.push(Batch {
                sequence: number as u64,
                writes: Writes::default(),
            });
            addresses.push(std::ptr::from_ref(batches.get(number).unwrap()));
            assert!(batches.get(number + 1).is_none());
        }
        for (number, address) in addresses.into_iter().enumerate() {
            let batch = batches.get(number).unwrap();
            assert_eq!(batch.sequence, number as u64);
            assert!(std::ptr::eq(batch, address));
        }
        assert!(batches.get(usize::MAX - FIRST).is_none());
    }
}
