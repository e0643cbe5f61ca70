//! Why a command failed: the exit code and the messages.

use std::error::Error as _;
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::sync::OnceLock;

use headcount::{Error, ErrorKind};
use serde_json::{Map, Value, json};

use crate::directory::RejectedKey;
use crate::output::safe;
use crate::wrap::{self, Wrapping};

/// The result of everything a command does.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a command ended.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was refused, or the directory could not be read or written.
    Refused(CommandRefusal),
    /// The same, with a list in its JSON.
    Listed(Box<(CommandRefusal, Box<dyn LongList>)>),
    /// Standard output could not be written.
    Output(io::Error),
}

/// What was refused and why.
#[derive(Debug)]
pub(crate) struct CommandRefusal {
    /// For programs.
    pub(crate) kind: &'static str,
    /// For people: one line.
    pub(crate) message: String,
    /// More lines for people: particulars, and what would help.
    pub(crate) notes: Vec<String>,
    /// More members of the JSON error.
    pub(crate) details: Map<String, Value>,
}

/// A list in the JSON of a refusal that is too long to be kept as JSON.
pub(crate) trait LongList: fmt::Debug + Send {
    /// The name of the member.
    fn name(&self) -> &'static str;

    /// Its items, each made as it is asked for.
    fn items(&self) -> Box<dyn Iterator<Item = Value> + '_>;
}

impl Failure {
    /// The refusal with a list in its JSON.
    pub(crate) fn with_list(self, list: impl LongList + 'static) -> Self {
        match self {
            Self::Refused(refusal) => Self::Listed(Box::new((refusal, Box::new(list)))),
            other => other,
        }
    }

    /// The refusal with another member in its JSON.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        if let Some(refusal) = self.refusal_mut() {
            refusal.details.insert(name.to_owned(), value);
        }
        self
    }

    /// The refusal with a line that says what would help. All of these are `help` in its JSON.
    pub(crate) fn with_help(mut self, help: &str) -> Self {
        if let Some(refusal) = self.refusal_mut() {
            refusal.notes.push(help.to_owned());
            let all = match refusal.details.get("help") {
                Some(Value::String(earlier)) => format!("{earlier}; {help}"),
                _ => help.to_owned(),
            };
            refusal.details.insert("help".to_owned(), all.into());
        }
        self
    }

    fn refusal_mut(&mut self) -> Option<&mut CommandRefusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Listed(listed) => Some(&mut listed.0),
            Self::Output(_) => None,
        }
    }

    pub(crate) fn refused(kind: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(CommandRefusal {
            kind,
            message: message.into(),
            notes: Vec::new(),
            details: Map::new(),
        })
    }

    /// What can't be read or written, why, and what would help.
    pub(crate) fn io(what: &str, error: &io::Error) -> Self {
        Self::refused("io", format!("{what}: {error}")).with_help(cure(error.kind()))
    }

    /// The exit code of the process: see `docs/cli.md`.
    pub(crate) fn exit_code(&self) -> u8 {
        let refusal = match self {
            Self::Refused(refusal) => refusal,
            Self::Listed(listed) => &listed.0,
            Self::Output(_) => return IO,
        };
        match refusal.kind {
            "usage" => USAGE,
            "already_open" => BUSY,
            "corrupted" | "log_missing" | "log_foreign" | "file_replaced"
            | "unsupported_format" => DAMAGED,
            "io" | "outcome_unknown" => IO,
            "bug" => BUG,
            _ => REFUSED,
        }
    }

    /// Writes it as the last thing the command says.
    pub(crate) fn write(&self, err: &mut impl Write, json: bool) -> io::Result<()> {
        let output_failed;
        let mut list = None;
        let refusal = match self {
            Self::Refused(refusal) => refusal,
            Self::Listed(listed) => {
                list = Some(&*listed.1);
                &listed.0
            }
            Self::Output(error) => {
                let cure = cure_of_output(error.kind());
                output_failed = CommandRefusal {
                    kind: "io",
                    message: unwritten(error),
                    notes: vec![cure.to_owned()],
                    details: Map::from_iter([
                        ("took_effect".to_owned(), has_effect().into()),
                        ("help".to_owned(), cure.into()),
                    ]),
                };
                &output_failed
            }
        };
        let message = without_numbers(&refusal.message);
        if json {
            let mut error = refusal.details.clone();
            error.insert("kind".to_owned(), refusal.kind.into());
            error.insert("message".to_owned(), message.into());
            if has_effect() {
                error.insert("took_effect".to_owned(), true.into());
            }
            return write_error(err, &error, list);
        }
        let mut err = Wrapping::new(err, wrap::stderr_width());
        writeln!(err, "headcount: {}", safe(&message))?;
        for note in &refusal.notes {
            writeln!(err, "{}", safe(note))?;
        }
        if let (Some(effect), false) = (EFFECT.get(), matches!(self, Self::Output(_))) {
            writeln!(err, "{effect}")?;
        }
        err.flush()
    }
}

fn write_error(
    err: &mut impl Write,
    error: &Map<String, Value>,
    list: Option<&dyn LongList>,
) -> io::Result<()> {
    let Some(list) = list else {
        return writeln!(err, "{}", json!({ "error": error }));
    };
    let mut err = BufWriter::new(err);
    write!(err, "{{\"error\":{{")?;
    for (name, value) in error {
        write!(err, "{}:{value},", Value::from(name.as_str()))?;
    }
    write!(err, "\"{}\":[", list.name())?;
    for (index, item) in list.items().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        write!(err, "{comma}{item}")?;
    }
    writeln!(err, "]}}}}")?;
    err.flush()
}

/// The message without what Rust puts behind a system's error, as in `(os error 2)`.
pub(crate) fn without_numbers(message: &str) -> String {
    const BEGINNING: &str = " (os error ";
    let mut text = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, behind)) = rest.split_once(BEGINNING) {
        text.push_str(before);
        match behind.split_once(')') {
            Some((number, after)) if number.bytes().all(|b| b.is_ascii_digit()) => rest = after,
            _ => {
                text.push_str(BEGINNING);
                rest = behind;
            }
        }
    }
    text + rest
}

/// The directory refused, or the command did.
const REFUSED: u8 = 1;
/// The command line is not valid.
pub(crate) const USAGE: u8 = 2;
/// Another process has the file.
const BUSY: u8 = 3;
/// The file can't be used as it is.
const DAMAGED: u8 = 4;
/// Something could not be read or written.
const IO: u8 = 5;

/// The command panicked. Rust's own code for it.
const BUG: u8 = 101;

/// What to say of it if the command has changed something for good.
static EFFECT: OnceLock<&str> = OnceLock::new();

/// Notes that the command has changed something for good: what goes wrong from now on is
/// no refusal.
pub(crate) fn took_effect() {
    took_effect_in("what was asked for was done before that, and is stored");
}

/// The same of a command that may do a part of what was asked for, and how to say that.
pub(crate) fn took_effect_in(what: &'static str) {
    // What was said first is still so.
    let _ = EFFECT.set(what);
}

fn has_effect() -> bool {
    EFFECT.get().is_some()
}

fn unwritten(error: &io::Error) -> String {
    if has_effect() {
        return format!(
            "it was done and is stored; only the report of it can't be written: {error}"
        );
    }
    format!("can't write the output: {error}")
}

/// What helps where standard output can't be written.
fn cure_of_output(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "free some space, or redirect the output to another disk"
        }
        _ => "redirect the output to a file that can be written",
    }
}

/// What helps against an error of the operating system's.
fn cure(kind: io::ErrorKind) -> &'static str {
    use io::ErrorKind;
    match kind {
        ErrorKind::NotFound => "check how it is written, or create it first",
        ErrorKind::PermissionDenied => {
            "run the command as a user who may do that, or change the permissions"
        }
        ErrorKind::ReadOnlyFilesystem => "name a place on a disk that can be written",
        ErrorKind::IsADirectory => "it is a folder: name a file in it",
        ErrorKind::NotADirectory => "a part of the path is a file where a folder is needed",
        ErrorKind::AlreadyExists => "name another, or remove it first",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "free some space, or name a place on another disk"
        }
        ErrorKind::AddrInUse => {
            "another program listens there: stop it, or give another port with --listen"
        }
        ErrorKind::AddrNotAvailable => "this machine has another address: give it with --listen",
        ErrorKind::InvalidFilename => "name a shorter one",
        ErrorKind::InvalidData => "check what it contains, and make it again",
        ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => {
            "the other side ended too early: see what it says"
        }
        ErrorKind::TimedOut => "try again when the disk or the network answers",
        _ => "check the path and the disk, and try again",
    }
}

/// The hint for a file that a server has open.
const BESIDE_A_SERVER: &str = "if a server has it open, work through that: --server URL \
                               --key-file FILE, or HEADCOUNT_SERVER and HEADCOUNT_KEY";

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // What remains are the numbers that belong to its kind.
        let mut details = match serde_json::to_value(&error) {
            Ok(Value::Object(details)) => details,
            _ => Map::new(),
        };
        details.retain(|name, _| !matches!(name.as_str(), "kind" | "message" | "op_index"));
        let rejected = error
            .source()
            .and_then(|source| source.downcast_ref::<RejectedKey>());
        let kind = match rejected {
            Some(RejectedKey(kind)) => *kind,
            None => error.kind().name(),
        };
        let refused = Self::Refused(CommandRefusal {
            kind,
            message: error.to_string(),
            notes: Vec::new(),
            details,
        });
        match error.kind() {
            ErrorKind::AlreadyOpen => refused.with_help(BESIDE_A_SERVER),
            _ => refused,
        }
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

#[cfg(test)]
mod tests {
    use super::{Failure, without_numbers};

    #[test]
    fn no_help_replaces_another() {
        let refused = Failure::refused("already_open", "held")
            .with_help("end it")
            .with_help("or wait");
        let mut told = Vec::new();
        refused.write(&mut told, true).unwrap();
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        assert_eq!(told["error"]["help"], "end it; or wait");
    }

    #[test]
    fn numbers_of_the_system_are_left_out() {
        let gone = std::io::Error::from_raw_os_error(2);
        let message = format!("can't read a.csv: {gone}; nothing was changed");
        let told = without_numbers(&message);
        assert!(
            told.ends_with("; nothing was changed") && !told.contains("os error"),
            "{told}"
        );
        for same in ["plain", "a (os error x) b", "a (os error 5"] {
            assert_eq!(without_numbers(same), same);
        }
    }
}
