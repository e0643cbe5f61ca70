//! `headcount changes` on the command line.

use std::time::Duration;

use headcount::Timestamp;

use super::values::{moment, number, past};

/// The long help of `--follow`: how it works with a file that only one process can have open.
const CHANGES_HELP: &str = "\
Without --after, the list starts with the oldest change on record. With --after N,
it is refused if changes after N were trimmed: then read all users again, and the
changes that follow.

Only one process at a time can have a directory's file open. So --follow opens it,
reads what is new, closes it, and looks again --interval seconds later. Other
commands can make changes in between; one that finds the file open waits for it, as
--wait says. While another process, such as a service, keeps the file open, --follow
waits; such a process can follow its own changes with the library. Ctrl-C ends it.

Examples:
  headcount changes --user bob@ex.co --since 7d
  headcount changes --workspace 'Fraud models' --by ann@ex.co
  headcount changes --follow --json";

#[derive(Debug, clap::Args)]
#[command(after_help = CHANGES_HELP)]
pub(crate) struct ChangesArgs {
    /// Start after the change with this number
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    pub(crate) after: Option<u64>,
    /// Only what happened to this user: an id, email or username, or the id of a deleted
    /// user. Of each change, only the events about the user are shown
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,
    /// Only changes to this workspace or its members: its name, or id:12
    #[arg(long)]
    pub(crate) workspace: Option<String>,
    /// Only changes made by this user
    #[arg(long, value_name = "USER")]
    pub(crate) by: Option<String>,
    /// Only changes made through this door: command, rest, page, platform, scim:okta, or
    /// the name that a program of yours uses
    #[arg(long)]
    pub(crate) door: Option<String>,
    /// Only changes made at this time or later: 2026-11-01, 2026-11-01T08:00:00Z, or 7d for seven
    /// days ago
    #[arg(long, value_name = "TIME", value_parser = past, allow_hyphen_values = true)]
    pub(crate) since: Option<Timestamp>,
    /// Only changes made before
    #[arg(
        long,
        value_name = "TIME",
        conflicts_with = "follow",
        value_parser = moment,
        allow_hyphen_values = true
    )]
    pub(crate) before: Option<Timestamp>,
    /// Keep printing changes as they are made; with --json, each on a line of its own
    #[arg(long)]
    pub(crate) follow: bool,
    /// How often to look for new ones
    #[arg(
        long, value_name = "SECONDS", requires = "follow", default_value = "1",
        value_parser = parse_seconds, allow_hyphen_values = true
    )]
    pub(crate) interval: Duration,
    /// Delete the changes with numbers below this one, and the request ids of their
    /// batches, instead of showing any
    #[arg(
        long,
        value_name = "N",
        conflicts_with_all = [
            "after", "follow", "user", "workspace", "by", "door", "since", "before"
        ],
        value_parser = number,
        allow_negative_numbers = true
    )]
    pub(crate) trim_before: Option<u64>,
    #[command(flatten)]
    pub(crate) yes: super::Yes,
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|interval| *interval >= Duration::from_millis(10))
        .ok_or_else(|| "say a number of seconds, such as 0.5; the least is 0.01".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_never_none() {
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["", "0", "-1", "0.009", "nan", "inf", "1e300", "1s"] {
            assert!(parse_seconds(text).is_err(), "{text}");
        }
    }
}
