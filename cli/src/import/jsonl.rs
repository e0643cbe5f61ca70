//! JSON lines: one user as a JSON object on each line.

use super::Row;
use super::encoding::lines;
use super::json::{Strict, without_place};
use super::reading::Reading;
use super::row::{Fields, Spot};

/// Reads the rows. A line that is not valid JSON is a row that can't be taken.
pub(super) fn rows(text: &str, reading: &mut Reading<'_>) -> Vec<Row> {
    (1..)
        .zip(lines(text))
        .map(|(number, line)| (Spot::Line(number), line.trim_ascii()))
        .filter(|(_, line)| !line.is_empty())
        .map(|(spot, line)| match serde_json::from_str(line) {
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
        })
        .collect()
}
