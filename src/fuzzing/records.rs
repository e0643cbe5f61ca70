//! The decoder of records: any bytes are refused with a kind, or decode to a value that
//! survives encoding and decoding. The fuzzer's `-malloc_limit_mb` checks the memory a
//! record may allocate.

use std::fmt::Debug;

use super::kind_of;
use crate::codec;
use crate::error::{ErrorKind, Result};
use crate::model::{UserId, WorkspaceId};

/// Checks a record; the first byte selects its kind.
pub fn check(bytes: &[u8]) {
    let Some((kind, record)) = bytes.split_first() else {
        return;
    };
    let (workspace, user) = (WorkspaceId::from_u64(7), UserId::from_bytes([7; 16]));
    let decode_member = |bytes: &[u8]| codec::decode_member(workspace, user, bytes);
    match kind % 9 {
        0 => check_user(record),
        1 => check_id(record),
        2 => stays(record, codec::decode_totals, codec::encode_totals),
        3 => stays(record, codec::decode_license, codec::encode_license),
        4 => stays(
            record,
            |bytes| codec::decode_workspace(workspace, bytes),
            by(codec::put_workspace),
        ),
        5 => stays(record, decode_member, by(codec::put_member)),
        6 => stays(record, codec::decode_request, by(codec::put_request)),
        7 => stays(record, codec::decode_change, by(codec::put_change)),
        _ => stays(record, codec::decode_format, |format| {
            codec::encode_format(*format)
        }),
    }
}

/// Turns `put` into a function that returns the bytes.
fn by<T>(put: fn(&mut Vec<u8>, &T) -> Result<()>) -> impl Fn(&T) -> Result<Vec<u8>> {
    move |value| {
        let mut bytes = Vec::new();
        put(&mut bytes, value)?;
        Ok(bytes)
    }
}

fn check_user(record: &[u8]) {
    let decode = |bytes: &[u8]| codec::decode_user("ann@ex.co", bytes);
    stays(record, decode, by(codec::put_user));
    if let Ok(user) = decode(record) {
        assert_eq!(user.email_key(), "ann@ex.co");
    }
}

/// Separate, because the value borrows the record.
fn check_id(record: &[u8]) {
    let Some(entry) = accepted(codec::decode_id(record)) else {
        return;
    };
    let mut written = Vec::new();
    codec::put_id(&mut written, &entry).expect("a decoded record can be encoded");
    let again = codec::decode_id(&written).expect("what was encoded can be decoded");
    assert_eq!(again, entry);
}

/// The value, if `decoded` is one; otherwise it must be one of the two refusals.
fn accepted<T>(decoded: Result<T>) -> Option<T> {
    decoded
        .map_err(|error| {
            let kind = kind_of(&error);
            let kinds = [ErrorKind::Corrupted, ErrorKind::UnsupportedFormat];
            assert!(kinds.contains(&kind), "{kind:?}");
        })
        .ok()
}

fn stays<T: PartialEq + Debug>(
    record: &[u8],
    decode: impl Fn(&[u8]) -> Result<T>,
    encode: impl Fn(&T) -> Result<Vec<u8>>,
) {
    let Some(value) = accepted(decode(record)) else {
        return;
    };
    let written = encode(&value).expect("a decoded record can be encoded");
    let again = decode(&written).expect("what was encoded can be decoded");
    assert_eq!(again, value);
    // Other encodings of the same value may be accepted, but this is the one we write.
    assert_eq!(encode(&again).expect("as before"), written);
    assert!(written.len() <= record.len(), "longer than {record:?}");
}
