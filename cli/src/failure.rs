//! Why a command ended with exit code 1, and how that is told.

use std::io::{self, Write};

use headcount::{Error, ErrorKind};
use serde_json::{Map, Value, json};

use crate::output::safe;

/// The result of everything a command does.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a command ended.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was refused, or the directory could not be read or written.
    Refused(Refusal),
    /// Standard output could not be written.
    Output(io::Error),
}

/// What was refused and why.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// For programs.
    pub(crate) kind: &'static str,
    /// For people: one line.
    pub(crate) message: String,
    /// More lines for people: particulars, and what would help.
    pub(crate) notes: Vec<String>,
    /// More members of the JSON error.
    pub(crate) details: Map<String, Value>,
}

impl Failure {
    pub(crate) fn refused(kind: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(Refusal {
            kind,
            message: message.into(),
            notes: Vec::new(),
            details: Map::new(),
        })
    }

    /// Writes it as the last thing the command says.
    pub(crate) fn write(&self, err: &mut impl Write, json: bool) -> io::Result<()> {
        let output_failed;
        let refusal = match self {
            Self::Refused(refusal) => refusal,
            Self::Output(error) => {
                output_failed = Refusal {
                    kind: "io",
                    message: format!("can't write the output: {error}"),
                    notes: Vec::new(),
                    details: Map::new(),
                };
                &output_failed
            }
        };
        if json {
            let mut error = refusal.details.clone();
            error.insert("kind".to_owned(), refusal.kind.into());
            error.insert("message".to_owned(), refusal.message.as_str().into());
            return writeln!(err, "{}", json!({ "error": error }));
        }
        writeln!(err, "headcount: {}", safe(&refusal.message))?;
        for note in &refusal.notes {
            writeln!(err, "{}", safe(note))?;
        }
        Ok(())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let details = match error.kind() {
            ErrorKind::NoFreeSeat {
                limit,
                active,
                requested,
            } => json!({ "limit": limit, "active": active, "requested": requested }),
            ErrorKind::Conflict { expected, found } => {
                json!({ "expected": expected, "found": found })
            }
            ErrorKind::HistoryTrimmed { resume_after } => {
                json!({ "resume_after": resume_after })
            }
            ErrorKind::ChangeNotYet { latest } => json!({ "latest": latest }),
            _ => Value::Null,
        };
        Self::Refused(Refusal {
            kind: error.kind().name(),
            message: error.to_string(),
            notes: Vec::new(),
            details: match details {
                Value::Object(details) => details,
                _ => Map::new(),
            },
        })
    }
}

/// Only standard output is written with `?`; other I/O has messages of its own.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}
