//! The rows of a file that are refused, and why.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

use serde_json::{Map, Value, json};

use super::position::Spot;
use super::reasons::can_fill_template;
use super::{Row, Rows};
use crate::failure::{CommandRefusal, Failure, LongList, Result};
use crate::output::{count, safe};

/// Maximum rows that a text report lists.
pub(crate) const ROWS_SHOWN_MAX: usize = 20;

/// The kind of refusal of a row that needs an address.
const EMAIL_REQUIRED: &str = "email_required";

/// Why rows are refused, by their number in the file.
#[derive(Debug, Default)]
pub(crate) struct Refusals(BTreeMap<usize, Reasons>);

#[derive(Debug)]
struct Reasons {
    kind: &'static str,
    texts: Vec<String>,
}

impl Refusals {
    /// The refusals of the rows that could not be read.
    pub(crate) fn of_unreadable(rows: &Rows) -> Self {
        let mut refusals = Self::default();
        for (number, row) in rows.unreadable() {
            for problem in row.problems {
                refusals.add(number, "malformed", problem);
            }
        }
        refusals
    }

    pub(crate) fn add(&mut self, row: usize, kind: &'static str, reason: String) {
        let reasons = self.0.entry(row).or_insert(Reasons {
            kind,
            texts: Vec::new(),
        });
        reasons.texts.push(reason);
    }

    pub(crate) fn has(&self, row: usize) -> bool {
        self.0.contains_key(&row)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One line for each of the first rows, and one for how many more there are.
    pub(crate) fn lines(&self, rows: &Rows) -> Vec<String> {
        let lines = self
            .0
            .iter()
            .map(|(row, reasons)| row_line(&rows.get(*row), &reasons.texts.join("; ")));
        first_lines(lines, self.len())
    }

    pub(crate) fn write(&self, rows: &Rows, out: &mut dyn Write) -> Result<()> {
        for line in self.lines(rows) {
            writeln!(out, "{}", safe(&line))?;
        }
        Ok(())
    }

    /// The refusal of a file for the sake of these rows.
    pub(crate) fn failure(&self, file: &str, rows: &Rows, deactivates_absent: bool) -> Failure {
        let message = format!(
            "{} of {} in {file} can't be imported; nothing was changed",
            self.len(),
            count(rows.len(), "row"),
        );
        let mut notes = self.lines(rows);
        if deactivates_absent {
            notes.push(
                "with --missing deactivate, every row must be valid: otherwise the user of an invalid row could be taken for missing"
                    .to_owned(),
            );
        } else if self.len() < rows.len() {
            notes.push("use --skip-invalid to import the rest".to_owned());
        }
        let lacks_template = |(row, reasons): (&usize, &Reasons)| {
            reasons.kind == EMAIL_REQUIRED && can_fill_template(&rows.get(*row))
        };
        if self.0.iter().any(lacks_template) {
            notes.push(
                "use --email-template '{username}@example.com' to give those without an email one"
                    .to_owned(),
            );
        }
        Failure::Refused(CommandRefusal {
            kind: "invalid_rows",
            message,
            notes,
            details: Map::from_iter([("invalid".to_owned(), self.len().into())]),
        })
    }
}

/// What is wrong with rows.
pub(crate) trait RowFaults: fmt::Debug + Send {
    /// The rows as JSON. Each is made as it is asked for: they may be as many as the file has.
    fn json<'f>(&'f self, rows: &'f Rows) -> Box<dyn Iterator<Item = Value> + 'f>;
}

impl RowFaults for Refusals {
    fn json<'f>(&'f self, rows: &'f Rows) -> Box<dyn Iterator<Item = Value> + 'f> {
        Box::new(self.0.iter().map(move |(row, reasons)| {
            row_json(&rows.get(*row), reasons.kind, &reasons.texts.join("; "))
        }))
    }
}

/// The rows with something wrong, which the JSON of the refusal lists.
#[derive(Debug)]
pub(crate) struct FaultyRows<F> {
    pub(crate) faults: F,
    pub(crate) rows: Rows,
}

impl<F: RowFaults> LongList for FaultyRows<F> {
    fn name(&self) -> &'static str {
        "rows"
    }

    fn items(&self) -> Box<dyn Iterator<Item = Value> + '_> {
        self.faults.json(&self.rows)
    }
}

/// The first of `total` lines, and one for how many more there are.
pub(super) fn first_lines(lines: impl Iterator<Item = String>, total: usize) -> Vec<String> {
    let mut shown: Vec<_> = lines.take(ROWS_SHOWN_MAX).collect();
    if let Some(more @ 1..) = total.checked_sub(ROWS_SHOWN_MAX) {
        shown.push(format!("  and {more} more; --json lists them all"));
    }
    shown
}

/// A refused row, for people.
pub(super) fn row_line(row: &Row, reason: &str) -> String {
    format!("  {}, {}: {reason}", row.place, row.identity())
}

/// A refused row, for programs.
pub(super) fn row_json(row: &Row, kind: &str, reason: &str) -> Value {
    let (line, index) = match row.place.spot {
        Spot::Line(line) => (Some(line), None),
        Spot::Index { index, .. } => (None, Some(index)),
    };
    json!({
        "place": row.place.to_string(),
        "file": row.place.file,
        "line": line,
        "index": index,
        "realm": row.realm.as_deref(),
        "id": row.id,
        "email": row.email,
        "username": row.username,
        "kind": kind,
        "reason": reason,
    })
}
