//! The ways in which a file is damaged.

use fastrand::Rng;

const SECTOR_BYTES: usize = 512;
const PAGE_BYTES: usize = 4096;

/// One kind of damage, and its place.
#[derive(Clone, Copy, Debug)]
pub enum Damage {
    /// A bit of the byte at this offset is flipped.
    Flip(usize, u8),
    /// A sector is zeroed.
    Zero(usize),
    /// A sector is overwritten with random bytes.
    Noise(usize, u64),
    /// Two pages are swapped.
    Swap(usize, usize),
    /// The file is cut off here.
    Cut(usize),
}

impl Damage {
    pub fn draw(random: &mut Rng, length: usize) -> Self {
        let sector = |random: &mut Rng| random.usize(..length / SECTOR_BYTES) * SECTOR_BYTES;
        let page = |random: &mut Rng| random.usize(..length / PAGE_BYTES) * PAGE_BYTES;
        match random.u8(..16) {
            // The header is small but matters most.
            0..=2 => Self::Flip(random.usize(..320), 1 << random.u8(..8)),
            3..=8 => Self::Flip(random.usize(..length), 1 << random.u8(..8)),
            9..=10 => Self::Zero(sector(random)),
            11..=12 => Self::Noise(sector(random), random.u64(..)),
            13..=14 => Self::Swap(page(random), page(random)),
            _ => Self::Cut(random.usize(..length)),
        }
    }

    pub fn apply(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Flip(at, mask) => bytes[at] ^= mask,
            Self::Zero(at) => bytes[at..at + SECTOR_BYTES].fill(0),
            Self::Noise(at, seed) => {
                Rng::with_seed(seed).fill(&mut bytes[at..at + SECTOR_BYTES]);
            }
            Self::Swap(one, other) if one != other => {
                let (low, high) = (one.min(other), one.max(other));
                let (left, right) = bytes.split_at_mut(high);
                left[low..low + PAGE_BYTES].swap_with_slice(&mut right[..PAGE_BYTES]);
            }
            Self::Swap(..) => {}
            Self::Cut(length) => bytes.truncate(length),
        }
    }
}
