//! Encoding and decoding of the model: order-preserving keys and versioned records.
//!
//! A record is one byte with its version, then the standard format of bincode 2:
//! variable-length little-endian integers, and lengths before contents. The golden file
//! `tests/golden/records.txt` pins the bytes of each.

mod fields;
pub(crate) mod keys;
mod records;
#[cfg(test)]
mod tests;
mod view;

pub(crate) use records::{
    IdEntry, LicenseEntry, RequestRecord, Totals, decode_change, decode_format, decode_id,
    decode_license, decode_member, decode_request, decode_totals, decode_workspace, encode_format,
    encode_license, encode_totals, put_change, put_id, put_license, put_member, put_request,
    put_totals, put_user, put_workspace,
};

pub use view::UserView;
pub(crate) use view::{decode_user, view_user};

/// The format of the whole directory: which keys there are and what they mean. A file with
/// a larger number was written by a newer release.
pub(crate) const FORMAT: u32 = 3;
