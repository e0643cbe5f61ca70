//! Marks on keys whose users are about to change: one bit for many keys.

use std::sync::atomic::{AtomicU64, Ordering};

/// Keys share this many bits by their hashes. They take 8 KiB, which stay in the
/// nearest cache of a core that reads much; and a commit of a hundred users sends
/// one in two hundred reads of other users the long way.
const BITS: usize = 1 << 16;
const WORDS: usize = BITS / 64;

/// One bit for all keys whose hashes end alike.
pub(super) struct Marks(Box<[AtomicU64]>);

impl Marks {
    /// No mark is set.
    pub(super) fn new() -> Self {
        Self((0..WORDS).map(|_| AtomicU64::new(0)).collect())
    }

    /// Whether keys of this hash are marked. What was written before the mark was
    /// cleared is seen by who finds it clear.
    pub(super) fn is_set(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        word.load(Ordering::Acquire) & bit != 0
    }

    /// Marks keys of this hash. Whoever sees what the caller publishes afterwards
    /// sees the mark, or that it was cleared again.
    pub(super) fn set(&self, hash: u64) {
        let (word, bit) = self.place(hash);
        word.fetch_or(bit, Ordering::Relaxed);
    }

    /// Takes the mark off again.
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

    /// Takes all marks off.
    pub(super) fn clear_all(&self) {
        for word in &self.0 {
            word.store(0, Ordering::Release);
        }
    }

    fn place(&self, hash: u64) -> (&AtomicU64, u64) {
        // Without the lowest bits, which choose the bit.
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
