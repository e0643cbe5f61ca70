//! Output: tables, JSON, and text that is safe to show in a terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, Width};
pub(crate) use headcount::printable as safe;
use headcount::{License, User};
use serde::Serialize;
use serde_json::Value;

use crate::failure::Result;
use crate::wrap;

/// Blanks between two columns.
const GAP: u16 = 2;
/// Rows that a table holds before it writes them.
const LOT_ROWS: usize = 4_096;

/// A table without lines, written some thousand rows at a time: a long one needs
/// no more memory than that. Columns only ever grow, from one lot of rows to the
/// next; nothing is cut off, and what could upset a terminal is written out. On a
/// terminal that is too narrow for it, each row is a paragraph with a line for each cell.
pub(crate) struct Table<'o> {
    out: &'o mut dyn Write,
    heads: Vec<String>,
    /// The rows to be written next, and the head before the first of them.
    rows: comfy_table::Table,
    /// The widths of the columns so far.
    widths: Vec<u16>,
    /// How many columns standard output has, if that is known.
    columns: Option<usize>,
    is_narrow: bool,
}

impl<'o> Table<'o> {
    pub(crate) fn new<H: Into<String>>(
        heads: impl IntoIterator<Item = H>,
        out: &'o mut dyn Write,
    ) -> Self {
        Self::for_columns(wrap::stdout_width(), heads, out)
    }

    fn for_columns<H: Into<String>>(
        columns: Option<usize>,
        heads: impl IntoIterator<Item = H>,
        out: &'o mut dyn Write,
    ) -> Self {
        let heads = heads.into_iter().map(Into::into);
        let heads: Vec<_> = heads.map(|head| safe(&head).into_owned()).collect();
        let mut rows = comfy_table::Table::new();
        rows.set_header(&heads);
        Self {
            out,
            rows,
            widths: vec![0; heads.len()],
            heads,
            columns,
            is_narrow: false,
        }
    }

    pub(crate) fn push<'c>(
        &mut self,
        row: impl IntoIterator<Item = Cow<'c, str>>,
    ) -> io::Result<()> {
        let cells = row.into_iter().map(|cell| safe(&cell).into_owned());
        self.rows.add_row(cells);
        if self.rows.row_count() < LOT_ROWS {
            return Ok(());
        }
        self.write()
    }

    /// Writes what has not been written yet.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        let widths = self.rows.column_max_content_widths();
        for (width, needed) in self.widths.iter_mut().zip(widths) {
            *width = needed.max(*width);
        }
        let whole = self.widths.iter().fold(0_u16, |whole, width| {
            whole.saturating_add(*width).saturating_add(GAP)
        });
        let has_room = |columns| usize::from(whole.saturating_sub(GAP)) <= columns;
        self.is_narrow |= !self.columns.is_none_or(has_room);
        if self.is_narrow {
            self.write_paragraphs()?;
        } else {
            self.write_lines()?;
        }
        self.rows = comfy_table::Table::new();
        Ok(())
    }

    fn write_lines(&mut self) -> io::Result<()> {
        for (column, width) in self.rows.column_iter_mut().zip(&self.widths) {
            let with_gap = Width::Fixed(width.saturating_add(GAP));
            column
                .set_padding((0, GAP))
                .set_constraint(ColumnConstraint::LowerBoundary(with_gap));
        }
        for line in self.rows.load_style(NOTHING).lines() {
            writeln!(self.out, "{}", line.trim_end_matches(' '))?;
        }
        Ok(())
    }

    fn write_paragraphs(&mut self) -> io::Result<()> {
        let width = self.heads.iter().map(String::len).max().unwrap_or(0);
        for (number, row) in self.rows.row_iter().enumerate() {
            if number > 0 {
                writeln!(self.out)?;
            }
            for (head, cell) in self.heads.iter().zip(row.cell_iter()) {
                let line = format!("{head:<width$}  {}", cell.content());
                writeln!(self.out, "{}", line.trim_end_matches(' '))?;
            }
        }
        Ok(())
    }
}

/// What a table shows of users.
pub(crate) const USER_HEADS: [&str; 5] = ["EMAIL", "USERNAME", "NAME", "SEAT", "ADMIN"];

/// The cells of a user under [`USER_HEADS`].
pub(crate) fn user_cells(user: &User) -> [Cow<'_, str>; 5] {
    [
        user.email().as_str().into(),
        user.username().into(),
        full_name(user),
        yes_or_no(user.is_active()).into(),
        yes_or_no(user.is_admin()).into(),
    ]
}

pub(crate) fn full_name(user: &User) -> Cow<'_, str> {
    match (user.given_name(), user.family_name()) {
        (Some(given), Some(family)) => format!("{given} {family}").into(),
        (Some(name), None) | (None, Some(name)) => name.into(),
        (None, None) => "-".into(),
    }
}

pub(crate) fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// Writes a JSON document on a line of its own.
pub(crate) fn write_json(out: &mut dyn Write, document: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *out, document)?;
    writeln!(out)?;
    Ok(())
}

/// Writes `"name":[…]` item by item, so that a long list needs no memory.
pub(crate) fn write_json_list<T: Serialize>(
    out: &mut dyn Write,
    name: &str,
    items: impl Iterator<Item = headcount::Result<T>>,
) -> Result<()> {
    write!(out, "\"{name}\":[")?;
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, &item?)?;
    }
    out.write_all(b"]")?;
    Ok(())
}

/// Writes the members of an object after others of the document that holds them.
pub(crate) fn write_members(members: &Value, out: &mut dyn Write) -> Result<()> {
    for (name, value) in members.as_object().into_iter().flatten() {
        write!(out, ",{}:{value}", Value::from(name.as_str()))?;
    }
    Ok(())
}

/// A text as one word of a command, in quotes.
pub(crate) fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A license in a sentence.
pub(crate) fn license_name(license: License) -> String {
    match license {
        License::Seats(1) => "1 seat".to_owned(),
        License::Seats(seats) => format!("{seats} seats"),
        named => named.to_string(),
    }
}

/// `1 user`, `2 users`.
pub(crate) fn count(number: usize, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(rows: &[[Cow<'_, str>; 2]]) -> String {
        printed_on(None, rows)
    }

    fn printed_on(columns: Option<usize>, rows: &[[Cow<'_, str>; 2]]) -> String {
        let mut out = Vec::new();
        let mut table = Table::for_columns(columns, ["ONE", "TWO"], &mut out);
        for row in rows {
            table.push(row.clone()).unwrap();
        }
        table.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_as_wide_as_they_look_and_nothing_is_cut() {
        let long = ["word", &"x".repeat(300), "and\tmore"].join(" ");
        let rows = [
            ["中文".into(), "b".into()],
            ["a".into(), long.as_str().into()],
        ];
        let expected = format!("ONE   TWO\n中文  b\na     {}\n", safe(&long));
        assert_eq!(printed(&rows), expected);
        assert_eq!(printed(&[]), "ONE  TWO\n");
        // No column narrower than its head, no blank at the end.
        assert_eq!(printed(&[["".into(), "".into()]]), "ONE  TWO\n\n");
    }

    #[test]
    fn a_narrow_terminal_has_a_paragraph_for_each_row() {
        let rows = [["a".into(), "中".into()], ["".into(), "long".into()]];
        let table = "ONE  TWO\na    中\n     long\n";
        assert_eq!(printed_on(Some(9), &rows), table);
        let paragraphs = "ONE  a\nTWO  中\n\nONE\nTWO  long\n";
        assert_eq!(printed_on(Some(8), &rows), paragraphs);
    }

    #[test]
    fn a_long_table_keeps_its_columns_and_has_one_head() {
        let row = |text: &'static str| [text.into(), "b".into()];
        let mut rows = vec![row("a"); LOT_ROWS + 2];
        rows[0] = row("first");
        rows[LOT_ROWS + 1] = row("the last");
        let text = printed(&rows);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), rows.len() + 1);
        assert_eq!(lines[..3], ["ONE    TWO", "first  b", "a      b"]);
        assert_eq!(lines[LOT_ROWS], "a      b");
        assert_eq!(lines[LOT_ROWS + 1..], ["a         b", "the last  b"]);
    }

    #[test]
    fn a_long_table_has_its_columns_where_they_were() {
        let mut rows = vec![["a".into(), "b".into()]; LOT_ROWS + 1];
        rows[0] = ["first".into(), "b".into()];
        let text = printed(&rows);
        assert!(text.ends_with("\na      b\na      b\n"));
    }
}
