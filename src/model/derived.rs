//! A slot in a user for a value that a layer above derives from it.

use std::fmt;
#[cfg(feature = "capi")]
use std::{
    any::Any,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::OnceLock,
};

#[cfg(feature = "capi")]
type AnyValue = dyn Any + Send + Sync + UnwindSafe + RefUnwindSafe;

/// Holds a value that a layer above the model derives from a [`User`](super::User), so that
/// everyone who shares the user, through the cache for instance, shares the value too. The
/// C ABI keeps NUL-terminated texts here; without it, this is empty.
///
/// The slot isn't part of the user's value: a clone, which is usually about to be changed,
/// starts without a derived value, and comparisons ignore it.
#[derive(Default)]
pub(crate) struct Derived(#[cfg(feature = "capi")] OnceLock<Box<AnyValue>>);

#[cfg(feature = "capi")]
impl Derived {
    /// The derived value; `derive` computes it on first use.
    ///
    /// # Panics
    ///
    /// If the slot holds a value of another type; only one layer may use it.
    #[expect(
        clippy::expect_used,
        reason = "only the C ABI uses the slot, with one type"
    )]
    pub(crate) fn get_or_init<T>(&self, derive: impl FnOnce() -> T) -> &T
    where
        T: Any + Send + Sync + UnwindSafe + RefUnwindSafe,
    {
        let value: &dyn Any = &**self.0.get_or_init(|| Box::new(derive()));
        value.downcast_ref().expect("the slot holds one type")
    }
}

impl Clone for Derived {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Derived {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Derived {}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

#[cfg(all(test, feature = "capi"))]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_derived_once_and_is_no_part_of_the_user() {
        let slot = Derived::default();
        assert_eq!(*slot.get_or_init(|| 1), 1);
        assert_eq!(*slot.get_or_init(|| 2), 1);
        assert_eq!(*slot.clone().get_or_init(|| 3), 3);
        assert!(slot == Derived::default());
    }
}
