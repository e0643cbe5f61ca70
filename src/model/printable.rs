//! Texts in messages: characters that are invisible, or change how the rest is displayed, are
//! written out, such as `<U+200B>`. No message shows a text in the form of `Debug`.

use std::borrow::Cow;
use std::fmt::{self, Write};

use unicode_normalization::char::is_combining_mark;

/// Maximum characters of a refused text that an [excerpt] shows.
const EXCERPT_CHARS_MAX: usize = 64;

/// The property `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt`) as of Unicode
/// 18.0: code points that are not displayed. First and last of each range.
const IGNORABLE: [(u32, u32); 17] = [
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1_BCA0, 0x1_BCA3),
    (0x1_D173, 0x1_D17A),
    (0xE_0000, 0xE_0FFF),
];

/// Characters that are not displayed, or change how their neighbours are displayed, in
/// addition to [`IGNORABLE`], which includes the bidi controls.
const UNSEEN: [char; 4] = ['\u{2800}', '\u{fff9}', '\u{fffa}', '\u{fffb}'];

/// The usual names of invisible characters.
const NAMES: [(char, &str); 25] = [
    ('\0', "null"),
    ('\t', "tab"),
    ('\n', "line feed"),
    ('\r', "carriage return"),
    ('\u{1b}', "escape"),
    ('\u{7f}', "delete"),
    ('\u{a0}', "no-break space"),
    ('\u{ad}', "soft hyphen"),
    ('\u{200b}', "zero width space"),
    ('\u{200c}', "zero width non-joiner"),
    ('\u{200d}', "zero width joiner"),
    ('\u{200e}', "left-to-right mark"),
    ('\u{200f}', "right-to-left mark"),
    ('\u{2028}', "line separator"),
    ('\u{2029}', "paragraph separator"),
    ('\u{202a}', "left-to-right embedding"),
    ('\u{202b}', "right-to-left embedding"),
    ('\u{202c}', "pop directional formatting"),
    ('\u{202d}', "left-to-right override"),
    ('\u{202e}', "right-to-left override"),
    ('\u{202f}', "narrow no-break space"),
    ('\u{2060}', "word joiner"),
    ('\u{3000}', "ideographic space"),
    ('\u{feff}', "byte order mark"),
    ('\u{fffd}', "replacement character"),
];

/// A text in quotes, for a message: on one line, with invisible characters written out.
///
/// ```
/// assert_eq!(headcount::quoted("ann\u{200b}lee\n"), "\"ann<U+200B>lee<U+000A>\"");
/// ```
pub fn quoted(text: &str) -> String {
    let is_odd_space = |c: char| c.is_whitespace() && c != ' ';
    // In a list of quoted names, the end of each must be clear.
    let text = text.replace('"', "\\\"");
    format!("\"{}\"", written_out(&text, is_odd_space))
}

/// A text that is safe for a terminal: characters that could move the cursor or change the
/// direction, and invisible ones, are written out. Joiners and variants between letters or emoji
/// are kept.
///
/// ```
/// assert_eq!(headcount::printable("Zoë \u{1b}[2J"), "Zoë <U+001B>[2J");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    written_out(text, |_| false)
}

/// The beginning of a refused text, which can be long, in quotes.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_CHARS_MAX) {
        None => quoted(text),
        Some((end, _)) => format!("{}…", quoted(&text[..end])),
    }
}

/// One character for a message: itself if it is printable ASCII, otherwise its code point, with its
/// usual name if it has one.
pub(super) fn named(c: char) -> impl fmt::Display {
    if c.is_ascii_graphic() {
        return format!("'{c}'");
    }
    if c == ' ' {
        return "a space".to_owned();
    }
    let number = u32::from(c);
    match NAMES.iter().find(|(known, _)| *known == c) {
        Some((_, name)) => format!("U+{number:04X} ({name})"),
        None => format!("U+{number:04X}"),
    }
}

/// Whether the character is not displayed, so that texts with and without it look the same.
pub(super) fn is_ignorable(c: char) -> bool {
    let code = u32::from(c);
    IGNORABLE
        .iter()
        .any(|&(first, last)| (first..=last).contains(&code))
}

/// Whether the character is invisible, or changes how others are displayed.
pub(super) fn is_unseen(c: char) -> bool {
    is_ignorable(c) || UNSEEN.contains(&c)
}

/// Whether the character ends a line.
pub(super) fn is_line_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn written_out(text: &str, and: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_plain = |c: char| c == ' ' || c.is_ascii_graphic();
    if text.chars().all(is_plain) {
        return text.into();
    }
    let mut written = String::with_capacity(text.len() + 8);
    let mut before = None;
    for c in text.chars() {
        let is_written_out = c.is_control()
            || is_line_separator(c)
            || (is_unseen(c) && !is_between(before, c))
            || (before.is_none() && is_combining_mark(c))
            || and(c);
        if is_written_out {
            // Writing to a string can't fail.
            let _ = write!(written, "<U+{:04X}>", u32::from(c));
        } else {
            written.push(c);
        }
        before = Some(c);
    }
    written.into()
}

/// Whether the character joins letters or emoji, or selects the form of the one before it, and so
/// has a visible effect.
fn is_between(before: Option<char>, c: char) -> bool {
    let is_joiner = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    is_joiner && before.is_some_and(|before| !before.is_ascii() && !is_unseen(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert!(matches!(printable("Ann \"x\" \\"), Cow::Borrowed(_)));
        for (text, shown) in [
            ("Ann Åberg 中", "Ann Åberg 中"),
            ("a\x1b[31mb\n", "a<U+001B>[31mb<U+000A>"),
            ("a\u{9b}b\u{202e}c", "a<U+009B>b<U+202E>c"),
            ("\u{feff}a\u{200b}", "<U+FEFF>a<U+200B>"),
            ("a\u{2028}b\u{2029}", "a<U+2028>b<U+2029>"),
            ("\u{301}e\u{301}", "<U+0301>e\u{301}"),
            ("ann\u{200d}", "ann<U+200D>"),
            ("क\u{94d}\u{200d}ष", "क\u{94d}\u{200d}ष"),
            ("👩\u{200d}💻 ❤\u{fe0f}", "👩\u{200d}💻 ❤\u{fe0f}"),
            ("a\u{e0041}\u{2800}", "a<U+E0041><U+2800>"),
            ("1\u{a0}2", "1\u{a0}2"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn a_text_is_quoted_as_people_write_it() {
        for (text, shown) in [
            ("ann", "\"ann\""),
            ("O'Neill", "\"O'Neill\""),
            (r"CORP\ann", r#""CORP\ann""#),
            (r#"Fraud "x""#, r#""Fraud \"x\"""#),
            ("1\u{a0}2 3\t", "\"1<U+00A0>2 3<U+0009>\""),
        ] {
            assert_eq!(quoted(text), shown);
        }
        let long = "é".repeat(EXCERPT_CHARS_MAX);
        assert_eq!(excerpt(&long), format!("\"{long}\""));
        assert_eq!(excerpt(&format!("{long}é")), format!("\"{long}\"…"));
    }

    #[test]
    fn a_character_has_the_name_that_people_know() {
        for (c, shown) in [
            ('a', "'a'"),
            ('\'', "'''"),
            (' ', "a space"),
            ('\n', "U+000A (line feed)"),
            ('\u{200b}', "U+200B (zero width space)"),
            ('é', "U+00E9"),
        ] {
            assert_eq!(named(c).to_string(), shown);
        }
    }
}
