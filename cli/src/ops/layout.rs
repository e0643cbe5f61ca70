//! Operations that are laid out otherwise than one on each line.

use serde_json::value::RawValue;

use crate::import::encoding::{lines, position};

/// The operations of a file that doesn't have one on each line, and the lines on
/// which they begin: members of one list, or JSON over several lines.
pub(super) fn spread_out(text: &str) -> Option<Vec<(usize, &str)>> {
    let is_list = text.trim_ascii_start().starts_with('[');
    let is_whole = |line: &str| serde_json::from_str::<&RawValue>(line).is_ok();
    if !is_list && lines(text).all(|line| line.trim_ascii().is_empty() || is_whole(line)) {
        return None;
    }
    let parts: Vec<&RawValue> = if is_list {
        serde_json::from_str(text).ok()?
    } else {
        let stream = serde_json::Deserializer::from_str(text).into_iter();
        stream.collect::<Result<_, _>>().ok()?
    };
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

/// What is wrong with a list that is not valid JSON as a whole.
pub(super) fn broken_list(text: &str) -> Option<serde_json::Error> {
    let is_list = text.trim_ascii_start().starts_with('[');
    let read = is_list.then(|| serde_json::from_str::<Vec<&RawValue>>(text));
    read?.err()
}
