//! The apostrophe in CSV before a text that a spreadsheet would run as a formula. The exports of
//! the server's pages write it, and every import takes one off.

use std::borrow::Cow;

/// What a formula begins with.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text of a cell, without the apostrophe that marks it.
pub(crate) fn unmarked(cell: &str) -> &str {
    let rest = cell.strip_prefix('\'');
    rest.filter(|_| is_formula_behind(cell)).unwrap_or(cell)
}

/// The cell of a text: one that has apostrophes there itself gets another, which an import
/// takes off.
pub(crate) fn kept(text: &str) -> Cow<'_, str> {
    if text.starts_with('\'') && is_formula_behind(text) {
        return format!("'{text}").into();
    }
    text.into()
}

/// Whether a formula is behind the apostrophes with which the text begins, if any.
fn is_formula_behind(text: &str) -> bool {
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
            assert_eq!(unmarked(&kept(text)), text);
        }
        assert_eq!(unmarked("'+x@ex.co"), "+x@ex.co");
        assert_eq!(unmarked("'t Hooft"), "'t Hooft");
        assert_eq!(kept("=1"), "=1");
    }
}
