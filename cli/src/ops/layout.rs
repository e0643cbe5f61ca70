//! Operations that are laid out otherwise than one on each line.

use serde_json::value::RawValue;

use crate::import::encoding::{lines, position};

/// The operations of a file that doesn't have one on each line, and the lines on which they begin:
/// members of one list, or JSON over several lines. `None` where each has a line of its own.
///
/// # Errors
///
/// A list that is not valid JSON as a whole.
pub(super) fn spread_out(text: &str) -> Result<Option<Vec<(usize, &str)>>, serde_json::Error> {
    if text.trim_ascii_start().starts_with('[') {
        return serde_json::from_str(text).map(|parts| with_lines(text, parts));
    }
    let is_whole = |line: &str| serde_json::from_str::<&RawValue>(line).is_ok();
    if lines(text).all(|line| line.trim_ascii().is_empty() || is_whole(line)) {
        return Ok(None);
    }
    let stream = serde_json::Deserializer::from_str(text).into_iter();
    let parts = stream.collect::<Result<Vec<_>, _>>().ok();
    Ok(parts.and_then(|parts| with_lines(text, parts)))
}

/// Parts of `text`, each with the line on which it begins.
fn with_lines<'t>(text: &'t str, parts: Vec<&'t RawValue>) -> Option<Vec<(usize, &'t str)>> {
    let mut line = 1;
    let mut read = 0;
    let mut found = Vec::with_capacity(parts.len());
    for part in parts.into_iter().map(RawValue::get) {
        let start = part.as_ptr().addr() - text.as_ptr().addr();
        line += position(text.get(read..start)?).0 - 1;
        read = start;
        found.push((line, part));
    }
    Some(found)
}
