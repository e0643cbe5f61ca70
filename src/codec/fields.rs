//! The fields of a record, one after the other, in the standard format of bincode 2.

/// A record that is being read from the front. A field that is malformed, or cut off,
/// is `None`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
    /// All of `bytes` from `whole_at` on, where that is UTF-8 as it stands: lengths
    /// below 128 and flags are ASCII. So a text is checked by looking at its ends.
    whole: Option<&'a str>,
    whole_at: usize,
}

impl<'a> Fields<'a> {
    #[inline]
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }

    /// Says that texts follow, with nothing between them but lengths and flags.
    #[inline]
    pub(super) fn only_texts_follow(&mut self) {
        self.whole_at = self.at;
        self.whole = str::from_utf8(&self.bytes[self.at..]).ok();
    }

    /// Bytes that are left.
    #[inline]
    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// So many bytes as they are.
    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let array = self.bytes[self.at..].first_chunk()?;
        self.at += N;
        Some(array)
    }

    /// One byte that is 0 or 1.
    #[inline]
    pub(super) fn flag(&mut self) -> Option<bool> {
        match self.array()? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }

    /// A number of variable length: one byte up to 250, or a byte that says how many
    /// follow.
    #[inline]
    pub(super) fn number(&mut self) -> Option<u64> {
        match self.array()? {
            [small @ ..=250] => Some(u64::from(*small)),
            [251] => Some(u64::from(u16::from_le_bytes(*self.array()?))),
            [252] => Some(u64::from(u32::from_le_bytes(*self.array()?))),
            [253] => Some(u64::from_le_bytes(*self.array()?)),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        let end = self.at.checked_add(length)?;
        let text = match self.whole {
            Some(whole) => whole.get(self.at - self.whole_at..end - self.whole_at)?,
            None => str::from_utf8(self.bytes.get(self.at..end)?).ok()?,
        };
        self.at = end;
        Some(text)
    }

    /// A text, or a flag that there is none.
    #[inline]
    pub(super) fn optional_text(&mut self) -> Option<Option<&'a str>> {
        if self.flag()? {
            self.text().map(Some)
        } else {
            Some(None)
        }
    }

    /// Two texts.
    #[inline]
    pub(super) fn pair(&mut self) -> Option<(&'a str, &'a str)> {
        Some((self.text()?, self.text()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_width_that_their_first_byte_says() {
        let read = |bytes: &[u8]| {
            let mut fields = Fields::new(bytes);
            fields.number().map(|number| (number, fields.left()))
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
            assert_eq!(fields.pair(), Some(("\u{e9}", second)));
            assert_eq!(fields.left(), 0);
        }
        // A length that ends within a letter, or behind everything.
        for length in [1, 4, 250] {
            let bytes = [length, 0xc3, 0xa9, b'a'];
            for whole in [false, true] {
                let mut fields = Fields::new(&bytes);
                if whole {
                    fields.only_texts_follow();
                }
                assert_eq!(fields.text(), None, "{length}");
            }
        }
    }
}
