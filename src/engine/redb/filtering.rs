//! Building filters in the background, for large databases, once the log has been full for
//! the first time. See `filter.rs`.

use std::ops::Bound;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::filter::Filter;
use super::guard::guarded;
use super::key_filter::KeyFilter;
use super::scan::TableCursor;
use super::snapshot::Committed;
use super::{Shared, lock};
use crate::engine::Order;
use crate::error::Result;

/// Minimum entries of a database that gets a filter.
const ENTRIES_MIN: u64 = if cfg!(test) { 100 } else { 200_000 };

/// At most one key in this many entries is looked up on its own; the other entries are
/// indexes.
const ENTRIES_OF_KEY: usize = 2;

/// The builder pauses after this many entries, so that it doesn't take a core from writers.
const AT_A_TIME: usize = 1_024;
const PAUSE: Duration = Duration::from_millis(1);

/// The filter of a database, and the keys it covers.
#[derive(Clone)]
pub(super) struct Filtering {
    /// The first bytes of the keys that it covers.
    first_bytes: &'static [u8],
    filter: Arc<Mutex<Option<Arc<Filter>>>>,
}

/// A filter that lacks the keys of a state.
pub(super) struct Unfinished {
    state: Arc<Committed>,
    filter: KeyFilter,
}

impl Filtering {
    pub(super) fn new(first_bytes: &'static [u8]) -> Self {
        Self {
            first_bytes,
            filter: Arc::default(),
        }
    }

    /// The filter as it is now.
    pub(super) fn current(&self) -> Option<KeyFilter> {
        let filter = lock(&self.filter).clone()?;
        Some(KeyFilter {
            first_bytes: self.first_bytes,
            filter,
        })
    }

    /// Registers a new filter if the database needs one. Nothing may be written to the
    /// database meanwhile, and `state` must be its latest.
    fn begin(&self, state: &Arc<Committed>) -> Result<Option<Unfinished>> {
        let entries = state.entries()?;
        let mut current = lock(&self.filter);
        let is_enough = current.as_ref().is_some_and(|filter| !filter.is_overfull());
        if is_enough || entries < ENTRIES_MIN || self.first_bytes.is_empty() {
            return Ok(None);
        }
        let entries = usize::try_from(entries).unwrap_or(usize::MAX / 16);
        *current = Filter::new(entries / ENTRIES_OF_KEY).map(Arc::new);
        let filter = current.clone();
        Ok(filter.map(|filter| Unfinished {
            state: Arc::clone(state),
            filter: KeyFilter {
                first_bytes: self.first_bytes,
                filter,
            },
        }))
    }
}

impl Unfinished {
    /// Adds the missing keys; stops when `is_ending` returns true.
    fn finish(&self, is_ending: impl Fn() -> bool) -> Result<()> {
        for first in self.filter.first_bytes {
            let end = first.checked_add(1).map(|next| [next]);
            let end = end
                .as_ref()
                .map_or(Bound::Unbounded, |end| Bound::Excluded(&end[..]));
            let start = [*first];
            let range = (Bound::Included(&start[..]), end);
            let Committed { table, name, .. } = &*self.state;
            let ended = guarded(name, || {
                let stored = TableCursor::new(table, range, Order::Ascending);
                let stored = stored.map_err(|error| name.error(error))?;
                for (count, entry) in (1..).zip(stored) {
                    let (key, _) = entry.map_err(|error| name.error(error))?;
                    self.filter.add(key.value());
                    if count % AT_A_TIME == 0 {
                        thread::sleep(PAUSE);
                        if is_ending() {
                            return Ok(true);
                        }
                    }
                }
                Ok(false)
            })?;
            if ended {
                return Ok(());
            }
        }
        self.filter.filter.complete();
        Ok(())
    }
}

impl Shared {
    /// Starts building a filter if the database needs one. Only the writer may call it,
    /// while no checkpoint is running.
    pub(super) fn begin_filter(&self) {
        let begun = self
            .state()
            .and_then(|state| self.filtering.begin(&state.base));
        match begun {
            Ok(Some(unfinished)) => self.work.build(unfinished),
            Ok(None) => {}
            // The filter only saves time.
            Err(error) => ::log::warn!("{}: continues without a filter: {error}", self.name),
        }
    }

    /// Builds a waiting filter.
    pub(super) fn build_filter(&self, unfinished: &Unfinished) {
        if let Err(error) = unfinished.finish(|| self.work.is_ending()) {
            ::log::warn!("{}: continues without a filter: {error}", self.name);
        }
    }
}
