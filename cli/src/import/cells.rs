//! What spreadsheets and databases leave in a cell in place of its value. Such a cell is
//! refused: what was meant is lost, or can only be guessed.

use super::values::shortened;

/// What spreadsheets show for a formula that failed.
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

/// What is wrong with the text of any cell.
pub(super) fn problem(text: &str) -> Option<String> {
    placeholder(text)
        .map(|problem| or_as_json(&problem))
        .or_else(|| lost_character(text))
}

/// What is wrong with the text of a cell that says who a user is.
pub(super) fn problem_of_name(text: &str) -> Option<String> {
    placeholder_of_name(text)
        .map(|problem| or_as_json(&problem))
        .or_else(|| problem(text))
}

/// What is wrong with the text of a cell that has somebody's given or family name.
pub(super) fn problem_of_person(text: &str) -> Option<String> {
    in_other_quotes(text)
        .map(|problem| or_as_json(&problem))
        .or_else(|| problem(text))
}

/// Says how such a text is imported where it is meant.
fn or_as_json(problem: &str) -> String {
    format!("{problem}; if it is meant as it is, import it as JSON lines")
}

fn placeholder(text: &str) -> Option<String> {
    let is_narrow = text.len() > 2 && text.bytes().all(|byte| byte == b'#');
    if FAILED.contains(&text) || is_narrow {
        return Some(format!(
            "{:?} is what a spreadsheet shows in place of a value; correct the cell, and export it \
             again",
            shortened(text)
        ));
    }
    let is_none = text == "\\N";
    is_none.then(|| "\\N is how a database exports no value; empty the cell".to_owned())
}

/// What is wrong with a text in quotes that are part of it, since they are not those of CSV.
pub(super) fn in_other_quotes(text: &str) -> Option<String> {
    let mut chars = text.chars();
    let ends = (chars.next()?, chars.next_back()?);
    OTHER_QUOTES.contains(&ends).then(|| {
        format!(
            "{:?} is in quotes (U+{:04X}) that are part of it; remove them, or put double quotes \
             around the cell in their place",
            shortened(text),
            u32::from(ends.0)
        )
    })
}

fn placeholder_of_name(text: &str) -> Option<String> {
    let shown = shortened(text);
    if is_rounded(text) {
        return Some(format!(
            "{shown:?} is a number that a spreadsheet has rounded; format its column as text, and \
             export it again"
        ));
    }
    if text.starts_with('\'') {
        return Some(format!(
            "{shown:?} begins with the apostrophe by which spreadsheets mark text; remove it"
        ));
    }
    if let Some(problem) = in_other_quotes(text) {
        return Some(problem);
    }
    if text.starts_with("=\"") && text.ends_with('"') {
        return Some(format!(
            "{shown:?} is a formula; write the text alone, without = and quotes"
        ));
    }
    let is_none = text == "NULL";
    is_none.then(|| "NULL is how a database exports no value; empty the cell".to_owned())
}

/// What is wrong with a text in which a character was lost.
pub(super) fn lost_character(text: &str) -> Option<String> {
    text.contains('\u{fffd}').then(|| {
        format!(
            "{:?} has U+FFFD in place of a character that was lost; export it again as UTF-8",
            shortened(text)
        )
    })
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

    #[test]
    fn what_is_in_place_of_a_value_is_told() {
        for text in ["#REF!", "#N/A", "####", "\\N", "Ren\u{fffd}"] {
            assert!(problem(text).is_some(), "{text}");
        }
        for text in [
            "1.07E+20", "1,07e+20", "1E+15", "'ann", "=\"007\"", "NULL", "#N/A",
        ] {
            assert!(problem_of_name(text).is_some(), "{text}");
        }
        for text in ["'Ann'", "`Ann`", "\u{201c}Ann\u{201d}", "''"] {
            assert!(problem_of_person(text).is_some(), "{text}");
            assert_eq!(problem(text), None, "{text}");
        }
        for text in ["", "'", "'t Hooft", "Ann 'Annie' Lee", "O'"] {
            assert_eq!(problem_of_person(text), None, "{text}");
        }
        for text in [
            "", "#", "#1", "O'Neil", "1E5", "12E+3", "e+1", "Null", "=1", "1.E+1",
        ] {
            assert_eq!(problem_of_name(text), None, "{text}");
        }
    }
}
