//! Stored values: each is followed by a checksum of its key and itself.
//!
//! redb checks its pages only after a crash. Without the checksum, a bit that flips on the
//! disk later would give a wrong answer; with it, reading the value is an error.

use twox_hash::XxHash3_64;

/// Bytes of the checksum.
pub(super) const CHECKSUM_BYTES: usize = 4;

/// Fills `stored` with the stored form of `value` for `key`.
pub(super) fn append(stored: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    stored.clear();
    stored.extend_from_slice(value);
    stored.extend_from_slice(&checksum(key, value));
}

/// The value in `stored` for `key`; `None` if it is damaged.
pub(super) fn verify<'s>(key: &[u8], stored: &'s [u8]) -> Option<&'s [u8]> {
    let (value, expected) = stored.split_last_chunk::<CHECKSUM_BYTES>()?;
    (checksum(key, value) == *expected).then_some(value)
}

fn checksum(key: &[u8], value: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let of_key = XxHash3_64::oneshot(key);
    let [a, b, c, d, ..] = XxHash3_64::oneshot_with_seed(of_key, value).to_le_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back_and_nothing_else_does() {
        for value in [&b""[..], b"1", &[7; 300]] {
            let mut stored = vec![9];
            append(&mut stored, b"ann", value);
            assert_eq!(stored.len(), value.len() + CHECKSUM_BYTES);
            assert_eq!(verify(b"ann", &stored), Some(value));
            assert_eq!(verify(b"bob", &stored), None);
            for bit in 0..stored.len() * 8 {
                let mut damaged = stored.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(verify(b"ann", &damaged), None, "bit {bit}");
            }
            assert_eq!(verify(b"ann", &stored[1..]), None);
        }
        assert_eq!(verify(b"ann", b"123"), None);
    }
}
