//! Operations as lines of JSON: the vocabulary of `headcount batch`.
//!
//! `args/batch.rs` documents it for the users of the command.

mod layout;
mod refused;
#[cfg(test)]
mod tests;

use headcount::Step;
use serde::Deserialize;

use crate::import::encoding::lines;
use crate::import::json::{Strict, problem_in_last_line, problem_in_line};
use crate::import::json_words::without_place;

/// An operation of a file.
pub(crate) struct Operation {
    /// Where it is, counted from 1.
    pub(crate) line: usize,
    /// What the file calls it.
    pub(crate) name: String,
    pub(crate) step: Step,
}

/// A line that is not an operation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) line: usize,
    pub(crate) reason: String,
}

/// Reads the operations of a file, or says why lines are not operations. They may also be members
/// of a list, or span several lines each.
pub(crate) fn parse(text: &str) -> Result<Vec<Operation>, Vec<Unreadable>> {
    let lines = (1..).zip(lines(text));
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    match layout::spread_out(text) {
        Ok(Some(parts)) => parse_all(parts.into_iter()),
        Ok(None) => parse_all(lines),
        Err(error) => Err(vec![Unreadable {
            line: error.line(),
            reason: malformed(&error, true),
        }]),
    }
}

fn parse_all<'a>(
    texts: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Vec<Operation>, Vec<Unreadable>> {
    let mut operations = Vec::new();
    let mut unreadable = Vec::new();
    let mut texts = texts.peekable();
    while let Some((line, text)) = texts.next() {
        match parse_line(line, text, texts.peek().is_none()) {
            Ok(operation) => operations.push(operation),
            Err(reason) => unreadable.push(Unreadable { line, reason }),
        }
    }
    if unreadable.is_empty() {
        Ok(operations)
    } else {
        Err(unreadable)
    }
}

fn parse_line(line: usize, text: &str, is_last: bool) -> Result<Operation, String> {
    /// The one field that every operation has.
    #[derive(Deserialize)]
    struct Named {
        op: String,
    }
    serde_json::from_str::<Strict>(text).map_err(|error| malformed(&error, is_last))?;
    let refused = |error| refused::reason(text, &error);
    let step = serde_json::from_str(text).map_err(refused)?;
    let Named { op: name } = serde_json::from_str(text).map_err(refused)?;
    Ok(Operation { line, name, step })
}

/// What is wrong with a line that is not JSON, or has a key twice. The line is told elsewhere.
fn malformed(error: &serde_json::Error, is_last: bool) -> String {
    if error.is_data() {
        return problem_in_line(error);
    }
    if let Some(cut_off) = problem_in_last_line(error).filter(|_| is_last) {
        return cut_off;
    }
    format!(
        "not valid JSON: {} at column {}; write one operation a line",
        without_place(error),
        error.column()
    )
}
