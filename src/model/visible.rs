//! Names that people read: which characters they may contain, and when two look the same.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};
use unicode_security::skeleton;

use super::printable::{excerpt, is_line_separator, is_unseen, named};
use crate::error::{Error, ErrorKind, Result};

/// The name as it is stored: trimmed, and with white space inside it collapsed to single
/// spaces.
///
/// # Errors
///
/// `InvalidArgument` for control characters and the separators of lines and paragraphs, for
/// characters that are invisible or change the direction of the text, so that no name can be
/// displayed as another, and for a combining mark at the start.
pub(super) fn parse_visible(what: &str, text: &str) -> Result<String> {
    let text = text.trim();
    for c in text.chars() {
        let wrong = if c.is_control() {
            "is a control character"
        } else if is_line_separator(c) {
            "begins a new line"
        } else if is_unseen(c) {
            "can't be seen, or changes how the rest is shown"
        } else {
            continue;
        };
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!(
                "in the {what} {}, {} {wrong}; remove it",
                excerpt(text),
                named(c)
            ),
        ));
    }
    if let Some(mark) = leading_mark(text) {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!(
                "the {what} {} begins with {}, which belongs on a letter before it; remove it",
                excerpt(text),
                named(mark)
            ),
        ));
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Ok(words.join(" "))
}

/// The combining mark that a text begins with. It would be drawn on whatever is displayed
/// before the text (compare RFC 5891 section 4.2.3.2), and can't be seen alone.
pub(super) fn leading_mark(text: &str) -> Option<char> {
    text.chars().next().filter(|c| is_combining_mark(*c))
}

/// The form in which texts are searched, without regard to case and compatibility forms:
/// `ß` becomes `ss`, and `ς` becomes `σ`.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let upper = text.nfkc().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).nfkc().collect()
}

/// Whether `text` contains `word`, which is [folded](fold), without regard to case and
/// compatibility forms. Most texts are ASCII, and are not copied.
pub(crate) fn folded_contains(text: &str, word: &str) -> bool {
    if !text.is_ascii() {
        return fold(text).contains(word);
    }
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some((first, rest)) = word.split_first() else {
        return true;
    };
    let starts = text.len().saturating_sub(rest.len());
    text[..starts].iter().enumerate().any(|(at, byte)| {
        byte.to_ascii_lowercase() == *first
            && text[at + 1..][..rest.len()].eq_ignore_ascii_case(rest)
    })
}

/// Maximum rounds of replacing letters by those that they look like.
const REDRAWN_MAX: usize = 4;

/// The look of a name, if it differs from the name: letters that are drawn like letters of
/// another script are replaced by those (UTS #39). ASCII stays as it is, and so do letters
/// that look like others of their own script, such as `æ` and `ae`.
pub(super) fn look_of(key: &str) -> Option<String> {
    if key.is_ascii() {
        return None;
    }
    let mut look = redrawn(key);
    // The replacement of a letter, in lower case, may itself look like another.
    for _ in 1..REDRAWN_MAX {
        let again = redrawn(&look);
        if again == look {
            break;
        }
        look = again;
    }
    (look != key).then_some(look)
}

fn redrawn(text: &str) -> String {
    let mut look = String::with_capacity(text.len());
    for c in text.chars() {
        match drawn_like(c) {
            Some(other) => look.push_str(&other),
            None => look.push(c),
        }
    }
    look.nfc().collect()
}

/// The replacement of a lower-case letter. Names are compared without regard to case, so a letter
/// whose capital is drawn like an ASCII letter looks like it too: `т` is no `t`, but `Т` is a `T`.
/// The few letters that look like one ASCII letter in lower case and like another as a capital
/// count as the former: `ν` is a `v`, although `Ν` is an `N`.
fn drawn_like(c: char) -> Option<String> {
    if c.is_ascii() || is_mark(c) {
        return None;
    }
    let like = like_another_script(c);
    if like.as_ref().is_some_and(|like| like.is_ascii()) {
        return like;
    }
    let mut capitals = c.to_uppercase();
    let like_as_capital = match (capitals.next(), capitals.next()) {
        (Some(capital), None) => like_another_script(capital).filter(|like| like.is_ascii()),
        _ => None,
    };
    like_as_capital.or(like)
}

/// The letters of another script that are drawn like this letter, in lower case.
fn like_another_script(c: char) -> Option<String> {
    let drawn: String = skeleton(c.encode_utf8(&mut [0; 4])).collect();
    let is_foreign = drawn.chars().next()?.script() != c.script();
    is_foreign.then(|| drawn.to_lowercase())
}

/// Whether the character has no script of its own, like combining marks.
fn is_mark(c: char) -> bool {
    c.script() == Script::Inherited
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misleading_names_are_refused() {
        for bad in [
            "\u{200b}",
            "Fraud\u{200b}models",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{ad}b",
            "a\u{200f}",
            "\u{feff}a",
            "a\u{3164}",
            "a\u{2060}b",
            "a\u{e0041}b",
            "a\u{2800}b",
            "a\nb",
            "a\u{2028}b",
            "a\u{2029}b",
            "a\u{0}b",
            "\u{301}",
            " \u{301}a",
            "\u{903}",
            "\u{20dd}",
        ] {
            let error = parse_visible("name", bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{bad:?}");
        }
        let error = parse_visible("name", "Fraud\u{200b}models").unwrap_err();
        assert_eq!(
            error.to_string(),
            "in the name \"Fraud<U+200B>models\", U+200B (zero width space) can't be seen, or \
             changes how the rest is shown; remove it"
        );
        assert_eq!(
            parse_visible("name", "\u{301}a").unwrap_err().to_string(),
            "the name \"<U+0301>a\" begins with U+0301, which belongs on a letter before it; \
             remove it"
        );
        assert_eq!(parse_visible("name", "e\u{301}").unwrap(), "e\u{301}");
    }

    #[test]
    fn words_are_found_without_regard_to_case_and_form() {
        for (text, word) in [
            ("Ann.Lee@ex.co", "LEE"),
            ("ann", "ann"),
            ("ann", "N"),
            ("Åsa", "åSA"),
            ("A\u{30a}sa", "åsa"),
            ("ＡＮＮ", "ann"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("ann", ""),
            ("", ""),
        ] {
            assert!(folded_contains(text, &fold(word)), "{word} in {text}");
        }
        for (text, word) in [
            ("ann", "anna"),
            ("ann", "å"),
            ("Åsa", "asa"),
            ("", "a"),
            ("ab", "ac"),
        ] {
            assert!(!folded_contains(text, &fold(word)), "{word} in {text}");
        }
    }

    #[test]
    fn white_space_is_collapsed() {
        for (text, kept) in [
            (" Fraud \u{3000} models\n", "Fraud models"),
            ("a\u{a0}b\u{2003}c", "a b c"),
            (" ", ""),
            ("Zoë 智子 🦀", "Zoë 智子 🦀"),
        ] {
            assert_eq!(parse_visible("name", text).unwrap(), kept);
        }
    }

    #[test]
    fn only_letters_of_another_script_look_like_others() {
        for (name, look) in [
            ("аnn", "ann"),     // CYRILLIC SMALL LETTER A
            ("οscar", "oscar"), // GREEK SMALL LETTER OMICRON
            ("реор", "peop"),
            ("ӓnn", "änn"),   // CYRILLIC A WITH DIAERESIS
            ("тeam", "team"), // CYRILLIC SMALL LETTER TE, whose capital is drawn like T
            ("bοв", "bob"),   // GREEK OMICRON, CYRILLIC VE
            ("νann", "vann"), // GREEK SMALL LETTER NU
        ] {
            let key: String = name.nfc().collect();
            assert_eq!(look_of(&key).as_deref(), Some(look), "{name}");
        }
        for name in [
            "ann",
            "user1l0o",
            "åsa",
            "jæger",
            "łukasz",
            "zoë",
            "智子",
            "ilgaz\u{131}",
            "ñ",
        ] {
            assert_eq!(look_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_in_capitals_looks_like_what_it_spells() {
        // CYRILLIC TE, EM, KA, EN, VE; GREEK TAU, KAPPA, MU, ZETA, ETA
        for (name, ascii) in [
            ("ТEAM", "team"),
            ("TEAМ", "team"),
            ("КНВ", "khb"),
            ("ΤΚΜ", "tkm"),
            ("ΖΗ", "zh"),
        ] {
            let key = name.to_lowercase();
            assert_eq!(look_of(&key).as_deref(), Some(ascii), "{name}");
        }
    }

    #[test]
    fn a_look_looks_like_itself() {
        let letters = (0x80..0x3000).filter_map(char::from_u32);
        for c in letters.filter(|c| c.is_alphanumeric()) {
            let name: String = c.to_lowercase().nfc().collect();
            if let Some(look) = look_of(&name) {
                let again = look_of(&look).unwrap_or_else(|| look.clone());
                assert_eq!(look, again, "{name:?}");
            }
        }
    }
}
