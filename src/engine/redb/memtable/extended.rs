//! A shared value that threads extend when they need more of it.

use std::sync::{Arc, PoisonError};

use super::sync::{ArcSwap, Mutex};

/// A value that is only replaced by more complete ones. Readers take it without waiting,
/// unless it lacks what they need: then they extend it, one at a time.
pub(super) struct Extended<T> {
    latest: ArcSwap<T>,
    /// Held while the value is extended, so that no two threads do the same work.
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
    /// The latest value.
    pub(super) fn load(&self) -> Arc<T> {
        self.latest.load_full()
    }

    /// A value that is sufficient; `extend` derives it from one that isn't.
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
