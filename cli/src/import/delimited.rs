//! Records of delimited text (RFC 4180), read strictly: anything ambiguous is an error that
//! names line and column.

use super::encoding::second_mark;

/// A cell, and where it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    /// The line on which the cell begins, and the column.
    pub(super) place: (usize, usize),
    /// Whether a line break is in it.
    pub(super) spans_lines: bool,
}

/// A record, and the line on which it begins.
#[derive(Debug)]
pub(super) struct CsvRecord {
    pub(super) line: usize,
    pub(super) cells: Vec<Cell>,
}

impl CsvRecord {
    /// Whether nothing is in any cell.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.is_empty())
    }
}

/// Reads one record after the other.
pub(super) struct Reader<'a> {
    rest: &'a str,
    delimiter: char,
    line: usize,
    column: usize,
}

impl<'a> Reader<'a> {
    /// A reader of `text`, which begins on `line` of its file.
    pub(super) fn new(text: &'a str, delimiter: char, line: usize) -> Self {
        Self {
            rest: text,
            delimiter,
            line,
            column: 1,
        }
    }

    /// How many bytes of the text are left.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next record that is not a blank line.
    ///
    /// # Errors
    ///
    /// The ambiguity, with its position and a fix.
    pub(super) fn next(&mut self) -> Result<Option<CsvRecord>, String> {
        while self.take_line_end() {}
        if self.rest.is_empty() {
            return Ok(None);
        }
        if self.rest.starts_with('\u{feff}') {
            return Err(second_mark(self.line));
        }
        let mut record = CsvRecord {
            line: self.line,
            cells: Vec::new(),
        };
        loop {
            record.cells.push(self.cell()?);
            if self.rest.is_empty() || self.take_line_end() {
                return Ok(Some(record));
            }
            self.advance(self.delimiter.len_utf8(), 1);
        }
    }

    /// The next record with anything in it.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub(super) fn next_filled(&mut self) -> Result<Option<CsvRecord>, String> {
        loop {
            match self.next()? {
                Some(record) if record.is_empty() => {}
                record => return Ok(record),
            }
        }
    }

    /// Reads a cell up to its delimiter, the end of its line, or of the file.
    fn cell(&mut self) -> Result<Cell, String> {
        self.skip_blanks();
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        let end = self
            .rest
            .find([self.delimiter, '\n', '\r'])
            .unwrap_or(self.rest.len());
        let text = &self.rest[..end];
        if let Some(at) = text.find('"') {
            let column = self.column + text[..at].chars().count();
            return Err(format!(
                "line {}, column {column}: there is a quote within a cell that does not begin with \
                 one; put the cell in quotes and write the quote twice, or remove it",
                self.line
            ));
        }
        let cell = Cell {
            text: text.trim().to_owned(),
            place: (self.line, self.column),
            spans_lines: false,
        };
        self.advance(end, text.chars().count());
        Ok(cell)
    }

    fn quoted(&mut self) -> Result<Cell, String> {
        let place @ (line, column) = (self.line, self.column);
        let mut text = String::new();
        self.advance(1, 1);
        loop {
            let end = self.rest.find(['"', '\n', '\r']).ok_or_else(|| {
                format!(
                    "line {line}, column {column}: the quote that opens there is never closed; \
                     close it, or remove it"
                )
            })?;
            let part = &self.rest[..end];
            text.push_str(part);
            self.advance(end, part.chars().count());
            let before = self.rest;
            if self.take_line_end() {
                text.push_str(&before[..before.len() - self.rest.len()]);
                continue;
            }
            self.advance(1, 1);
            if !self.rest.starts_with('"') {
                break;
            }
            text.push('"');
            self.advance(1, 1);
        }
        self.skip_blanks();
        let is_over = self.rest.is_empty() || self.rest.starts_with([self.delimiter, '\n', '\r']);
        if !is_over {
            return Err(format!(
                "line {}, column {}: there is text after the quote that closes the cell of line \
                 {line}, column {column}; is one of the two quotes missing its other half? A quote \
                 within a cell is written twice",
                self.line, self.column
            ));
        }
        Ok(Cell {
            spans_lines: text.contains(['\n', '\r']),
            text,
            place,
        })
    }

    fn skip_blanks(&mut self) {
        let is_text = |c: char| !c.is_whitespace() || c == self.delimiter || "\n\r".contains(c);
        let end = self.rest.find(is_text).unwrap_or(self.rest.len());
        self.advance(end, self.rest[..end].chars().count());
    }

    fn take_line_end(&mut self) -> bool {
        let bytes = match self.rest.as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.rest = &self.rest[bytes..];
        self.line += 1;
        self.column = 1;
        true
    }

    fn advance(&mut self, bytes: usize, columns: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
        self.column += columns;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, delimiter: char) -> Result<Vec<Vec<String>>, String> {
        let mut reader = Reader::new(text, delimiter, 1);
        let mut records = Vec::new();
        while let Some(record) = reader.next()? {
            records.push(record.cells.into_iter().map(|cell| cell.text).collect());
        }
        Ok(records)
    }

    #[test]
    fn cells_are_what_stands_between_delimiters_and_quotes() {
        for (text, delimiter, expected) in [
            (
                "a,b\r\nc, \"d\" ,",
                ',',
                vec![vec!["a", "b"], vec!["c", "d", ""]],
            ),
            ("a;b\rc;d\r", ';', vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a\t\t b \n\n", '\t', vec![vec!["a", "", "b"]]),
            ("\"a\"\"b\r\nc\"|é", '|', vec![vec!["a\"b\r\nc", "é"]]),
            (",\n", ',', vec![vec!["", ""]]),
            (
                "\u{a0}a\u{a0},\u{a0}\"b\"\u{2003}",
                ',',
                vec![vec!["a", "b"]],
            ),
        ] {
            assert_eq!(all(text, delimiter).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_in_doubt_has_its_place() {
        for (text, told) in [
            (
                "a,\"b\nc,d\n",
                "line 1, column 3: the quote that opens there",
            ),
            ("a,é\"b\n", "line 1, column 4: there is a quote within"),
            ("a,\"b\nc,\"d\"\n", "line 2, column 4: there is text after"),
        ] {
            let error = all(text, ',').unwrap_err();
            assert!(error.starts_with(told), "{error}");
        }
    }
}
