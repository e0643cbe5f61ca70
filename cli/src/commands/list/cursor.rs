//! Cursors: places in a list, sealed so that they say nothing about people.
//!
//! A place holds the email or another field of a user, and a cursor gets into shell
//! histories and logs. So it is encrypted under a key that the directory's file keeps as
//! an extra record. The tag also covers the order of the list, and it is what the key
//! stream is made from: the construction of SIV (RFC 5297), with HMAC-SHA-256 for both.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::commands::Store;
use crate::directory::Directory;
use crate::failure::{Failure, Result, took_effect};

/// The extra record that has the key.
const NAME: &str = "command/cursor-key";
const KEY_BYTES: usize = 64;
const TAG_BYTES: usize = 16;
/// Places are padded to a multiple of this, since lengths tell something too.
const BLOCK_BYTES: usize = 32;

pub(super) struct Cursors {
    key: Option<[u8; KEY_BYTES]>,
}

impl Cursors {
    /// Those of the directory; without a key, none of its lists had a next page yet.
    pub(super) fn of(directory: &Directory) -> Result<Self> {
        let key = match directory {
            Directory::Here(directory) => {
                let key = directory.extra(NAME)?;
                key.and_then(|key| key.try_into().ok())
            }
            // Good for whoever has the same key of the server.
            Directory::There(remote) => Some(remote.secret(NAME)),
        };
        Ok(Self { key })
    }

    /// Whether [`make_key`] has yet to be called before a place can be sealed.
    pub(super) fn have_no_key(&self) -> bool {
        self.key.is_none()
    }

    /// The cursor of a place in the list with this order; `None` without a key.
    pub(super) fn seal(&self, order: &str, place: &str) -> Option<String> {
        let key = self.key?;
        let mut text = place.as_bytes().to_vec();
        text.resize(text.len().next_multiple_of(BLOCK_BYTES), 0);
        let tag = tag(&key, order, &text);
        mask(&key, &tag, &mut text);
        Some(to_hex(tag.iter().chain(&text)))
    }

    /// The place that a cursor of this directory and this order names.
    pub(super) fn open(&self, order: &str, cursor: &str) -> Result<String> {
        let place = self.key.and_then(|key| {
            let mut bytes = from_hex(cursor)?;
            let (tag_read, text) = bytes.split_at_mut_checked(TAG_BYTES)?;
            mask(&key, tag_read, text);
            let is_ours = tag(&key, order, text) == *tag_read;
            let text = str::from_utf8(text).ok().filter(|_| is_ours)?;
            Some(text.trim_end_matches('\0').to_owned())
        });
        place.ok_or_else(|| {
            Failure::refused(
                "invalid_argument",
                "the cursor is not one of this list: say --sort and --descending as the list \
                 did that it is from, name the same directory, and pass it whole",
            )
        })
    }
}

/// Gives the directory a key for its cursors.
pub(super) fn make_key(store: &Store<'_>) -> Result<()> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key)
        .map_err(|error| Failure::refused("io", format!("can't draw a random key: {error}")))?;
    let made = store.open_to_write().and_then(|directory| {
        if directory.extra(NAME)?.is_none() {
            directory.set_extra(NAME, &key)?;
            took_effect();
        }
        Ok(directory.close()?)
    });
    made.map_err(|mut failure| {
        if let Failure::Refused(refusal) = &mut failure {
            refusal.notes.push(
                "the first list with a next page stores a key in the directory, which its \
                 cursors are encrypted with; leave --limit out to list without writing"
                    .to_owned(),
            );
        }
        failure
    })
}

fn tag(key: &[u8; KEY_BYTES], order: &str, text: &[u8]) -> [u8; TAG_BYTES] {
    let whole = mac(key, &[b"tag", order.as_bytes(), &[0], text]);
    std::array::from_fn(|index| whole[index])
}

/// Encrypts and decrypts.
fn mask(key: &[u8; KEY_BYTES], tag: &[u8], text: &mut [u8]) {
    for (number, block) in (0_u32..).zip(text.chunks_mut(BLOCK_BYTES)) {
        let stream = mac(key, &[b"stream", tag, &number.to_be_bytes()]);
        for (byte, with) in block.iter_mut().zip(stream) {
            *byte ^= with;
        }
    }
}

fn mac(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> [u8; BLOCK_BYTES] {
    let mut mac = Hmac::<Sha256>::new(key.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn to_hex<'b>(bytes: impl IntoIterator<Item = &'b u8>) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let byte = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_order_and_its_directory_only() {
        let cursors = Cursors { key: Some([7; 64]) };
        let other = Cursors { key: Some([8; 64]) };
        for place in ["email:ann@ex.co", "", &"username:x".repeat(40)] {
            let cursor = cursors.seal("email", place).unwrap();
            assert_eq!(cursors.open("email", &cursor).unwrap(), place);
            for (by, order) in [
                (&cursors, "email descending"),
                (&cursors, ""),
                (&other, "email"),
            ] {
                assert!(by.open(order, &cursor).is_err(), "{order}");
            }
            let end = if cursor.ends_with('0') { "1" } else { "0" };
            let spoilt = format!("{}{end}", &cursor[..cursor.len() - 1]);
            for bad in [&spoilt, &cursor[..32], &cursor[1..], "", "zz", "é"] {
                assert!(
                    cursors.open("email", bad).is_err()
                        || bad.len() == cursor.len() && place.is_empty(),
                    "{bad}"
                );
            }
        }
        assert!(
            Cursors { key: None }
                .seal("email", "email:ann@ex.co")
                .is_none()
        );
    }

    #[test]
    fn a_cursor_says_nothing_about_anybody() {
        let cursors = Cursors { key: Some([7; 64]) };
        let [short, long] = ["email:a@ex.co", "email:ann.smith@ex.co"]
            .map(|place| cursors.seal("email", place).unwrap());
        assert_eq!(short.len(), long.len());
        assert!(!long.contains(&to_hex(b"ann.smith")));
    }
}
