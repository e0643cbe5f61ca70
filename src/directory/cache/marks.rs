//! Marks on keys whose users are about to change: many keys share a bit.

use std::sync::atomic::{AtomicU64, Ordering};

/// The number of bits, which keys share by their hashes. They take 8 KiB, which stay in the
/// first-level cache of a busy core; a commit of a hundred users makes one in two hundred
/// reads of other users go to the engine.
const BITS: usize = 1 << 16;
const WORDS: usize = BITS / 64;

/// One bit for all keys whose hashes end in the same bits.
pub(super) struct Marks(Box<[AtomicU64]>);

impl Marks {
    /// Creates the marks, all clear.
    pub(super) fn new() -> Self {
        Self((0..WORDS).map(|_| AtomicU64::new(0)).collect())
    }

    /// Whether keys with this hash are marked. A thread that finds the mark clear also sees
    /// everything written before it was cleared.
    pub(super) fn is_set(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        word.load(Ordering::Acquire) & bit != 0
    }

    /// Marks keys with this hash. A thread that sees what the caller publishes afterwards
    /// also sees the mark, or that it was cleared again.
    pub(super) fn set(&self, hash: u64) {
        let (word, bit) = self.place(hash);
        word.fetch_or(bit, Ordering::Relaxed);
    }

    /// Clears the mark.
    pub(super) fn clear(&self, hash: u64) {
        let (word, bit) = self.place(hash);
        word.fetch_and(!bit, Ordering::Release);
    }

    /// Marks every key.
    pub(super) fn set_all(&self) {
        for word in &self.0 {
            word.store(u64::MAX, Ordering::Relaxed);
        }
    }

    /// Clears all marks.
    pub(super) fn clear_all(&self) {
        for word in &self.0 {
            word.store(0, Ordering::Release);
        }
    }

    fn place(&self, hash: u64) -> (&AtomicU64, u64) {
        // The lowest bits choose the bit, the next ones the word.
        let word = (hash >> 6) as usize % WORDS;
        (&self.0[word], 1 << (hash % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_set_and_cleared_one_by_one() {
        let marks = Marks::new();
        marks.set(1);
        marks.set(2 + (7 << 6));
        assert!(marks.is_set(1) && marks.is_set(1 + BITS as u64) && !marks.is_set(2));
        marks.clear(1);
        assert!(!marks.is_set(1) && marks.is_set(2 + (7 << 6)));
        marks.set_all();
        assert!((0..BITS as u64).all(|hash| marks.is_set(hash)));
        marks.clear_all();
        assert!(!(0..BITS as u64).any(|hash| marks.is_set(hash)));
    }
}
