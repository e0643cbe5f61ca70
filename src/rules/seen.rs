//! Recording when users were last seen.

use super::entries::ModelEntry;
use super::{Sightings, read};
use crate::codec::{IdEntry, decode_id, keys};
use crate::engine::Write;
use crate::error::Result;

/// Records the sightings of existing users; users who were deleted meanwhile are skipped.
pub(crate) fn note(txn: &mut impl Write, sightings: &Sightings) -> Result<()> {
    for (&id, &at) in sightings {
        let is_there = match txn.get(&keys::id(id))? {
            Some(bytes) => matches!(decode_id(&bytes)?, IdEntry::User(_)),
            None => false,
        };
        if is_there && read::last_seen(txn, id)?.is_none_or(|seen| seen < at) {
            let (mut key, mut value) = (Vec::new(), Vec::new());
            let entry = ModelEntry::Seen(id, at);
            entry.put_key(&mut key);
            entry.put_value(&mut value)?;
            txn.put(&key, &value)?;
        }
    }
    Ok(())
}
