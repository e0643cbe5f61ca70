//! Rows of CSV, which `headcount import` and spreadsheets read as they were.

use std::io::{self, Write};

use headcount_server::csv_cell;

use crate::wrap;

/// Writes rows that an import reads back as they were, and counts their formulas.
pub(crate) struct CsvRows<'o> {
    out: &'o mut dyn Write,
    row: String,
    formulas: u64,
}

impl<'o> CsvRows<'o> {
    pub(crate) fn new(out: &'o mut dyn Write) -> Self {
        Self {
            out,
            row: String::new(),
            formulas: 0,
        }
    }

    pub(crate) fn write<S: AsRef<str>>(
        &mut self,
        cells: impl IntoIterator<Item = S>,
    ) -> io::Result<()> {
        self.row.clear();
        for (index, cell) in cells.into_iter().enumerate() {
            let cell = &*csv_cell::kept(cell.as_ref());
            if index > 0 {
                self.row.push(',');
            }
            csv_cell::put(&mut self.row, cell);
            self.formulas += u64::from(is_formula(cell));
        }
        if self.row.is_empty() {
            // One empty cell would be an empty line.
            self.row.push_str("\"\"");
        }
        self.row.push('\n');
        self.out.write_all(self.row.as_bytes())
    }

    /// How many cells a spreadsheet would run as formulas.
    pub(crate) fn finish(self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.formulas)
    }
}

/// Says on standard error that there are formulas, which users may have chosen.
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

/// Whether a spreadsheet runs the cell. Telephone numbers and `@names` only look like it.
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

    #[test]
    fn cells_are_quoted_where_they_need_it() {
        let mut out = Vec::new();
        let mut rows = CsvRows::new(&mut out);
        rows.write(["a", "", "b,c", "say \"x\"", " lead", "trail\u{a0}", "1\n2"])
            .unwrap();
        rows.write([""]).unwrap();
        rows.finish().unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a,,\"b,c\",\"say \"\"x\"\"\",\" lead\",\"trail\u{a0}\",\"1\n2\"\n\"\"\n"
        );
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
            let mut out = Vec::new();
            let mut rows = CsvRows::new(&mut out);
            rows.write(cells).unwrap();
            rows.finish().unwrap()
        };
        assert_eq!((count(&formulas), count(&texts)), (5, 0));
    }
}
