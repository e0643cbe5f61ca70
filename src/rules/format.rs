//! Making a new directory, and recognising an existing one.

use crate::codec::{
    FORMAT, LicenseEntry, Totals, decode_format, encode_format, encode_license, encode_totals, keys,
};
use crate::engine::{Read, Write};
use crate::error::Result;
use crate::model::License;

/// Whether `read` holds a directory; an error if it is one of a newer release.
pub(crate) fn exists(read: &impl Read) -> Result<bool> {
    match read.get(keys::FORMAT)? {
        Some(bytes) => decode_format(&bytes).map(|_| true),
        None => Ok(false),
    }
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
