//! Reports from the process that will be killed to its parent, a line each.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

/// One line on the pipe. The seed identifies a request.
#[derive(Clone, Copy, Debug)]
pub enum Report {
    /// The directory is about to be opened.
    Opening,
    /// The directory is open.
    Opened,
    /// This request is about to be made.
    Intent(u64),
    /// The call returned: the request has this change.
    Done(u64, u64),
    /// The call was refused, so it may have no effect.
    Refused(u64),
    /// The directory is about to be closed.
    Closing,
    /// It is closed.
    Closed,
}

/// The start of each line, which a panic's message lacks.
const MARK: &str = "@";

impl Report {
    /// Sends the line with one `write(2)`. Standard error is unbuffered, so when this returns, the
    /// line is in the pipe and survives the process.
    pub fn send(self) {
        let line = format!("{MARK}{self}\n");
        io::stderr().write_all(line.as_bytes()).unwrap();
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening => f.write_str("opening"),
            Self::Opened => f.write_str("opened"),
            Self::Intent(seed) => write!(f, "intent {seed}"),
            Self::Done(seed, sequence) => write!(f, "done {seed} {sequence}"),
            Self::Refused(seed) => write!(f, "refused {seed}"),
            Self::Closing => f.write_str("closing"),
            Self::Closed => f.write_str("closed"),
        }
    }
}

impl FromStr for Report {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let report = line.strip_prefix(MARK).ok_or(line)?;
        let words: Vec<_> = report.split(' ').collect();
        let number = |word: &str| word.parse::<u64>().map_err(|_| line.to_owned());
        Ok(match words[..] {
            ["opening"] => Self::Opening,
            ["opened"] => Self::Opened,
            ["intent", seed] => Self::Intent(number(seed)?),
            ["done", seed, sequence] => Self::Done(number(seed)?, number(sequence)?),
            ["refused", seed] => Self::Refused(number(seed)?),
            ["closing"] => Self::Closing,
            ["closed"] => Self::Closed,
            _ => return Err(line.to_owned()),
        })
    }
}
