//! A filter at one moment, for the keys that it covers.

use std::sync::Arc;

use super::filter::Filter;
use super::staging::hash_of;

/// A [`Filter`], and the first bytes of the keys that it covers.
#[derive(Clone)]
pub(super) struct KeyFilter {
    pub(super) first_bytes: &'static [u8],
    pub(super) filter: Arc<Filter>,
}

impl KeyFilter {
    /// Adds a `key` that is set in the database.
    pub(super) fn add(&self, key: &[u8]) {
        if self.covers(key) {
            self.filter.add(hash_of(key));
        }
    }

    /// Whether `key`, which has this hash, is certainly not in the database.
    pub(super) fn excludes(&self, key: &[u8], hash: u64) -> bool {
        self.covers(key) && self.filter.excludes(hash)
    }

    fn covers(&self, key: &[u8]) -> bool {
        key.first()
            .is_some_and(|first| self.first_bytes.contains(first))
    }
}
