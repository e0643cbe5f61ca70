//! `headcount seats` on the command line.

use headcount::Timestamp;

use super::values::past;

const HELP: &str = "\
PEAK is the most users that were active at one time since then, days being those of UTC.
It is known for three years.

Examples:
  headcount seats --since 2026-01-01
  headcount seats --holders --json";

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct SeatsArgs {
    /// Show the peak since this time: 2026-11-01, or 30d for thirty days ago
    #[arg(
        long,
        value_name = "TIME",
        default_value = "30d",
        value_parser = past,
        allow_hyphen_values = true
    )]
    pub(crate) since: Timestamp,
    /// List the users who hold the seats too
    #[arg(long)]
    pub(crate) holders: bool,
}
