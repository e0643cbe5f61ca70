//! A word of memory that is set to "ended" in a child of `fork`.
//!
//! Hosts in other languages read it directly, without any check by the library.

use std::ops::Deref;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// Maximum words at a time. Further ones start as ended.
const WORDS_MAX: usize = 1024;

/// The words in use.
static WORDS: [AtomicPtr<AtomicU64>; WORDS_MAX] = [const { AtomicPtr::new(null_mut()) }; WORDS_MAX];

/// A number at a fixed place in memory.
pub(crate) struct Word {
    line: Box<CacheLine>,
    slot: Option<&'static AtomicPtr<AtomicU64>>,
}

/// A word on cache lines of its own.
#[repr(align(128))]
struct CacheLine(AtomicU64);

impl Word {
    /// The value of an ended word.
    pub(crate) const ENDED: u64 = u64::MAX;

    /// A word with this value.
    pub(crate) fn new(value: u64) -> Self {
        let line = Box::new(CacheLine(AtomicU64::new(value)));
        let pointer = std::ptr::from_ref(&line.0).cast_mut();
        let take = |slot: &&AtomicPtr<AtomicU64>| {
            slot.compare_exchange(null_mut(), pointer, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
        };
        let slot = WORDS.iter().find(take);
        if slot.is_none() {
            line.0.store(Self::ENDED, Ordering::Relaxed);
        }
        // Registers the handler that ends words in children.
        super::id();
        Self { line, slot }
    }
}

impl Deref for Word {
    type Target = AtomicU64;

    fn deref(&self) -> &AtomicU64 {
        &self.line.0
    }
}

impl Drop for Word {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            slot.store(null_mut(), Ordering::Release);
        }
    }
}

/// Ends all words. It only stores to atomics.
#[cfg(unix)]
pub(super) fn end_all() {
    for slot in &WORDS {
        let word = slot.swap(null_mut(), Ordering::AcqRel);
        // SAFETY: a registered word is alive: it is unregistered before it is dropped, and
        // the child has a consistent copy of the memory.
        if let Some(word) = unsafe { word.as_ref() } {
            word.store(Word::ENDED, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_on_the_list_while_it_lives() {
        let is_listed = |pointer: *const AtomicU64| {
            let mut words = WORDS.iter();
            words.any(|slot| std::ptr::eq(slot.load(Ordering::Acquire), pointer))
        };
        let word = Word::new(7);
        let pointer = std::ptr::from_ref::<AtomicU64>(&word);
        assert!(is_listed(pointer));
        assert_eq!(word.load(Ordering::Relaxed), 7);
        drop(word);
        assert!(!is_listed(pointer));
    }
}
