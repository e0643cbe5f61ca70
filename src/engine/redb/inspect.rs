//! Finding the values that were damaged in the file.

use std::ops::Bound;

use super::checksum;
use super::guard::guarded;
use super::scan::TableCursor;
use super::snapshot::{Committed, Snapshot};
use super::staging::hash_of;
use crate::engine::{Inspect, Order};
use crate::error::Result;

impl Inspect for Snapshot {
    /// Scans the whole table. A value that a later write in the log replaces or removes is
    /// never read, so it doesn't count as damaged.
    fn each_damaged(&self, mut visit: impl FnMut(&[u8], &[u8])) -> Result<()> {
        let Committed { table, name, .. } = &*self.0.base;
        let everything = (Bound::Unbounded, Bound::Unbounded);
        guarded(name, || {
            let stored = TableCursor::new(table, everything, Order::Ascending);
            for entry in stored.map_err(|error| name.error(error))? {
                let (key, value) = entry.map_err(|error| name.error(error))?;
                let (key, value) = (key.value(), value.value());
                let is_hidden = || {
                    let mut layers = self.0.layers();
                    layers.any(|layer| layer.get(key, hash_of(key), self.0.sequence).is_some())
                };
                if checksum::verify(key, value).is_none() && !is_hidden() {
                    visit(key, value);
                }
            }
            Ok(())
        })
    }
}
