//! Forgetting old changes.

use super::read;
use crate::codec::{encode_totals, keys};
use crate::engine::Write;
use crate::error::Result;

/// Changes that one transaction trims.
const CHANGES_MAX: usize = 10_000;

/// Removes changes with numbers below `before`, with their request ids, up to a
/// bounded number; returns how many. Repeat it until it returns none.
pub(crate) fn trim(txn: &mut impl Write, before: u64) -> Result<u64> {
    let mut totals = read::totals(txn)?;
    let mut changes = read::changes_after(txn, totals.last_trimmed, CHANGES_MAX)?;
    changes.retain(|change| change.sequence < before);
    for change in &changes {
        txn.delete(&keys::change(change.sequence))?;
        if let Some(id) = &change.request_id {
            txn.delete(&keys::request(id))?;
        }
        totals.last_trimmed = change.sequence;
    }
    if !changes.is_empty() {
        txn.put(keys::TOTALS, &encode_totals(&totals)?)?;
    }
    Ok(changes.len() as u64)
}
