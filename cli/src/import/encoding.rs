//! Decodes the bytes of a file: UTF-8, UTF-16 and Windows-1252, with any line
//! endings.

use std::borrow::Cow;

use clap::ValueEnum;

use super::signatures;

/// The encodings that an option can set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    /// UTF-8, or UTF-16 with a byte order mark
    #[default]
    Auto,
    #[value(name = "utf-8", alias = "utf8")]
    Utf8,
    #[value(name = "utf-16le", alias = "utf-16-le")]
    Utf16Le,
    #[value(name = "utf-16be", alias = "utf-16-be")]
    Utf16Be,
    /// What spreadsheets call ANSI; it has all of Latin-1
    #[value(name = "windows-1252", aliases = ["cp1252", "latin1", "latin-1", "iso-8859-1"])]
    Windows1252,
}

/// The characters from 0x80 to 0x9f of Windows-1252; five are not assigned.
const WINDOWS_1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘',
    '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// The text of a file, without a byte order mark.
///
/// # Errors
///
/// Where it is not text of that encoding, and what would help.
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, String> {
    if let Some(other) = signatures::of_another_kind(bytes) {
        return Err(other.to_owned());
    }
    let text = to_text(bytes, encoding)?;
    match text.find('\0') {
        // The byte 0 is valid UTF-8, and in no text that people write.
        Some(at) => {
            let (line, column) = position(&text[..at]);
            Err(format!(
                "line {line}, column {column} has the character U+0000, which no text has; the \
                 file is damaged, or in another encoding: export it again as UTF-8"
            ))
        }
        None => Ok(text),
    }
}

/// The same for a command without an option for the encoding.
pub(crate) fn decode_unicode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    decode(bytes, Encoding::Auto).map_err(|problem| match problem.split_once("; ") {
        Some((what, cure)) if cure.contains("--encoding") => format!("{what}; save it as UTF-8"),
        _ => problem,
    })
}

fn to_text(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, String> {
    match encoding {
        Encoding::Auto => match bytes {
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            _ => utf8(bytes),
        },
        Encoding::Utf8 => utf8(bytes),
        Encoding::Utf16Le => utf16(
            bytes.strip_prefix(&[0xff, 0xfe]).unwrap_or(bytes),
            u16::from_le_bytes,
        ),
        Encoding::Utf16Be => utf16(
            bytes.strip_prefix(&[0xfe, 0xff]).unwrap_or(bytes),
            u16::from_be_bytes,
        ),
        Encoding::Windows1252 => windows_1252(bytes),
    }
}

/// Refuses a byte order mark at the beginning of a line, which no line of JSON may have.
/// Delimited text may, within a cell.
///
/// # Errors
///
/// On which line it is.
pub(crate) fn refuse_second_mark(text: &str) -> Result<(), String> {
    let ends = ["\n\u{feff}", "\r\u{feff}"].map(|mark| text.find(mark));
    match ends.into_iter().flatten().min() {
        Some(at) => Err(second_mark(position(&text[..=at]).0)),
        None => Ok(()),
    }
}

/// What is wrong with a line that begins with a byte order mark.
pub(super) fn second_mark(line: usize) -> String {
    format!(
        "line {line} begins with the byte order mark of another file, as if two had been put \
         together; use the files as they were, or remove the mark, and the line with it if it \
         is a header"
    )
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    if let Some(name) = unmarked_utf16(bytes) {
        return Err(format!(
            "it looks like UTF-16 without a byte order mark; use --encoding {name}"
        ));
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        // Only whole characters are before it.
        let (line, column) = position(str::from_utf8(valid).unwrap_or_default());
        let byte = rest.first().copied().unwrap_or_default();
        format!(
            "it is not UTF-8: line {line}, column {column} has the byte 0x{byte:02x}; save it as \
             UTF-8, or use --encoding windows-1252 if it is Western European text"
        )
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).into())
}

/// The UTF-16 that `bytes` seem to be, by where zeros are in their beginning: in most text
/// every other byte is one.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static str> {
    const LOOKED_AT: usize = 1_000;
    let (pairs, _) = bytes[..bytes.len().min(LOOKED_AT)].as_chunks::<2>();
    let zeros = |place: usize| pairs.iter().filter(|pair| pair[place] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let is_most = |zeros: usize| zeros > 0 && zeros >= pairs.len() / 2;
    match (is_most(first), is_most(second)) {
        (false, true) if first == 0 => Some("utf-16le"),
        (true, false) if second == 0 => Some("utf-16be"),
        _ => None,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len() / 2);
    let invalid = |text: &str| {
        let (line, column) = position(text);
        format!(
            "it is not UTF-16 from line {line}, column {column} on; save it as UTF-8, or say with \
             --encoding what it is"
        )
    };
    for c in char::decode_utf16(pairs.iter().copied().map(unit)) {
        text.push(c.map_err(|_| invalid(&text))?);
    }
    if !rest.is_empty() {
        return Err(invalid(&text));
    }
    Ok(text.into())
}

fn windows_1252(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    if !bytes.is_ascii() && str::from_utf8(bytes).is_ok() {
        return Err("it is UTF-8, and not Windows-1252; leave --encoding out".to_owned());
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for byte in bytes {
        let c = match byte {
            0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
            byte => char::from(*byte),
        };
        if c == '\0' {
            let (line, column) = position(&text);
            return Err(format!(
                "it is not Windows-1252: line {line}, column {column} has the byte \
                 0x{byte:02x}; save the file as UTF-8"
            ));
        }
        text.push(c);
    }
    Ok(text.into())
}

/// The line and column, counted from 1, of what follows `before`.
pub(crate) fn position(before: &str) -> (usize, usize) {
    let mut count = 0;
    let mut last = "";
    for line in lines(before) {
        count += 1;
        last = line;
    }
    if count == 0 || before.ends_with(['\n', '\r']) {
        return (count + 1, 1);
    }
    (count, last.chars().count() + 1)
}

/// The lines of a text, each ended by a line feed, a carriage return, or both.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let (line, after) = match text.find(['\n', '\r']) {
            Some(end) if text[end..].starts_with("\r\n") => (&text[..end], &text[end + 2..]),
            Some(end) => (&text[..end], &text[end + 1..]),
            None => (text, ""),
        };
        rest = Some(after).filter(|after| !after.is_empty());
        Some(line)
    })
}

/// Where in `text` a part of it ends.
pub(super) fn end_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize + part.len()).saturating_sub(text.as_ptr() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_each_way() {
        let all = |text| lines(text).collect::<Vec<_>>();
        assert_eq!(all("a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(all("a\r\r\n\n"), ["a", "", ""]);
        assert_eq!(all(""), [""; 0]);
        assert_eq!(position("a\r\nbé"), (2, 3));
        assert_eq!(position("a\n"), (2, 1));
        assert_eq!(position(""), (1, 1));
    }

    #[test]
    fn each_encoding_is_read() {
        let utf16 = |mark: u16, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let units = std::iter::once(mark).chain("René 𝄞".encode_utf16());
            units.flat_map(bytes).collect()
        };
        for bytes in [
            utf16(0xfeff, u16::to_le_bytes),
            utf16(0xfeff, u16::to_be_bytes),
            "\u{feff}René 𝄞".as_bytes().to_vec(),
        ] {
            assert_eq!(decode(&bytes, Encoding::Auto).unwrap(), "René 𝄞");
        }
        assert_eq!(
            decode(b"Ren\xe9 \x80", Encoding::Windows1252).unwrap(),
            "René €"
        );
        for (bytes, encoding, told) in [
            (&b"a\nRen\xe9"[..], Encoding::Auto, "line 2, column 4"),
            (b"a\x81", Encoding::Windows1252, "byte 0x81"),
            (b"\xff\xfea\0\0", Encoding::Auto, "not UTF-16 from line 1"),
            (b"a\0b\0", Encoding::Auto, "--encoding utf-16le"),
            (b"\0a\0b", Encoding::Auto, "--encoding utf-16be"),
            (b"\x18\x04a\0,\0b\0", Encoding::Auto, "--encoding utf-16le"),
            (
                b"ab\nc\0",
                Encoding::Auto,
                "line 2, column 2 has the character U+0000",
            ),
            (
                b"\xff\xfea\0\0\0",
                Encoding::Auto,
                "line 1, column 2 has the character U+0000",
            ),
            (
                "Ren\u{e9}".as_bytes(),
                Encoding::Windows1252,
                "it is UTF-8, and not Windows-1252",
            ),
        ] {
            let error = decode(bytes, encoding).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
