//! Operations as lines of JSON: the vocabulary of `headcount batch`.
//!
//! `args/batch.rs` documents it for the users of the command.

#[cfg(test)]
mod tests;

use headcount::Op;
use serde::Deserialize;

/// An operation of a file.
pub(crate) struct Operation {
    /// Where it is, counted from 1.
    pub(crate) line: usize,
    /// What the file calls it.
    pub(crate) name: String,
    pub(crate) op: Op,
    pub(crate) if_version: Option<u64>,
}

/// A line that is not an operation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) line: usize,
    pub(crate) reason: String,
}

/// Reads the operations of a file, or says of each line that is none why not.
pub(crate) fn parse(text: &str) -> Result<Vec<Operation>, Vec<Unreadable>> {
    let mut operations = Vec::new();
    let mut unreadable = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim_ascii().is_empty() {
            continue;
        }
        match parse_line(line, text) {
            Ok(operation) => operations.push(operation),
            Err(error) => unreadable.push(Unreadable {
                line,
                reason: reason(&error),
            }),
        }
    }
    if unreadable.is_empty() {
        Ok(operations)
    } else {
        Err(unreadable)
    }
}

fn parse_line(line: usize, text: &str) -> serde_json::Result<Operation> {
    /// The one field that every operation has.
    #[derive(Deserialize)]
    struct Named {
        op: String,
    }
    let operation: headcount_server::Operation = serde_json::from_str(text)?;
    let Named { op: name } = serde_json::from_str(text)?;
    Ok(Operation {
        line,
        name,
        op: operation.op,
        if_version: operation.if_version,
    })
}

/// What is wrong, in the words of the vocabulary. The line is told elsewhere.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    if error.is_data() {
        text.replacen("unknown variant", "unknown op", 1)
    } else {
        format!("not valid JSON: {text} at column {}", error.column())
    }
}
