//! Texts that spreadsheets and databases leave in a cell in place of its value. Such a cell is
//! refused, because the value is lost or could only be guessed.

use headcount_server::csv_cell::{Doubt, Holds, doubt, other_quote};

use headcount::quoted;

use super::values::shortened;

/// What is wrong with the text of a cell that no apostrophe marks.
pub(super) fn problem(text: &str, holds: Holds) -> Option<String> {
    let doubt = doubt(text, holds)?;
    let problem = told(doubt, text);
    if doubt == Doubt::LostCharacter {
        return Some(problem);
    }
    Some(format!(
        "{problem}; if it is meant as it is, write an apostrophe before it"
    ))
}

/// What is wrong with a title in quotes that are part of it, since they are not those of CSV.
pub(super) fn in_other_quotes(text: &str) -> Option<String> {
    other_quote(text).map(|quote| told(Doubt::Quoted(quote), text))
}

/// What is wrong with a text in which a character was lost.
pub(super) fn lost_character(text: &str) -> Option<String> {
    let is_lost = text.contains('\u{fffd}');
    is_lost.then(|| told(Doubt::LostCharacter, text))
}

fn told(doubt: Doubt, text: &str) -> String {
    let plain = shortened(text);
    let shown = quoted(&plain);
    match doubt {
        Doubt::Shown => format!(
            "{shown} is what a spreadsheet shows in place of a value; correct the cell, and export \
             it again"
        ),
        Doubt::NoValue => format!("{plain} is how a database exports no value; empty the cell"),
        Doubt::Rounded => format!(
            "{shown} is a number that a spreadsheet has rounded; format its column as text, and \
             export it again"
        ),
        Doubt::Apostrophe => {
            format!("{shown} begins with the apostrophe by which spreadsheets mark text; remove it")
        }
        Doubt::Quoted(quote) => format!(
            "{shown} is in quotes (U+{:04X}) that are part of it; remove them, or put double \
             quotes around the cell in their place",
            u32::from(quote)
        ),
        Doubt::Formula => {
            format!("{shown} is a formula; write the text alone, without = and quotes")
        }
        Doubt::Misread => format!(
            "{shown} seems to be UTF-8 that was read as Windows-1252; export it again as UTF-8"
        ),
        Doubt::LostCharacter => format!(
            "{shown} has U+FFFD in place of a character that was lost; export it again as UTF-8"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_place_of_a_value_is_told() {
        for text in ["#REF!", "#N/A", "####", "\\N", "Ren\u{fffd}"] {
            assert!(problem(text, Holds::Other).is_some(), "{text}");
        }
        for text in [
            "1.07E+20", "1,07e+20", "1E+15", "'ann", "=\"007\"", "NULL", "#N/A",
        ] {
            assert!(problem(text, Holds::Identity).is_some(), "{text}");
        }
        for text in ["'Ann'", "`Ann`", "\u{201c}Ann\u{201d}", "''"] {
            assert!(problem(text, Holds::Name).is_some(), "{text}");
            assert_eq!(problem(text, Holds::Attribute), None, "{text}");
        }
        for text in [
            "",
            "'",
            "'t Hooft",
            "Ann 'Annie' Lee",
            "O'",
            "\u{2018}Al\u{101}\u{2019}",
        ] {
            assert_eq!(problem(text, Holds::Name), None, "{text}");
        }
        for text in [
            "", "#", "#1", "O'Neil", "1E5", "12E+3", "e+1", "Null", "=1", "1.E+1",
        ] {
            assert_eq!(problem(text, Holds::Identity), None, "{text}");
        }
    }
}
