//! Extra records: small named values that a program stores in the same file.

use std::ops::ControlFlow;

use super::read;
use crate::codec::keys;
use crate::engine::{Order, Read, Write, range_from};
use crate::error::{Error, ErrorKind, Result};

/// Maximum bytes of a name.
pub(crate) const NAME_BYTES_MAX: usize = 128;
/// Maximum bytes of a value.
pub(crate) const VALUE_BYTES_MAX: usize = 16 * 1024;

pub(crate) fn get(read: &impl Read, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(read.get(&keys::extra(name))?.map(|value| value.to_vec()))
}

/// The records whose names start with `prefix`, ordered by name.
pub(crate) fn list(read: &impl Read, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let start = keys::extras(prefix);
    let end = start.end();
    let mut found = Vec::new();
    read::try_scan(
        read,
        range_from(&start.0, &end),
        Order::Ascending,
        |key, value| {
            let name = keys::extra_name_of(key)
                .ok_or_else(|| Error::corrupted("the name of an extra record is not a text"))?;
            found.push((name.to_owned(), value.to_vec()));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}

/// Sets or removes a record; returns whether it existed.
pub(crate) fn set(txn: &mut impl Write, name: &str, value: Option<&[u8]>) -> Result<bool> {
    let key = keys::extra(name);
    let was_there = txn.get(&key)?.is_some();
    match value {
        Some(value) => txn.put(&key, value)?,
        None if was_there => txn.delete(&key)?,
        None => {}
    }
    Ok(was_there)
}

/// Checks a name and a value.
pub(crate) fn check(name: &str, value: &[u8]) -> Result<()> {
    let refuse = |what: String| Err(Error::new(ErrorKind::InvalidArgument, what));
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains(char::is_control) {
        return refuse(format!(
            "the name of an extra record has 1 to {NAME_BYTES_MAX} bytes and no control characters"
        ));
    }
    if value.len() > VALUE_BYTES_MAX {
        return refuse(format!(
            "an extra record has {} bytes; {VALUE_BYTES_MAX} are allowed",
            value.len()
        ));
    }
    Ok(())
}
