//! Trimming old changes.

use super::read;
use crate::codec::{IdEntry, decode_id, encode_totals, keys};
use crate::engine::Write;
use crate::error::Result;
use crate::model::{Event, UserId};

/// Maximum changes that one transaction trims.
const CHANGES_MAX: usize = 10_000;

/// Removes a bounded number of changes with numbers below `before`, their request ids, and
/// the remaining entries of the users they deleted. Returns how many changes it removed;
/// call it until that is 0.
pub(crate) fn trim(txn: &mut impl Write, before: u64) -> Result<u64> {
    let mut totals = read::totals(txn)?;
    let mut changes = read::changes_after(txn, totals.last_trimmed, CHANGES_MAX)?;
    changes.retain(|change| change.sequence < before);
    for change in &changes {
        txn.delete(&keys::change(change.sequence))?;
        if let Some(id) = &change.request_id {
            txn.delete(&keys::request(id))?;
        }
        for event in &change.events {
            if let Event::UserDeleted { user } = event {
                forget(txn, *user)?;
            }
        }
        totals.last_trimmed = change.sequence;
    }
    if !changes.is_empty() {
        txn.put(keys::TOTALS, &encode_totals(&totals)?)?;
    }
    Ok(changes.len() as u64)
}

/// Removes the remaining entry of a deleted user.
fn forget(txn: &mut impl Write, user: UserId) -> Result<()> {
    let key = keys::id(user);
    let is_deleted = match txn.get(&key)? {
        Some(value) => decode_id(&value)? == IdEntry::Deleted,
        None => false,
    };
    if is_deleted {
        txn.delete(&key)?;
    }
    Ok(())
}
