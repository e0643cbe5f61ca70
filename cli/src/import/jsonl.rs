//! JSON lines: one user as a JSON object on each line.

use super::encoding::{end_in, lines};
use super::json::{Strict, problem_in_line};
use super::position::Spot;
use super::reading::Reading;
use super::row::Fields;
use super::{Row, Rows};

/// Reads the rows. A line that is not valid JSON is a row that can't be taken.
pub(super) fn rows(text: &str, reading: &mut Reading<'_>) -> Rows {
    let mut rows = Rows::default();
    for (number, line) in (1..).zip(lines(text)) {
        let line = line.trim_ascii();
        if !line.is_empty() {
            rows.take(&row(Spot::Line(number), line, reading), reading);
            reading.row(end_in(text, line));
        }
    }
    rows
}

fn row(spot: Spot, line: &str, reading: &mut Reading<'_>) -> Row {
    match serde_json::from_str(line) {
        Ok(Strict(value)) => Row::from_json(spot, value, Fields::Ours, reading),
        Err(error) => Row::unreadable(spot, problem_in_line(&error)),
    }
}
