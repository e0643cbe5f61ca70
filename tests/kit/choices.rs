//! Where the choices of a draw come from: a seed, or the bytes of a fuzzer.

use std::ops::{Bound, RangeBounds};

use fastrand::Rng;

/// Makes choices one after another.
pub enum Choices<'a> {
    Seed(Rng),
    /// One byte for a choice among up to 256, otherwise eight; zeros after the last byte. Changing
    /// one byte changes few later choices, so a fuzzer can build on its finds.
    Bytes(&'a [u8]),
}

impl Choices<'_> {
    pub fn of_seed(seed: u64) -> Self {
        Self::Seed(Rng::with_seed(seed))
    }

    /// Whether all bytes are used up. A seed never is.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Bytes([]))
    }

    pub fn u64(&mut self, range: impl RangeBounds<u64>) -> u64 {
        let bytes = match self {
            Self::Seed(random) => return random.u64(range),
            Self::Bytes(bytes) => bytes,
        };
        let first = match range.start_bound() {
            Bound::Included(first) => *first,
            Bound::Excluded(before) => before + 1,
            Bound::Unbounded => 0,
        };
        let last = match range.end_bound() {
            Bound::Included(last) => *last,
            Bound::Excluded(end) => end - 1,
            Bound::Unbounded => u64::MAX,
        };
        let steps = last - first;
        let width = if steps < 256 { 1 } else { 8 };
        let taken = bytes
            .split_off(..width.min(bytes.len()))
            .unwrap_or_default();
        let mut number = [0; 8];
        number[..taken.len()].copy_from_slice(taken);
        let number = u64::from_le_bytes(number);
        match steps.checked_add(1) {
            Some(choices) => first + number % choices,
            None => number,
        }
    }

    pub fn u8(&mut self, end: u8) -> u8 {
        u8::try_from(self.u64(..u64::from(end))).unwrap()
    }

    pub fn u32(&mut self, range: std::ops::Range<u32>) -> u32 {
        u32::try_from(self.u64(u64::from(range.start)..u64::from(range.end))).unwrap()
    }

    /// An index below `length`.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.u64(..length as u64)).unwrap()
    }

    pub fn bool(&mut self) -> bool {
        self.u8(2) == 1
    }
}
