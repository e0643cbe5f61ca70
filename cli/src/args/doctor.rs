//! `headcount doctor`, `headcount bench` and `headcount undo` on the command line.

use std::path::PathBuf;
use std::time::Duration;

use super::{Ownerless, Yes, values};

/// What is looked at, at length.
pub(super) const DOCTOR_HELP: &str = "\
Looks at the file and its log, who may read them, who has them open, the space on the
disk, every record, the license, and whether there are an active admin and owners. Each
line says whether that is ok, worth a look, or wrong, and what helps. Nothing is written.
Exits with 1 when something is wrong.";

/// What can be undone, at length.
const UNDO_HELP: &str = "\
Undone can be: activating and deactivating, making an admin and taking that away, adding
and removing members, roles, archiving and restoring, the license, and creating, which
deletes what was created. The history has no names and addresses, so what they were can't
be brought back, nor can who was deleted.

All of a change is undone, or nothing, as a change of its own. It is refused when what it
changed was changed again since.

Examples:
  headcount changes --user bob
  headcount undo 17 --dry-run
  headcount undo 17";

#[derive(Debug, clap::Args)]
#[command(after_help = UNDO_HELP)]
pub(crate) struct UndoArgs {
    /// The number of the change, as `headcount changes` has it
    #[arg(value_parser = values::number)]
    pub(crate) sequence: u64,
    /// Say what would happen, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) ownerless: Ownerless,
    #[command(flatten)]
    pub(crate) yes: Yes,
}

/// What is measured, at length.
const BENCH_HELP: &str = "\
Makes a directory of its own in FOLDER, and removes it in the end. A user is created
durably: it is on disk when the call returns. So one thread can't be faster than the disk
syncs a small write, which is measured first; threads at once share a sync.";

#[derive(Debug, clap::Args)]
#[command(after_help = BENCH_HELP)]
pub(crate) struct BenchArgs {
    /// The folder to measure in; the default is that of the directory's file
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// How long to measure in all, such as 10s or 1m
    #[arg(
        long, value_name = "TIME", default_value = "10s", value_parser = super::files::parse_wait
    )]
    pub(crate) time: Duration,
}
