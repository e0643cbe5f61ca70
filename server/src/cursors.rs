//! Cursors: positions in a list of users, encrypted so that they reveal nothing about people.
//!
//! A position contains the email or another field of a user, and cursors end up in URLs, shell
//! histories and logs. The encryption key is an extra record in the directory's file, so
//! cursors survive restarts. The authentication tag also covers the list's order and
//! conditions, and the key stream is derived from it: the construction of SIV (RFC 5297), with
//! HMAC-SHA-256 for both.

use std::fmt;

use headcount::{Directory, Error, ErrorKind, UserPage, UserQuery};
use ring::hmac;

use crate::hex::{bytes_of_hex, hex};

/// The extra record with the key.
const NAME: &str = "command/cursor-key";
const KEY_BYTES: usize = 64;
const TAG_BYTES: usize = 16;
/// Positions are padded to a multiple of this many bytes, to hide their length.
const BLOCK_BYTES: usize = 32;

/// Seals and opens the cursors of a directory's lists.
///
/// ```
/// use headcount::Directory;
/// use headcount_server::Cursors;
///
/// let directory = Directory::in_memory()?;
/// let cursors = Cursors::create(&directory)?;
/// let cursor = cursors.seal("by email", "ann@ex.co");
/// assert!(!cursor.contains("ann"));
/// assert_eq!(cursors.open("by email", &cursor).as_deref(), Some("ann@ex.co"));
/// assert_eq!(cursors.open("by username", &cursor), None);
/// # Ok::<(), headcount::Error>(())
/// ```
pub struct Cursors(hmac::Key);

impl fmt::Debug for Cursors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursors(…)")
    }
}

impl Cursors {
    /// Cursors under this key, which should be 64 random bytes.
    pub fn with_key(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The cursors of a directory; `None` if it has no key for them yet.
    ///
    /// # Errors
    ///
    /// Those of reading.
    pub fn existing(directory: &Directory) -> headcount::Result<Option<Self>> {
        let key = directory.extra(NAME)?;
        let key = key.filter(|key| key.len() == KEY_BYTES);
        Ok(key.map(|key| Self::with_key(&key)))
    }

    /// The cursors of a directory. If it has no key for them, one is created; in a directory
    /// that can't be written to, the key lasts until the cursors are dropped.
    ///
    /// # Errors
    ///
    /// Those of reading and writing, and [`Io`](ErrorKind::Io) if the system provides no random
    /// bytes.
    pub fn create(directory: &Directory) -> headcount::Result<Self> {
        if let Some(existing) = Self::existing(directory)? {
            return Ok(existing);
        }
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key).map_err(|error| {
            Error::new(
                ErrorKind::Io,
                format!("can't generate a random key: {error}"),
            )
        })?;
        match directory.set_extra(NAME, &key) {
            Err(error) if error.kind() != ErrorKind::ReadOnly => Err(error),
            _ => Ok(Self::with_key(&key)),
        }
    }

    /// The cursor for the position `place` in the list that `list` describes.
    pub fn seal(&self, list: &str, place: &str) -> String {
        let mut text = place.as_bytes().to_vec();
        text.resize(text.len().next_multiple_of(BLOCK_BYTES), 0);
        let tag = self.tag(list, &text);
        self.mask(&tag, &mut text);
        hex(&[&tag[..], &text].concat())
    }

    /// The position in a cursor; `None` if it was not sealed for this list with this key.
    pub fn open(&self, list: &str, cursor: &str) -> Option<String> {
        let mut bytes = bytes_of_hex(cursor)?;
        let (tag, text) = bytes.split_at_mut_checked(TAG_BYTES)?;
        self.mask(tag, text);
        let is_ours = self.tag(list, text) == *tag;
        let text = str::from_utf8(text).ok().filter(|_| is_ours)?;
        Some(text.trim_end_matches('\0').to_owned())
    }

    /// A description of the list that a query reads a page of: its order and its conditions. Only
    /// the names of conditions on times count, because a list of "the last 90 days" has a
    /// different time in each request.
    pub fn list_of(query: &UserQuery) -> String {
        let all = query.clone().after(None).limit(UserQuery::LIMIT);
        // Strings, numbers and lists of them can always be serialized.
        let mut list = serde_json::to_value(&all).unwrap_or_default();
        for (name, value) in list.as_object_mut().into_iter().flatten() {
            let is_time = name.ends_with("_since") || name.ends_with("_before");
            if is_time && !value.is_null() {
                *value = true.into();
            }
        }
        list.to_string()
    }

    /// A page of a query, with sealed cursors as `after` and as the page's `next`. `None` if
    /// `after` is not a cursor of a list with this order and these conditions.
    pub(crate) fn page(
        &self,
        directory: &Directory,
        query: &UserQuery,
        cursor: Option<&str>,
    ) -> headcount::Result<Option<UserPage>> {
        let list = Self::list_of(query);
        let place = match cursor {
            None => None,
            Some(cursor) => match self.open(&list, cursor) {
                None => return Ok(None),
                place => place,
            },
        };
        let mut page = directory.query(&query.clone().after(place.as_deref()))?;
        page.next = page.next.map(|place| self.seal(&list, &place));
        Ok(Some(page))
    }

    fn tag(&self, list: &str, text: &[u8]) -> [u8; TAG_BYTES] {
        let whole = self.mac(&[b"tag", list.as_bytes(), &[0], text]);
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&whole.as_ref()[..TAG_BYTES]);
        tag
    }

    /// Encrypts or decrypts.
    fn mask(&self, tag: &[u8], text: &mut [u8]) {
        for (number, block) in (0_u32..).zip(text.chunks_mut(BLOCK_BYTES)) {
            let stream = self.mac(&[b"stream", tag, &number.to_be_bytes()]);
            for (byte, with) in block.iter_mut().zip(stream.as_ref()) {
                *byte ^= with;
            }
        }
    }

    fn mac(&self, parts: &[&[u8]]) -> hmac::Tag {
        let mut mac = hmac::Context::with_key(&self.0);
        for part in parts {
            mac.update(part);
        }
        mac.sign()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_list_and_its_directory_only() {
        let cursors = Cursors::with_key(&[7; 64]);
        let other = Cursors::with_key(&[8; 64]);
        for place in ["ann@ex.co", "", &"é".repeat(200)] {
            let cursor = cursors.seal("email", place);
            assert_eq!(cursors.open("email", &cursor).as_deref(), Some(place));
            assert_eq!(cursors.open("email descending", &cursor), None);
            assert_eq!(cursors.open("", &cursor), None);
            assert_eq!(other.open("email", &cursor), None);
            let end = if cursor.ends_with('0') { "1" } else { "0" };
            let spoilt = format!("{}{end}", &cursor[..cursor.len() - 1]);
            for bad in [&spoilt, &cursor[1..], &cursor[2..], "", "zz", "é"] {
                assert_eq!(cursors.open("email", bad), None, "{bad}");
            }
        }
    }

    #[test]
    fn a_cursor_says_nothing_about_anybody() {
        let cursors = Cursors::with_key(&[7; 64]);
        let [short, long] =
            ["a@ex.co", "ann.smith@ex.co"].map(|place| cursors.seal("email", place));
        assert_eq!(short.len(), long.len());
        assert!(!long.contains(&hex(b"ann.smith")));
    }

    #[test]
    fn a_directory_keeps_its_key() {
        let directory = Directory::in_memory().unwrap();
        assert!(Cursors::existing(&directory).unwrap().is_none());
        let cursor = Cursors::create(&directory).unwrap().seal("email", "ann");
        for again in [
            Cursors::create(&directory).unwrap(),
            Cursors::existing(&directory).unwrap().unwrap(),
        ] {
            assert_eq!(again.open("email", &cursor).as_deref(), Some("ann"));
        }
    }
}
