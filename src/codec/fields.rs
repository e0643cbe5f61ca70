//! Reads the fields of a record, in the standard format of bincode 2.

#![allow(
    clippy::inline_always,
    reason = "a record has some twenty fields, most of one byte, and a list of a million \
              users reads nothing else"
)]

use crate::error::{Error, Result};

/// A record that is read from the front.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    /// Bytes that end with `rest`, if they are UTF-8 including the lengths and flags
    /// between texts, which are ASCII if below 128. Then a text in them is valid if its
    /// ends are character boundaries.
    whole: Option<&'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            whole: None,
        }
    }

    /// Declares that only texts follow, with lengths and flags between them.
    #[inline(always)]
    pub(super) fn only_texts_follow(&mut self) {
        self.whole = str::from_utf8(self.rest).ok();
    }

    /// Bytes that are left.
    #[inline(always)]
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next `N` bytes.
    #[inline(always)]
    pub(super) fn array<const N: usize>(&mut self) -> Result<&'a [u8; N]> {
        let (array, rest) = self.rest.split_first_chunk().ok_or_else(malformed)?;
        self.rest = rest;
        Ok(array)
    }

    /// One byte, which must be 0 or 1.
    #[inline(always)]
    pub(super) fn flag(&mut self) -> Result<bool> {
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(malformed()),
        }
    }

    /// A variable-length number: one byte up to 250, or a byte that tells how many bytes
    /// follow.
    #[inline(always)]
    pub(super) fn number(&mut self) -> Result<u64> {
        match self.array()? {
            [small @ ..=250] => Ok(u64::from(*small)),
            [253] => Ok(u64::from_le_bytes(*self.array()?)),
            [width] => self.seldom_number(*width),
        }
    }

    #[inline(always)]
    fn seldom_number(&mut self, width: u8) -> Result<u64> {
        let (number, rest) = split_seldom_number(self.rest, width)?;
        self.rest = rest;
        Ok(number)
    }

    #[inline(always)]
    fn length(&mut self) -> Result<usize> {
        match self.array()? {
            [small @ ..=250] => Ok(usize::from(*small)),
            [width] => usize::try_from(self.seldom_number(*width)?).map_err(|_| malformed()),
        }
    }

    #[inline(always)]
    pub(super) fn text(&mut self) -> Result<&'a str> {
        let length = self.length()?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(malformed)?;
        let text = match self.whole {
            Some(whole) => {
                let at = whole.len() - self.rest.len();
                whole.get(at..at + length).ok_or_else(malformed)?
            }
            None => str::from_utf8(bytes).map_err(|_| malformed())?,
        };
        self.rest = rest;
        Ok(text)
    }

    /// A flag, and a text if it is set.
    #[inline(always)]
    pub(super) fn optional_text(&mut self) -> Result<Option<&'a str>> {
        Ok(if self.flag()? {
            Some(self.text()?)
        } else {
            None
        })
    }

    /// Two texts.
    pub(super) fn pair(&mut self) -> Result<(&'a str, &'a str)> {
        Ok((self.text()?, self.text()?))
    }
}

/// Splits a number off whose first byte was `width`, one that few numbers have. It takes and
/// returns the bytes by value: a reference to [`Fields`] would keep them in memory instead of
/// registers, also where this isn't called.
#[cold]
fn split_seldom_number(bytes: &[u8], width: u8) -> Result<(u64, &[u8])> {
    let split = match width {
        251 => bytes
            .split_first_chunk()
            .map(|(number, rest)| (u64::from(u16::from_le_bytes(*number)), rest)),
        252 => bytes
            .split_first_chunk()
            .map(|(number, rest)| (u64::from(u32::from_le_bytes(*number)), rest)),
        _ => None,
    };
    split.ok_or_else(malformed)
}

/// The error for a field that is truncated or malformed.
#[cold]
pub(super) fn malformed() -> Error {
    Error::corrupted("a user is malformed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_width_that_their_first_byte_says() {
        let read = |bytes: &[u8]| {
            let mut fields = Fields::new(bytes);
            let number = fields.number().ok()?;
            Some((number, fields.left()))
        };
        assert_eq!(read(&[250, 9]), Some((250, 1)));
        assert_eq!(read(&[251, 1, 2, 9]), Some((0x0201, 1)));
        assert_eq!(read(&[252, 1, 2, 3, 4]), Some((0x0403_0201, 0)));
        assert_eq!(read(&[253, 0, 0, 0, 0, 0, 0, 0, 8]), Some((8 << 56, 0)));
        let cut: [&[u8]; 5] = [&[], &[251, 1], &[252, 1, 2, 3], &[253, 1], &[254, 1]];
        for bytes in cut {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_text_is_checked_whether_or_not_the_rest_is_one() {
        // The second text is longer than 127 bytes, so the whole is not UTF-8.
        let long = "x".repeat(128);
        let bytes = [&[2], "\u{e9}".as_bytes(), &[128], long.as_bytes()].concat();
        for (bytes, second) in [(&bytes[..], long.as_str()), (b"\x02\xc3\xa9\x01a", "a")] {
            let mut fields = Fields::new(bytes);
            fields.only_texts_follow();
            assert_eq!(fields.pair().unwrap(), ("\u{e9}", second));
            assert_eq!(fields.left(), 0);
        }
        // A length that ends inside a character, or after the end.
        for length in [1, 4, 250] {
            let bytes = [length, 0xc3, 0xa9, b'a'];
            for whole in [false, true] {
                let mut fields = Fields::new(&bytes);
                if whole {
                    fields.only_texts_follow();
                }
                assert!(fields.text().is_err(), "{length}");
            }
        }
    }
}
