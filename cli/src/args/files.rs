//! Commands over the directory's file as a whole, and waiting for it.

use std::path::PathBuf;
use std::time::Duration;

const BACKUP_HELP: &str = "\
The copy is complete and can be opened like the directory itself. Others may read the
directory meanwhile.

Examples:
  headcount backup monday.redb
  headcount --db monday.redb users list";

const RESTORE_HELP: &str = "\
No other process may have the directory open.

Examples:
  headcount --db copy.redb restore monday.redb
  headcount restore monday.redb --force";

pub(super) const COMPACT_HELP: &str = "\
Needs room for a second copy of the directory. No other process may have it open.

Examples:
  headcount compact";

#[derive(Debug, clap::Args)]
#[command(after_help = BACKUP_HELP)]
pub(crate) struct BackupArgs {
    /// The file to write
    pub(crate) file: PathBuf,
    /// Replace an existing directory
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = RESTORE_HELP)]
pub(crate) struct RestoreArgs {
    /// The backup, or any other directory's file
    pub(crate) file: PathBuf,
    /// Replace the existing directory and everything in it
    #[arg(long)]
    pub(crate) force: bool,
}

/// A time to wait: a whole number of milliseconds, seconds or minutes.
pub(crate) fn parse_wait(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number = digits.parse::<u64>().ok();
    let millis = number.and_then(|number| match &text[digits.len()..] {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        _ => None,
    });
    millis
        .map(Duration::from_millis)
        .ok_or_else(|| "write it as 500ms, 5s or 2m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        assert_eq!(parse_wait("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_wait("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(parse_wait("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(parse_wait("0s"), Ok(Duration::ZERO));
        for wrong in [
            "",
            "5",
            "s",
            "-1s",
            "1.5s",
            "5 s",
            "1h",
            "99999999999999999999s",
        ] {
            assert!(parse_wait(wrong).is_err(), "{wrong}");
        }
    }
}
