//! JSON lines: one user as a JSON object on each line.

use super::encoding::{end_in, lines};
use super::json::{Strict, without_place};
use super::reading::Reading;
use super::row::{Fields, Spot};
use super::{Row, Rows};

/// Reads the rows. A line that is not valid JSON is a row that can't be taken.
pub(super) fn rows(text: &str, reading: &mut Reading<'_>) -> Rows {
    let mut rows = Rows::default();
    for (number, line) in (1..).zip(lines(text)) {
        let line = line.trim_ascii();
        if !line.is_empty() {
            rows.push(&row(Spot::Line(number), line, reading));
            reading.row(end_in(text, line));
        }
    }
    rows
}

fn row(spot: Spot, line: &str, reading: &mut Reading<'_>) -> Row {
    match serde_json::from_str(line) {
        Ok(Strict(value)) => Row::from_json(spot, value, Fields::Ours, reading),
        Err(error) => {
            let (reason, column) = (without_place(&error), error.column());
            let problem = if error.is_data() {
                format!("column {column}: {reason}")
            } else {
                format!("it is not valid JSON: {reason} at column {column}")
            };
            Row::unreadable(spot, problem)
        }
    }
}
