//! The callback for the progress of a check.

use std::fmt;
use std::sync::Arc;

use crate::rules::CheckProgress;

/// The callback for progress, if there is one.
#[derive(Clone, Default)]
pub(super) struct Watch(Option<Arc<dyn Fn(CheckProgress) + Send + Sync>>);

impl Watch {
    pub(super) fn new(tell: impl Fn(CheckProgress) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(super) fn tell(&self, progress: CheckProgress) {
        if let Some(tell) = &self.0 {
            tell(progress);
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.as_ref().map(|_| "a function");
        f.debug_tuple("Watch").field(&name).finish()
    }
}
