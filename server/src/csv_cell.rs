//! Cells of CSV (RFC 4180), as the exports of the page and of the command write them, and as
//! every import reads them. For the command; no part of the library's interface.
//!
//! An apostrophe before a text marks it, as in spreadsheets: the text is meant as it is. Exports
//! mark what a spreadsheet would run as a formula, and what an import would otherwise refuse or
//! change; every import takes one apostrophe off such a text.

use std::borrow::Cow;

/// The kind of a column's values, which decides which cells are doubtful.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Names of users: ids, emails and usernames.
    Identity,
    /// Given and family names.
    Name,
    /// Attributes. An empty one differs from none.
    Attribute,
    /// Anything else.
    Other,
}

impl Holds {
    /// The kind of the column with this name, such as `email` or `attributes.team`.
    pub fn of_column(name: &str) -> Self {
        match name.split_once('.').map_or(name, |(kind, _)| kind) {
            "id" | "email" | "username" | "external_ids" => Self::Identity,
            "given_name" | "family_name" => Self::Name,
            "attributes" => Self::Attribute,
            _ => Self::Other,
        }
    }
}

/// Why the text of a cell may not be the value that was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A spreadsheet shows it in place of a value.
    Shown,
    /// A database exports it for no value.
    NoValue,
    /// A number that a spreadsheet has rounded.
    Rounded,
    /// It begins with the apostrophe by which spreadsheets mark text.
    Apostrophe,
    /// It is in quotes of this kind, other than those of CSV.
    Quoted(char),
    /// It is a formula for a text.
    Formula,
    /// Its UTF-8 was read as Windows-1252, as in `RenÃ©`.
    Misread,
    /// A character was lost.
    LostCharacter,
}

/// The characters that begin a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The texts that spreadsheets show for a formula that failed.
const FAILED: [&str; 9] = [
    "#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!",
];

/// Quotes around texts other than those of CSV, as word processors and databases write them.
const OTHER_QUOTES: [(char, char); 7] = [
    ('\'', '\''),
    ('`', '`'),
    ('\u{2018}', '\u{2019}'),
    ('\u{201c}', '\u{201d}'),
    ('\u{201d}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{ab}', '\u{bb}'),
];

/// Why an import does not take the text of a cell as it is; `None` if it does.
pub fn doubt(text: &str, holds: Holds) -> Option<Doubt> {
    let is_identity = holds == Holds::Identity;
    let is_narrow = text.len() > 2 && text.bytes().all(|byte| byte == b'#');
    if is_narrow || FAILED.contains(&text) {
        return Some(Doubt::Shown);
    }
    if text == "\\N" || (is_identity && text == "NULL") {
        return Some(Doubt::NoValue);
    }
    if is_identity && is_rounded(text) {
        return Some(Doubt::Rounded);
    }
    if is_identity && text.starts_with('\'') {
        return Some(Doubt::Apostrophe);
    }
    let quote = match holds {
        Holds::Identity => other_quote(text),
        // An ayn and a hamza are written like these, as in ‘Alā’.
        Holds::Name => other_quote(text).filter(|quote| *quote != '\u{2018}'),
        Holds::Attribute | Holds::Other => None,
    };
    if let Some(quote) = quote {
        return Some(Doubt::Quoted(quote));
    }
    if is_identity && text.starts_with("=\"") && text.ends_with('"') {
        return Some(Doubt::Formula);
    }
    if holds == Holds::Name && is_misread(text) {
        return Some(Doubt::Misread);
    }
    text.contains('\u{fffd}').then_some(Doubt::LostCharacter)
}

/// Whether UTF-8 of Latin letters was read as Windows-1252.
fn is_misread(text: &str) -> bool {
    // The characters of Windows-1252 at 0x80 to 0x9f.
    const OTHERS: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
    let follows = |c: char| ('\u{80}'..='\u{bf}').contains(&c) || OTHERS.contains(c);
    let rest = text.split(['Ã', 'Â']).skip(1);
    rest.filter_map(|rest| rest.chars().next()).any(follows)
}

/// The first of the quotes around a text, if they are others than those of CSV.
pub fn other_quote(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let ends = (chars.next()?, chars.next_back()?);
    OTHER_QUOTES.contains(&ends).then_some(ends.0)
}

/// The text behind the apostrophe that marks a cell; `None` if none does.
pub fn marked_text(cell: &str, holds: Holds) -> Option<&str> {
    let text = cell.strip_prefix('\'')?;
    can_be_marked(text, holds).then_some(text)
}

/// The text of a cell, without the apostrophe that marks it.
pub fn unmarked(cell: &str, holds: Holds) -> &str {
    marked_text(cell, holds).unwrap_or(cell)
}

/// The cell of a text that spreadsheets must not run: marked if it looks like a formula, or if an
/// import would refuse or change it.
pub fn marked(text: &str, holds: Holds) -> Cow<'_, str> {
    if is_formula(text) {
        return format!("'{text}").into();
    }
    kept(text, holds)
}

/// The cell of a text that is shown as it is: marked only if an import would refuse or change it.
pub fn kept(text: &str, holds: Holds) -> Cow<'_, str> {
    let is_taken = doubt(text, holds).is_none() && marked_text(text, holds).is_none();
    let is_same = match holds {
        Holds::Identity => text.trim() == text,
        Holds::Attribute => !text.is_empty() && !has_cells_of_rows(text),
        Holds::Name | Holds::Other => true,
    };
    if is_taken && is_same {
        return text.into();
    }
    format!("'{text}").into()
}

/// Appends a cell to a row, in quotes if it needs them. So do cells that begin or end with white
/// space, which an import ignores outside quotes, and those with what separates cells elsewhere.
pub fn put(row: &mut String, cell: &str) {
    const QUOTED: [char; 8] = [',', ';', '\t', '|', '"', '\r', '\n', '\u{feff}'];
    if cell.contains(QUOTED) || cell.trim() != cell {
        row.push('"');
        row.push_str(&cell.replace('"', "\"\""));
        row.push('"');
    } else {
        row.push_str(cell);
    }
}

/// Whether an apostrophe before the text marks it. If so, it also does before one more.
fn can_be_marked(text: &str, holds: Holds) -> bool {
    let inner = text.trim_start_matches('\'');
    let is_in_apostrophes = || other_quote(text) == Some('\'');
    is_formula(inner)
        || doubt(inner, holds).is_some()
        || match holds {
            Holds::Identity => text.starts_with('\'') || inner.trim() != inner,
            Holds::Name => is_in_apostrophes(),
            Holds::Attribute => inner.is_empty() || has_cells_of_rows(inner),
            Holds::Other => false,
        }
}

/// Whether a formula is behind the apostrophes with which the text begins, if any.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// Whether the lines of a text could be taken for rows that a missing quote has swallowed.
fn has_cells_of_rows(text: &str) -> bool {
    text.contains(['\n', '\r']) && text.contains(',')
}

/// Whether it is a number like `1.07E+20`, or `1,07E+20` where numbers have a comma.
fn is_rounded(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let is_number =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    whole.len() == 1
        && is_number(whole)
        && is_number(fraction)
        && exponent.strip_prefix('+').is_some_and(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Holds; 4] = [Holds::Identity, Holds::Name, Holds::Attribute, Holds::Other];

    #[test]
    fn every_text_is_read_back_and_taken() {
        for text in [
            "=1",
            "'=1",
            "''-x",
            "'t Hooft",
            "''t",
            "'",
            "''",
            "'''",
            "O'Neil",
            "Ann",
            "'Ala'",
            "''Ala'",
            "\u{2018}Al\u{101}\u{2019}",
            "\u{201c}x\u{201d}",
            "RenÃ©",
            "`x`",
            "NULL",
            "'NULL",
            "\\N",
            "#N/A",
            "'###",
            "1.07E+20",
            "x\u{fffd}",
            "'000123",
            " x",
            "'x\u{a0}",
            "a,b\nc,d",
            "'a,\n",
        ] {
            for holds in ALL {
                for cell in [kept(text, holds), marked(text, holds)] {
                    assert_eq!(unmarked(&cell, holds), text, "{holds:?}");
                    let is_taken = marked_text(&cell, holds).is_some() || cell == text;
                    assert!(is_taken, "{text:?} {holds:?} {cell}");
                    let is_doubtful = cell == text && doubt(text, holds).is_some();
                    assert!(!is_doubtful, "{text:?} {holds:?}");
                }
            }
        }
        assert_eq!(kept("=1", Holds::Name), "=1");
        assert_eq!(kept("'t Hooft", Holds::Name), "'t Hooft");
        assert_eq!(kept("", Holds::Attribute), "'");
        assert_eq!(unmarked("'", Holds::Attribute), "");
        assert_eq!(unmarked("'+x@ex.co", Holds::Identity), "+x@ex.co");
        assert_eq!(unmarked("'t Hooft", Holds::Name), "'t Hooft");
    }

    #[test]
    fn what_is_no_mark_stays_in_doubt() {
        let doubt_of = |cell, holds| doubt(unmarked(cell, holds), holds);
        for (cell, holds, doubt) in [
            ("'000123", Holds::Identity, Doubt::Apostrophe),
            ("'ann'", Holds::Identity, Doubt::Apostrophe),
            ("''", Holds::Name, Doubt::Quoted('\'')),
            ("'Ala'", Holds::Name, Doubt::Quoted('\'')),
            ("NULL", Holds::Identity, Doubt::NoValue),
            ("#REF!", Holds::Other, Doubt::Shown),
            ("RenÃ©", Holds::Name, Doubt::Misread),
            ("MÃ¼ller", Holds::Name, Doubt::Misread),
            ("Å tÃ…", Holds::Name, Doubt::Misread),
        ] {
            assert_eq!(doubt_of(cell, holds), Some(doubt), "{cell} {holds:?}");
        }
        for name in ["JoÃo", "Â", "MARIÃ", "Ângela", "SÃO"] {
            assert_eq!(doubt_of(name, Holds::Name), None, "{name}");
        }
    }

    #[test]
    fn cells_are_quoted_where_they_need_it() {
        for (cell, written) in [
            ("ann@ex.co", "ann@ex.co"),
            ("", ""),
            ("b,c", "\"b,c\""),
            ("b;c", "\"b;c\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            (" lead", "\" lead\""),
            ("trail\u{a0}", "\"trail\u{a0}\""),
            ("1\n2", "\"1\n2\""),
        ] {
            let mut row = String::new();
            put(&mut row, cell);
            assert_eq!(row, written);
        }
    }
}
