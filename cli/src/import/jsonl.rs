//! JSON lines: one user as a JSON object on each line.

use super::encoding::{end_in, lines};
use super::json::{Strict, problem_in_last_line, problem_in_line};
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
            let end = end_in(text, line);
            let is_last = text[end..].trim_ascii().is_empty();
            rows.take(&row(Spot::Line(number), line, is_last, reading), reading);
            reading.row(end);
        }
    }
    rows
}

fn row(spot: Spot, line: &str, is_last: bool, reading: &mut Reading<'_>) -> Row {
    match serde_json::from_str(line) {
        Ok(Strict(value)) => Row::from_json(spot, value, Fields::Ours, reading),
        Err(error) => {
            let cut_off = problem_in_last_line(&error).filter(|_| is_last);
            Row::unreadable(spot, cut_off.unwrap_or_else(|| problem_in_line(&error)))
        }
    }
}
