//! `headcount doctor`, `headcount bench` and `headcount undo` on the command line.

use std::path::PathBuf;
use std::time::Duration;

use super::files::parse_wait;
use super::{Ownerless, Yes, values};

/// The long help of `doctor`: what it checks.
pub(super) const DOCTOR_HELP: &str = "\
Checks the file and its log, who may read them, who has them open, the space on the
disk, every record, the license, and whether there are active admins and owners. Each
line says whether this is ok, worth a look, or wrong, and what helps. Nothing is written.
The exit code is 1 if something is wrong.

Examples:
  headcount doctor
  headcount --db /var/lib/headcount/users.redb doctor --json";

/// The long help of `undo`: what can be reverted.
const UNDO_HELP: &str = "\
These can be undone: activation and deactivation, making or no longer making a user an
admin, adding and removing members, roles, archiving and restoring a workspace, the
license, and creation, by deleting what was created. Other fields, names and deletions
can't: the history holds no personal data.

All of a change is undone, as a new change, or nothing. It is refused if something that
it changed has changed again since.

Examples:
  headcount changes --user bob
  headcount undo 17 --dry-run
  headcount undo 17";

#[derive(Debug, clap::Args)]
#[command(after_help = UNDO_HELP)]
pub(crate) struct UndoArgs {
    /// The number of the change, as `headcount changes` shows it
    #[arg(value_parser = values::number, allow_negative_numbers = true)]
    pub(crate) sequence: u64,
    /// Show what would happen, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) ownerless: Ownerless,
    #[command(flatten)]
    pub(crate) yes: Yes,
}

/// The long help of `bench`: what it measures.
const BENCH_HELP: &str = "\
Makes a directory of its own in FOLDER, and removes it afterwards. Users are created
durably: each is on disk when the call returns. So one thread can't be faster than the
disk syncs a small write, which is measured first; concurrent threads share a sync.

Examples:
  headcount bench
  headcount bench --folder /var/lib/headcount --time 30s";

#[derive(Debug, clap::Args)]
#[command(after_help = BENCH_HELP)]
pub(crate) struct BenchArgs {
    /// The folder to measure in; the default is that of the directory's file
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// How long to measure in total, such as 10s or 1m
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10s",
        value_parser = parse_wait,
        allow_hyphen_values = true
    )]
    pub(crate) time: Duration,
}
