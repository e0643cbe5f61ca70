//! Creating a directory, and recognizing an existing one.

use std::ops::{Bound, ControlFlow};

use crate::codec::{
    FORMAT, LicenseEntry, Totals, decode_format, encode_format, encode_license, encode_totals, keys,
};
use crate::engine::{Order, Read, Write};
use crate::error::{Error, Result};
use crate::model::License;

/// Whether `read` holds a directory; an error if its format is newer.
pub(crate) fn exists(read: &impl Read) -> Result<bool> {
    match read.get(keys::FORMAT)? {
        Some(bytes) => decode_format(&bytes).map(|_| true),
        None if is_empty(read)? => Ok(false),
        None => Err(Error::corrupted(
            "its format is missing, and there are entries",
        )),
    }
}

/// Whether there are no entries at all.
pub(crate) fn is_empty(read: &impl Read) -> Result<bool> {
    let mut is_empty = true;
    let everything = (Bound::Unbounded, Bound::Unbounded);
    read.scan(everything, Order::Ascending, |_, _| {
        is_empty = false;
        ControlFlow::Break(())
    })?;
    Ok(is_empty)
}

/// Writes an empty directory with this license.
pub(crate) fn create(txn: &mut impl Write, license: License) -> Result<()> {
    txn.put(keys::FORMAT, &encode_format(FORMAT)?)?;
    txn.put(
        keys::LICENSE,
        &encode_license(&LicenseEntry {
            license,
            version: 1,
        })?,
    )?;
    txn.put(keys::TOTALS, &encode_totals(&Totals::default())?)
}
