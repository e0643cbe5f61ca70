//! The arguments of `headcount verify` and `headcount repair`.

use std::path::PathBuf;

use super::values::faults;

const VERIFY_HELP: &str = "\
Every record, index and counter is checked. Nothing is written.

Examples:
  headcount verify
  headcount --db monday.redb verify --json";

#[derive(Debug, clap::Args)]
#[command(after_help = VERIFY_HELP)]
pub(crate) struct VerifyArgs {
    /// How many faults to list; all are counted
    #[arg(
        long,
        value_name = "N",
        default_value = "1000",
        value_parser = faults,
        allow_negative_numbers = true
    )]
    pub(crate) limit: usize,
}

/// The long help of `repair`.
const REPAIR_HELP: &str = "\
Indexes and counters are rebuilt from the records. Records that can't be read or kept
are removed and written to the file that --aside names, one JSON line each; that file
contains personal data. Nobody is deactivated. If there is a backup, restore that
instead.

Examples:
  headcount repair --dry-run
  headcount repair --aside removed.jsonl --yes";

#[derive(Debug, clap::Args)]
#[command(after_help = REPAIR_HELP)]
pub(crate) struct RepairArgs {
    /// A new file for the records that are removed
    #[arg(long, value_name = "FILE", required_unless_present = "dry_run")]
    pub(crate) aside: Option<PathBuf>,
    /// Show what would be done, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) yes: super::Yes,
    /// How many faults to list; all are counted
    #[arg(
        long,
        value_name = "N",
        default_value = "1000",
        value_parser = faults,
        allow_negative_numbers = true
    )]
    pub(crate) limit: usize,
}
