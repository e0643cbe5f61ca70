//! A counter for events that are too frequent for a single shared counter.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Counts events in a separate counter per thread, because updating a shared one would cost
/// more than the event. With many threads, two that share a counter may lose a count now
/// and then.
pub(super) struct Hits([Counter; COUNTERS]);

/// More than most machines have processors.
const COUNTERS: usize = 64;

/// A counter on cache lines of its own.
#[derive(Default)]
#[repr(align(128))]
struct Counter(AtomicU64);

impl Default for Hits {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Counter::default()))
    }
}

impl Hits {
    #[inline]
    pub(super) fn add(&self, count: usize) {
        thread_local! {
            static OWN: Cell<usize> = const { Cell::new(usize::MAX) };
        }
        let own = match OWN.get() {
            usize::MAX => {
                static NEXT: AtomicUsize = AtomicUsize::new(0);
                let own = NEXT.fetch_add(1, Ordering::Relaxed) % COUNTERS;
                OWN.set(own);
                own
            }
            own => own,
        };
        // Not an atomic increment, which would cost as much as a lock.
        let counter = &self.0[own].0;
        let sum = counter.load(Ordering::Relaxed) + count as u64;
        counter.store(sum, Ordering::Relaxed);
    }

    pub(super) fn sum(&self) -> u64 {
        self.0
            .iter()
            .map(|counter| counter.0.load(Ordering::Relaxed))
            .sum()
    }
}
