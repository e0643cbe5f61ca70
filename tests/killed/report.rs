//! What the process that will be killed tells its parent, one line at a time.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use headcount::UserId;

use crate::request::Request;

/// One line on the pipe.
#[derive(Clone, Debug)]
pub enum Report {
    /// The directory is about to be opened.
    Opening,
    /// The directory is open.
    Opened,
    /// This request is about to be made.
    Intent(Request),
    /// The call returned: the request has this change.
    Done(UserId, u64),
    /// The call was refused, so there must be nothing of it.
    Refused(UserId),
    /// The directory is about to be closed.
    Closing,
    /// It is closed.
    Closed,
}

/// In front of each line: a panic's message has none.
const MARK: &str = "@";

impl Report {
    /// Whether nothing but the opening of the directory has begun.
    pub fn is_opening(&self) -> bool {
        matches!(self, Self::Opening)
    }

    /// Sends the line, with one `write(2)`: standard error has no buffer, so when
    /// this returns the line is in the pipe, and survives this process.
    pub fn send(&self) {
        let line = format!("{MARK}{self}\n");
        assert!(line.len() <= 4096, "too long to be written at once");
        io::stderr().write_all(line.as_bytes()).unwrap();
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening => f.write_str("opening"),
            Self::Opened => f.write_str("opened"),
            Self::Intent(request) => write!(f, "intent {request}"),
            Self::Done(id, sequence) => write!(f, "done {id} {sequence}"),
            Self::Refused(id) => write!(f, "refused {id}"),
            Self::Closing => f.write_str("closing"),
            Self::Closed => f.write_str("closed"),
        }
    }
}

impl FromStr for Report {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let report = line.strip_prefix(MARK).ok_or(line)?;
        let (verb, rest) = report.split_once(' ').unwrap_or((report, ""));
        let id = |text: &str| text.parse::<UserId>().map_err(|e| e.to_string());
        Ok(match verb {
            "opening" => Self::Opening,
            "opened" => Self::Opened,
            "intent" => Self::Intent(rest.parse()?),
            "done" => {
                let (request, sequence) = rest.split_once(' ').ok_or(line)?;
                Self::Done(id(request)?, sequence.parse().map_err(|_| line)?)
            }
            "refused" => Self::Refused(id(rest)?),
            "closing" => Self::Closing,
            "closed" => Self::Closed,
            _ => return Err(line.to_owned()),
        })
    }
}
