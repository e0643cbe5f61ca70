//! The ways in which a file is damaged.

const SECTOR_BYTES: usize = 512;
const PAGE_BYTES: usize = 4096;

/// Numbers that are random enough and the same for the same seed: splitmix64.
pub struct Random(pub u64);

impl Random {
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.draw() % end as u64).unwrap()
    }
}

/// One thing that happened to a file, and where.
#[derive(Clone, Copy, Debug)]
pub enum Damage {
    /// One bit of the byte at this offset.
    Flip(usize, u8),
    /// A sector became zeros.
    Zero(usize),
    /// A sector became noise.
    Noise(usize, u64),
    /// Two pages have changed places.
    Swap(usize, usize),
    /// The file ends here.
    Cut(usize),
}

impl Damage {
    pub fn draw(random: &mut Random, length: usize) -> Self {
        let sector = |random: &mut Random| random.below(length / SECTOR_BYTES) * SECTOR_BYTES;
        let page = |random: &mut Random| random.below(length / PAGE_BYTES) * PAGE_BYTES;
        match random.below(16) {
            // The header is small and matters most.
            0..=2 => Self::Flip(random.below(320), 1 << random.below(8)),
            3..=8 => Self::Flip(random.below(length), 1 << random.below(8)),
            9..=10 => Self::Zero(sector(random)),
            11..=12 => Self::Noise(sector(random), random.draw()),
            13..=14 => Self::Swap(page(random), page(random)),
            _ => Self::Cut(random.below(length)),
        }
    }

    pub fn apply(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Flip(at, mask) => bytes[at] ^= mask,
            Self::Zero(at) => bytes[at..at + SECTOR_BYTES].fill(0),
            Self::Noise(at, seed) => {
                let mut random = Random(seed);
                for byte in &mut bytes[at..at + SECTOR_BYTES] {
                    *byte = random.draw().to_le_bytes()[0];
                }
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
