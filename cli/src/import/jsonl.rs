//! JSON lines: one user as a JSON object on each line.

use serde_json::Value;

use super::Row;
use super::document::without_place;
use super::row::{Fields, Place};

/// Reads the rows. A line that is not valid JSON is a row that can't be taken.
pub(super) fn rows(text: &str) -> Vec<Row> {
    (1..)
        .zip(text.lines())
        .map(|(number, line)| (Place::Line(number), line.trim_ascii()))
        .filter(|(_, line)| !line.is_empty())
        .map(|(place, line)| match serde_json::from_str::<Value>(line) {
            Ok(value) => Row::from_json(place, value, Fields::Ours),
            Err(error) => Row::unreadable(
                place,
                format!(
                    "it is not valid JSON: {} at column {}",
                    without_place(&error),
                    error.column()
                ),
            ),
        })
        .collect()
}
