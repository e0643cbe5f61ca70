//! Usage errors, and help.

mod meant;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use serde_json::json;

use crate::failure::{Result, USAGE};
use crate::wrap;

/// Writes help, or the version.
pub(crate) fn help(help: &clap::Error, out: &mut dyn Write) -> Result<()> {
    write!(out, "{}", help.render())?;
    Ok(())
}

/// Prints what is wrong with the command line, also as JSON.
pub(crate) fn refuse(mut error: clap::Error) -> ExitCode {
    let meant = meant::correct(&mut error);
    // Nothing is left to report this failure to.
    let _ = if wants_json() {
        writeln!(io::stderr(), "{}", as_json(&error, &meant))
    } else {
        let text = rendered(&error);
        let text = match text.strip_prefix("error: ") {
            Some(reason) => format!("headcount: {reason}"),
            None => text,
        };
        let width = wrap::stderr_width().unwrap_or(usize::MAX);
        write!(io::stderr(), "{}", wrap::wrapped(&text, width))
    };
    USAGE.into()
}

/// Whether `--json` is among the arguments, which could not be parsed.
pub(crate) fn wants_json() -> bool {
    std::env::args_os()
        .skip(1)
        .take_while(|argument| argument != OsStr::new("--"))
        .any(|argument| argument == OsStr::new("--json"))
}

fn as_json(error: &clap::Error, meant: &[String]) -> serde_json::Value {
    let message = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "a command is missing; see --help".to_owned()
        }
        _ => sentence(&rendered(error)),
    };
    let mut told = json!({ "kind": "usage", "message": message });
    if !meant.is_empty() {
        told["did_you_mean"] = json!(meant);
    }
    json!({ "error": told })
}

/// The message with the usage, in which arguments are shown as a terminal can show them.
fn rendered(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines: Vec<_> = text.split('\n').map(headcount::printable).collect();
    lines.join("\n")
}

/// The message in one line, without the usage that follows it.
fn sentence(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let text = text.split("\n\nUsage:").next().unwrap_or(text);
    let text = text
        .split("\n\nFor more information")
        .next()
        .unwrap_or(text);
    let text = text.replace("\n\n  tip: ", "; ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_without_the_usage() {
        let text = "error: unexpected argument '--emal' found\n\n  tip: a similar argument \
                    exists: '--email'\n\nUsage: headcount\n\nFor more information, try '--help'.\n";
        assert_eq!(
            sentence(text),
            "unexpected argument '--emal' found; a similar argument exists: '--email'"
        );
    }
}
