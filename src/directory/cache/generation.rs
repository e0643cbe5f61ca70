//! A counter by which a host keeps its own cache of users: see
//! [`Directory::generation`](crate::Directory::generation).
//!
//! It is odd while a commit that replaces users is under way. The committing thread
//!
//! 1. [begins](Generation::begin), before the engine publishes the commit;
//! 2. [ends](Generation::end), after that and after it removed what the library itself
//!    has cached of these users.
//!
//! A host keeps a user with the number that it read *before* it asked the library, and
//! uses the user while it reads that same number, but neither keeps nor uses any at an
//! odd one. Say a thread has seen a commit, and then finds a user at an even number.
//! It saw the commit after step 1, so the number is from there or later; as it is even,
//! it is from step 2 or later. The user was read after that number, so after step 2:
//! from the state that the thread has seen, or a later one.
//!
//! Without step 1 the number is the old one for those who have seen the commit; without
//! step 2 a user who was read between step 1 and the publication stays in use after it.
//! Were the numbers between the two not odd, those would be used until step 2.

use std::sync::atomic::Ordering;

use super::Word;

/// The number of the latest commit that replaced users, times two; odd while one is
/// under way.
pub(super) struct Generation(Word);

impl Generation {
    pub(super) fn new() -> Self {
        // Not 0, which is what a host may take for none.
        Self(Word::new(2))
    }

    /// The number, for those who read users after it.
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// The number, for those who read it from memory.
    #[cfg(feature = "capi")]
    pub(super) fn word(&self) -> &Word {
        &self.0
    }

    /// Begins a commit: the number is odd. One commit at a time.
    pub(super) fn begin(&self) {
        self.step();
    }

    /// Ends a commit, whatever became of it: the number is even again.
    pub(super) fn end(&self) {
        self.step();
    }

    /// Ends all: the number is odd for good. No commit may be under way.
    pub(super) fn close(&self) {
        self.0.store(Word::ENDED, Ordering::Release);
    }

    fn step(&self) {
        // Only committing threads write, one at a time.
        let number = self.0.load(Ordering::Relaxed);
        if number != Word::ENDED {
            self.0.store(number + 1, Ordering::Release);
        }
    }
}
