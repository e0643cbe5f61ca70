//! Writes CSV that `headcount import` and spreadsheets read unchanged.

use std::io::{self, Write};

use headcount::quoted;
use headcount_server::csv_cell::{self, Holds};

use crate::failure::{Failure, Result};
use crate::wrap;

/// Writes rows that an import reads back unchanged, and counts their formulas.
pub(crate) struct CsvRows<'o> {
    out: &'o mut dyn Write,
    columns: Vec<(String, Holds)>,
    row: String,
    formulas: u64,
}

impl<'o> CsvRows<'o> {
    /// Writes the header.
    pub(crate) fn start(out: &'o mut dyn Write, columns: &[String]) -> Result<Self> {
        let held = columns.iter().map(|title| Holds::of_column(title));
        let mut rows = Self {
            out,
            columns: columns.iter().cloned().zip(held).collect(),
            row: String::new(),
            formulas: 0,
        };
        rows.write_as(columns.iter().map(Some), |_| Holds::Identity)?;
        Ok(rows)
    }

    /// Writes a row. A missing value makes an empty cell; an empty text need not.
    ///
    /// # Errors
    ///
    /// A cell with a character that no import reads.
    pub(crate) fn write<S: AsRef<str>>(
        &mut self,
        cells: impl IntoIterator<Item = Option<S>>,
    ) -> Result<()> {
        self.write_as(cells, |holds| holds)
    }

    /// Writes a row whose cells are those that `held` makes from the columns.
    fn write_as<S: AsRef<str>>(
        &mut self,
        cells: impl IntoIterator<Item = Option<S>>,
        held: impl Fn(Holds) -> Holds,
    ) -> Result<()> {
        self.row.clear();
        let mut first_end = 0;
        for (index, (cell, (title, holds))) in cells.into_iter().zip(&self.columns).enumerate() {
            if index > 0 {
                self.row.push(',');
            }
            if let Some(text) = cell {
                if text.as_ref().contains('\0') {
                    return Err(unwritable(title, &self.row[..first_end]));
                }
                let cell = &*csv_cell::kept(text.as_ref(), held(*holds));
                csv_cell::put(&mut self.row, cell);
                self.formulas += u64::from(is_formula(cell));
            }
            if index == 0 {
                first_end = self.row.len();
            }
        }
        if self.row.is_empty() {
            // A row of one empty cell would be an empty line.
            self.row.push_str("\"\"");
        }
        self.row.push('\n');
        Ok(self.out.write_all(self.row.as_bytes())?)
    }

    /// How many cells a spreadsheet would run as formulas.
    pub(crate) fn finish(self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.formulas)
    }
}

/// The refusal of a cell in the column `title`, in a row whose first cell is `first`.
fn unwritable(title: &str, first: &str) -> Failure {
    let row = match first {
        "" => String::new(),
        first => format!(" in the row of {first}"),
    };
    Failure::refused(
        "invalid_argument",
        format!(
            "{}{row} has the character U+0000, which CSV can't have; use --format jsonl",
            quoted(title)
        ),
    )
}

/// Warns on standard error that there are formulas, which may come from users.
pub(crate) fn warn_of_formulas(count: u64) {
    if count == 0 {
        return;
    }
    let cells = match count {
        1 => "1 cell looks like a formula".to_owned(),
        many => format!("{many} cells look like formulas"),
    };
    wrap::say(&format!(
        "{cells}: in a spreadsheet, import the columns as text"
    ));
}

/// Whether a spreadsheet would run the cell. Telephone numbers and `@names` only look like it.
fn is_formula(cell: &str) -> bool {
    match cell.trim_start().as_bytes() {
        [b'=', _, ..] => true,
        [b'+' | b'-' | b'@', rest @ ..] => rest.iter().any(|byte| b"(|!".contains(byte)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows under one column, and the number of formulas.
    fn written(column: &str, cells: &[Option<&str>]) -> (String, u64) {
        let mut out = Vec::new();
        let mut rows = CsvRows::start(&mut out, &[column.to_owned()]).unwrap();
        for cell in cells {
            rows.write([*cell]).unwrap();
        }
        let formulas = rows.finish().unwrap();
        (String::from_utf8(out).unwrap(), formulas)
    }

    #[test]
    fn cells_are_quoted_where_they_need_it() {
        let columns = ["a", "b", "c", "d", "e", "f", "g"].map(str::to_owned);
        let mut out = Vec::new();
        let mut rows = CsvRows::start(&mut out, &columns).unwrap();
        let cells = ["a", "", "b,c", "say \"x\"", " lead", "trail\u{a0}", "1\n2"];
        rows.write(cells.map(Some)).unwrap();
        rows.finish().unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a,b,c,d,e,f,g\na,,\"b,c\",\"say \"\"x\"\"\",\" lead\",\"trail\u{a0}\",\"1\n2\"\n"
        );
        assert_eq!(written("a", &[Some("")]).0, "a\n\"\"\n");
    }

    #[test]
    fn what_an_import_would_change_is_marked() {
        for (column, cell, expected) in [
            ("attributes.a", Some(""), "'"),
            ("attributes.a", None, "\"\""),
            ("attributes.a", Some("#N/A"), "'#N/A"),
            ("given_name", Some("'Ala'"), "''Ala'"),
            ("given_name", Some("'t Hooft"), "'t Hooft"),
            ("username", Some("NULL"), "'NULL"),
            ("external_ids.okta", Some("1 "), "\"'1 \""),
        ] {
            let expected = format!("{column}\n{expected}\n");
            assert_eq!(written(column, &[cell]).0, expected);
        }
        assert_eq!(written("attributes.a ", &[]).0, "\"'attributes.a \"\n");
    }

    #[test]
    fn formulas_are_counted() {
        let formulas = [
            "=1+1",
            " =A1",
            "@SUM(A1)",
            "+cmd|' /C calc'!A0",
            "-2+cmd|' /C'!A0",
        ];
        let texts = ["", "=", "a=b", "@ann", "+49 151 1234", "-5", "--", "(x)"];
        let count = |cells: &[&str]| {
            let cells: Vec<_> = cells.iter().copied().map(Some).collect();
            written("given_name", &cells).1
        };
        assert_eq!((count(&formulas), count(&texts)), (5, 0));
    }
}
