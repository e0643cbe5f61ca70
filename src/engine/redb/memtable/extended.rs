//! What is sorted so far, as threads extend it.

use std::sync::{Arc, PoisonError};

use super::sync::{ArcSwap, Mutex};

/// A value that is only ever replaced by one that has more. Readers take it without waiting,
/// unless it lacks what they need: then they extend it, one after the other.
pub(super) struct Extended<T> {
    latest: ArcSwap<T>,
    /// Held while it is extended, so that no two threads do the same work.
    extending: Mutex<()>,
}

impl<T: Default> Default for Extended<T> {
    fn default() -> Self {
        Self {
            latest: ArcSwap::from_pointee(T::default()),
            extending: Mutex::new(()),
        }
    }
}

impl<T> Extended<T> {
    /// The latest one.
    pub(super) fn load(&self) -> Arc<T> {
        self.latest.load_full()
    }

    /// One that is enough; `extend` makes it of one that isn't.
    pub(super) fn enough(
        &self,
        is_enough: impl Fn(&T) -> bool,
        extend: impl FnOnce(&T) -> T,
    ) -> Arc<T> {
        let latest = self.load();
        if is_enough(&latest) {
            return latest;
        }
        let _extending = self
            .extending
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let latest = self.load();
        if is_enough(&latest) {
            return latest;
        }
        let extended = Arc::new(extend(&latest));
        self.latest.store(Arc::clone(&extended));
        extended
    }
}
