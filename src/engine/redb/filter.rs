//! Which keys are certainly not in the database: most of those that a new user is
//! checked for.
//!
//! A Bloom filter of which all bits of a key are in one word, so an answer costs one look
//! at memory. It says nothing until it is *whole*; what makes it right:
//!
//! 1. It is registered with the database while nothing is written to that. From then on
//!    each transaction adds the keys that it puts before it commits.
//! 2. What was in the database at that moment is added in the background, from a state
//!    that was taken then. When all of it is in, the filter is whole (release).
//! 3. Only states of the database from after the registration ask it (acquire). Whatever
//!    they have was there at the registration or was put since.
//!
//! A key that is removed stays: then there is a look into the database for nothing.

use super::sync::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Bits for each key.
const BITS: usize = 12;

/// Bits for each key at least: with fewer the filter would say too little.
const BITS_MIN: usize = 6;

/// Bytes of a filter at most.
const BYTES_MAX: usize = 32 << 20;

/// Keys for which there is room beside those that are expected at least.
const SPARE_KEYS: usize = 64 << 10;

/// The filter. See the room's head.
pub(super) struct Filter {
    words: Box<[AtomicU64]>,
    /// How many keys it is made for, and how many it has.
    keys_max: usize,
    keys: AtomicUsize,
    is_whole: AtomicBool,
}

impl Filter {
    /// One for as many keys and half of that again; `None` if they are too many.
    pub(super) fn new(keys: usize) -> Option<Self> {
        let keys_max = keys + keys / 2 + SPARE_KEYS;
        let words = (keys_max * BITS / 64).min(BYTES_MAX / size_of::<u64>());
        (words * 64 / keys_max >= BITS_MIN).then(|| Self::with_words(words, keys_max))
    }

    pub(super) fn with_words(words: usize, keys_max: usize) -> Self {
        Self {
            words: (0..words).map(|_| AtomicU64::new(0)).collect(),
            keys_max,
            keys: AtomicUsize::new(0),
            is_whole: AtomicBool::new(false),
        }
    }

    /// Adds the key with this hash.
    pub(super) fn add(&self, hash: u64) {
        let (word, bits) = self.place(hash);
        word.fetch_or(bits, Ordering::Relaxed);
        self.keys.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that everything is in it.
    pub(super) fn complete(&self) {
        self.is_whole.store(true, Ordering::Release);
    }

    /// Whether the key with this hash is certainly not there.
    pub(super) fn excludes(&self, hash: u64) -> bool {
        if !self.is_whole.load(Ordering::Acquire) {
            return false;
        }
        let (word, bits) = self.place(hash);
        word.load(Ordering::Relaxed) & bits != bits
    }

    /// Whether it has more keys than it was made for, so that it says too little.
    pub(super) fn is_overfull(&self) -> bool {
        self.keys.load(Ordering::Relaxed) > self.keys_max
    }

    /// Where a key's bits are: the upper half of the hash chooses the word.
    fn place(&self, hash: u64) -> (&AtomicU64, u64) {
        let word = ((hash >> 32) * self.words.len() as u64) >> 32;
        let bit = |shift: u32| 1 << (hash >> shift & 63);
        let bits = bit(0) | bit(6) | bit(12) | bit(18);
        (&self.words[usize::try_from(word).unwrap_or_default()], bits)
    }
}
