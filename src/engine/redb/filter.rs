//! Knows keys that are certainly not in the database, such as most of those that are looked
//! up for a new user.
//!
//! A Bloom filter in which all bits of a key are in one word, so an answer costs one memory
//! access. It excludes nothing until it is *complete*. The invariants:
//!
//! 1. It is registered with the database while nothing is written there. From then on, each
//!    transaction adds the keys that it sets before it commits.
//! 2. The keys that were in the database at that moment are added in the background, from a
//!    state taken then. After the last one, the filter is complete (release).
//! 3. Only states of the database from after the registration use it (acquire). Their keys
//!    were there at the registration or were set since.
//!
//! Removed keys stay in the filter, which costs an unnecessary lookup in the database.

use super::sync::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Bits per key.
const BITS: usize = 12;

/// Minimum bits per key: with fewer, the filter would exclude too little.
const BITS_MIN: usize = 6;

/// Maximum bytes of a filter.
const BYTES_MAX: usize = 32 << 20;

/// Minimum room for keys beyond the expected ones.
const SPARE_KEYS: usize = 64 << 10;

/// The filter. See the module documentation.
pub(super) struct Filter {
    words: Box<[AtomicU64]>,
    /// The capacity in keys, and the number of keys.
    keys_max: usize,
    keys: AtomicUsize,
    is_whole: AtomicBool,
}

impl Filter {
    /// A filter for one and a half times as many keys; `None` if they are too many.
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

    /// Marks it as complete.
    pub(super) fn complete(&self) {
        self.is_whole.store(true, Ordering::Release);
    }

    /// Whether the key with this hash is certainly absent.
    pub(super) fn excludes(&self, hash: u64) -> bool {
        if !self.is_whole.load(Ordering::Acquire) {
            return false;
        }
        let (word, bits) = self.place(hash);
        word.load(Ordering::Relaxed) & bits != bits
    }

    /// Whether it has more keys than its capacity, so that it excludes too little.
    pub(super) fn is_overfull(&self) -> bool {
        self.keys.load(Ordering::Relaxed) > self.keys_max
    }

    /// The word and the bits of a key: the upper half of the hash chooses the word.
    fn place(&self, hash: u64) -> (&AtomicU64, u64) {
        let word = ((hash >> 32) * self.words.len() as u64) >> 32;
        let bit = |shift: u32| 1 << (hash >> shift & 63);
        let bits = bit(0) | bit(6) | bit(12) | bit(18);
        (&self.words[usize::try_from(word).unwrap_or_default()], bits)
    }
}
