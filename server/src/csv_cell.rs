//! Cells of CSV (RFC 4180), as the exports of the page and of the command write them, and as
//! every import reads them. For the command; no part of the library's interface.
//!
//! An apostrophe before a text that a spreadsheet would run as a formula marks it as a text. The
//! page's export writes it, and every import takes one off.

use std::borrow::Cow;

/// What a formula begins with.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text of a cell, without the apostrophe that marks it.
pub fn unmarked(cell: &str) -> &str {
    let rest = cell.strip_prefix('\'');
    rest.filter(|_| is_formula(cell)).unwrap_or(cell)
}

/// The cell of a text that spreadsheets must not run: marked if it looks like a formula, also
/// behind apostrophes of its own.
pub fn marked(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        return format!("'{text}").into();
    }
    text.into()
}

/// The cell of a text that is shown as it is: marked only where an import would take an
/// apostrophe of its own off.
pub fn kept(text: &str) -> Cow<'_, str> {
    if text.starts_with('\'') {
        return marked(text);
    }
    text.into()
}

/// Appends a cell to a row, in quotes if it needs them. So do cells that begin or end with white
/// space, which an import ignores outside quotes.
pub fn put(row: &mut String, cell: &str) {
    if cell.contains([',', '"', '\r', '\n']) || cell.trim() != cell {
        row.push('"');
        row.push_str(&cell.replace('"', "\"\""));
        row.push('"');
    } else {
        row.push_str(cell);
    }
}

/// Whether a formula is behind the apostrophes with which the text begins, if any.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_back() {
        for text in [
            "=1", "'=1", "''-x", "'t Hooft", "'", "''", "", "O'Neil", "Ann",
        ] {
            assert_eq!(unmarked(&marked(text)), text);
            assert_eq!(unmarked(&kept(text)), text);
        }
        assert_eq!(unmarked("'+x@ex.co"), "+x@ex.co");
        assert_eq!(unmarked("'t Hooft"), "'t Hooft");
        assert_eq!(kept("=1"), "=1");
    }

    #[test]
    fn cells_are_quoted_where_they_need_it() {
        for (cell, written) in [
            ("ann@ex.co", "ann@ex.co"),
            ("", ""),
            ("b,c", "\"b,c\""),
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
