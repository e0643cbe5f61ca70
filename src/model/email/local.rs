//! The part of an address before the `@`.

use super::InvalidEmail;

/// Maximum octets before the `@`: RFC 5321 section 4.5.3.1.1.
const LOCAL_BYTES_MAX: usize = 64;

/// Whether this is a lower-case dot-atom.
pub(super) fn is_plain_key(local: &[u8]) -> bool {
    let mut previous = b'.';
    for &byte in local {
        let is_plain = ATEXT[usize::from(byte)] && !byte.is_ascii_uppercase();
        if !(is_plain || byte == b'.' && previous != b'.') {
            return false;
        }
        previous = byte;
    }
    previous != b'.' && local.len() <= LOCAL_BYTES_MAX
}

/// Checks for a dot-atom (RFC 5322 section 3.2.3) with the letters that RFC 6532 adds, and
/// returns the first such letter, if any.
pub(super) fn check(local: &str) -> Result<Option<char>, InvalidEmail> {
    if local.is_empty() {
        return Err(InvalidEmail::LocalEmpty);
    }
    let mut international = false;
    let mut previous = b'.';
    for &byte in local.as_bytes() {
        if byte == b'.' && previous == b'.' {
            return Err(InvalidEmail::LocalDot);
        }
        if !(ATEXT[usize::from(byte)] || byte == b'.') {
            if byte.is_ascii() {
                return Err(InvalidEmail::LocalChar(char::from(byte)));
            }
            international = true;
        }
        previous = byte;
    }
    if previous == b'.' {
        return Err(InvalidEmail::LocalDot);
    }
    if local.len() > LOCAL_BYTES_MAX {
        return Err(InvalidEmail::LocalTooLong);
    }
    Ok(if international {
        local.chars().find(|c| !c.is_ascii())
    } else {
        None
    })
}

/// Which bytes are RFC 5322's `atext`.
const ATEXT: [bool; 256] = {
    let mut table = [false; 256];
    let marks = b"!#$%&'*+-/=?^_`{|}~";
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let mut mark = 0;
    while mark < marks.len() {
        table[marks[mark] as usize] = true;
        mark += 1;
    }
    table
};
