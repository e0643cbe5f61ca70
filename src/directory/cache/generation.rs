//! A counter that lets a host keep its own cache of users: see
//! [`Directory::generation`](crate::Directory::generation).
//!
//! It is odd during a commit that replaces users. The committing thread
//!
//! 1. [begins](Generation::begin) before the engine publishes the commit;
//! 2. [ends](Generation::end) after that, and after it removed these users from the
//!    library's own cache.
//!
//! A host caches a user with the number that it read *before* it asked the library, and
//! uses the entry only while it reads the same number; while the number is odd, it neither
//! fills nor uses the cache. Suppose a thread has seen a commit and then finds a cached
//! user at an even number. The thread saw the commit after step 1, so it reads the number
//! of step 1 or a later one; because that is even, it is from step 2 or later. The user was
//! read after that number, so after step 2: in the state that the thread has seen, or in a
//! later one.
//!
//! Without step 1, threads that have seen the commit would still read the old number.
//! Without step 2, a user read between step 1 and the publication would stay valid after
//! it. If the number between the steps were not odd, such a user would be used until step
//! 2.

use std::sync::atomic::Ordering;

use super::Word;

/// Twice the number of commits that replaced users, plus two; odd during such a commit.
pub(super) struct Generation(Word);

impl Generation {
    pub(super) fn new() -> Self {
        // Not 0, which a host may use for "none".
        Self(Word::new(2))
    }

    /// The number; users must be read after it.
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// The number's place in memory.
    pub(super) fn word(&self) -> &Word {
        &self.0
    }

    /// Begins a commit: the number becomes odd. Only one commit may run at a time.
    pub(super) fn begin(&self) {
        self.step();
    }

    /// Ends a commit, whether or not it succeeded: the number becomes even.
    pub(super) fn end(&self) {
        self.step();
    }

    /// Makes the number odd permanently. No commit may be running.
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
