//! What is printed: tables, JSON, and text that is safe to show in a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use headcount::{License, User};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::failure::Result;

/// Blanks between two columns.
const GAP: usize = 2;

/// A table whose rows are shown twice: once to measure them, once to be written.
/// So a long one needs no memory, and nothing is cut off.
pub(crate) struct Table<const N: usize> {
    heads: [&'static str; N],
    widths: [usize; N],
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(heads: [&'static str; N]) -> Self {
        Self {
            heads,
            widths: heads.map(UnicodeWidthStr::width),
        }
    }

    /// Makes the columns wide enough for a row.
    pub(crate) fn measure(&mut self, row: &[Cow<'_, str>; N]) {
        for (width, cell) in self.widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }

    pub(crate) fn write_head(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_row(out, &self.heads.map(Cow::Borrowed))
    }

    pub(crate) fn write_row(&self, out: &mut dyn Write, row: &[Cow<'_, str>; N]) -> io::Result<()> {
        let mut line = String::new();
        let mut blanks = 0;
        for (width, cell) in self.widths.iter().zip(row) {
            // Blanks are written before the next cell, so none end the line.
            line.extend(std::iter::repeat_n(' ', blanks));
            line.push_str(cell);
            blanks = width.saturating_sub(cell.width()) + GAP;
        }
        writeln!(out, "{line}")
    }
}

/// What a table shows of users.
pub(crate) const USER_HEADS: [&str; 5] = ["EMAIL", "USERNAME", "NAME", "SEAT", "ADMIN"];

/// The cells of a user under [`USER_HEADS`].
pub(crate) fn user_cells(user: &User) -> [Cow<'_, str>; 5] {
    [
        safe(user.email().as_str()),
        safe(user.username()),
        full_name(user),
        yes_or_no(user.is_active()).into(),
        yes_or_no(user.is_admin()).into(),
    ]
}

fn full_name(user: &User) -> Cow<'_, str> {
    match (user.given_name(), user.family_name()) {
        (Some(given), Some(family)) => safe(&format!("{given} {family}")).into_owned().into(),
        (Some(name), None) | (None, Some(name)) => safe(name),
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

/// `text` with everything written out that could move the cursor, change the
/// terminal's state, or show text in another order than it is stored.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return text.into();
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            // Writing to a string can't fail.
            let _ = write!(safe, "{}", c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe.into()
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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

    #[test]
    fn what_could_upset_a_terminal_is_written_out() {
        assert!(matches!(safe("Ann Åberg 中"), Cow::Borrowed(_)));
        assert_eq!(safe("a\x1b[31mb\n"), "a\\u{1b}[31mb\\n");
        assert_eq!(safe("a\u{9b}b\u{202e}c"), "a\\u{9b}b\\u{202e}c");
    }

    #[test]
    fn columns_are_as_wide_as_they_look_and_nothing_is_cut() {
        let rows = [
            ["中文".into(), "b".into()],
            ["a".into(), "x".repeat(300).into()],
        ];
        let mut table = Table::new(["ONE", "TWO"]);
        for row in &rows {
            table.measure(row);
        }
        let mut out = Vec::new();
        table.write_head(&mut out).unwrap();
        for row in &rows {
            table.write_row(&mut out, row).unwrap();
        }
        let text = String::from_utf8(out).unwrap();
        let expected = format!("ONE   TWO\n中文  b\na     {}\n", "x".repeat(300));
        assert_eq!(text, expected);
    }
}
