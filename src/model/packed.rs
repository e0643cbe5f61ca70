//! Texts packed one after another into one string, each preceded by its length.
//!
//! A number is written in digits of six bits, the lowest first, as ASCII characters; each but
//! the last has the bit 64 set. So the whole is valid UTF-8, and texts are read back without
//! being checked or copied.

/// Where texts are packed: a string, or a count of its bytes.
pub(super) trait Packer {
    /// Appends a text without its length.
    fn push(&mut self, text: &str);

    /// Appends a number.
    fn number(&mut self, mut number: usize) {
        while number > 63 {
            self.digit(number & 63 | 64);
            number >>= 6;
        }
        self.digit(number);
    }

    /// Appends a digit, below 128.
    fn digit(&mut self, digit: usize);

    /// Appends a text.
    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.push(text);
    }

    /// Appends a text that may be missing.
    fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.number(text.len() + 1);
                self.push(text);
            }
            None => self.number(0),
        }
    }

    /// Appends pairs of name and value, preceded by their number.
    fn pairs<'a>(&mut self, pairs: impl ExactSizeIterator<Item = (&'a str, &'a str)>) {
        self.number(pairs.len());
        for (name, value) in pairs {
            self.text(name);
            self.text(value);
        }
    }
}

impl Packer for String {
    fn push(&mut self, text: &str) {
        self.push_str(text);
    }

    fn digit(&mut self, digit: usize) {
        // Digits are below 128, so nothing is cut off.
        #[allow(clippy::cast_possible_truncation, reason = "see above")]
        self.push(char::from(digit as u8));
    }
}

/// Counts bytes.
impl Packer for usize {
    fn push(&mut self, text: &str) {
        *self += text.len();
    }

    fn digit(&mut self, _: usize) {
        *self += 1;
    }
}

/// Reads packed texts from the front. Beyond the end, everything is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PackedTexts<'a>(pub(super) &'a str);

impl<'a> PackedTexts<'a> {
    #[inline]
    fn number(&mut self) -> usize {
        // Most numbers have one digit.
        match self.0.as_bytes().first() {
            Some(digit @ ..64) => {
                self.0 = &self.0[1..];
                usize::from(*digit)
            }
            _ => self.long_number(),
        }
    }

    fn long_number(&mut self) -> usize {
        let bytes = self.0.as_bytes();
        let (mut number, mut read) = (0, 0);
        loop {
            let digit = bytes.get(read).copied().map_or(0, usize::from);
            number |= (digit & 63) << (6 * read);
            read += 1;
            if digit < 64 {
                break;
            }
        }
        self.0 = self.0.get(read..).unwrap_or_default();
        number
    }

    #[inline]
    fn take(&mut self, bytes: usize) -> &'a str {
        let (text, rest) = self.0.split_at_checked(bytes).unwrap_or_default();
        self.0 = rest;
        text
    }

    #[inline]
    fn text(&mut self) -> &'a str {
        let bytes = self.number();
        self.take(bytes)
    }

    /// The next text, which may be missing.
    #[inline]
    pub(super) fn optional(&mut self) -> Option<&'a str> {
        let bytes = self.number().checked_sub(1)?;
        Some(self.take(bytes))
    }

    /// The next pairs.
    #[inline]
    pub(super) fn pairs(&mut self) -> PackedPairs<'a> {
        let count = self.number();
        PackedPairs {
            count,
            texts: *self,
        }
    }
}

/// Packed pairs of name and value, ordered by name.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PackedPairs<'a> {
    count: usize,
    texts: PackedTexts<'a>,
}

impl<'a> PackedPairs<'a> {
    /// The value of a name.
    pub(crate) fn get(self, name: &str) -> Option<&'a str> {
        let found = self.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value)
    }

    #[inline]
    pub(crate) fn iter(
        self,
    ) -> impl ExactSizeIterator<Item = (&'a str, &'a str)> + Clone + use<'a> {
        let mut rest = self.texts;
        (0..self.count).map(move |_| (rest.text(), rest.text()))
    }

    /// What follows all pairs.
    #[inline]
    pub(super) fn behind(self) -> PackedTexts<'a> {
        let mut rest = self.texts;
        for _ in 0..2 * self.count {
            rest.text();
        }
        rest
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for PackedPairs<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(to: &mut impl Packer, texts: &[Option<String>], pairs: &[(&str, &str)]) {
        for text in texts {
            to.optional(text.as_deref());
        }
        to.pairs(pairs.iter().copied());
        to.optional(Some("behind"));
    }

    #[test]
    fn texts_of_every_length_are_read_back() {
        // On both sides of each length at which a digit is added.
        let lengths = [0, 1, 61, 62, 63, 64, 65, 4094, 4095, 4096, 262_143, 262_144];
        let texts: Vec<_> = lengths
            .iter()
            .map(|length| Some("x".repeat(*length)))
            .chain([None, Some("\u{e9}\u{430}".to_owned())])
            .collect();
        let long = "\u{e9}".repeat(3000);
        let pairs = [("", ""), ("a", "b\n"), ("long", long.as_str())];

        let mut packed = String::new();
        pack(&mut packed, &texts, &pairs);
        let mut bytes = 0_usize;
        pack(&mut bytes, &texts, &pairs);
        assert_eq!(bytes, packed.len());

        let mut rest = PackedTexts(&packed);
        for text in &texts {
            assert_eq!(rest.optional(), text.as_deref());
        }
        let found = rest.pairs();
        assert_eq!(found.iter().len(), 3);
        assert!(found.iter().eq(pairs));
        assert_eq!((found.get("long"), found.get("b")), (Some(&*long), None));
        let mut behind = found.behind();
        assert_eq!(behind.optional(), Some("behind"));
        assert_eq!(behind.optional(), None);
        assert_eq!(behind.pairs().iter().next(), None);
    }
}
