//! `headcount license …` on the command line.

use clap::Subcommand;
use headcount::License;

use super::values;

const SHOW_HELP: &str = "\
Examples:
  headcount license show
  headcount license show --json";

const SET_HELP: &str = "\
Examples:
  headcount license set 25
  headcount license set enterprise";

#[derive(Debug, Subcommand)]
pub(crate) enum LicenseCommand {
    /// Show the license and how its seats are used
    #[command(after_help = SHOW_HELP)]
    Show,
    /// Set the license; a smaller one than today's use evicts nobody
    #[command(after_help = SET_HELP)]
    Set {
        /// community (5 seats), enterprise (no limit) or a number of seats
        #[arg(allow_negative_numbers = true)]
        license: License,
        /// Refuse the change unless the license has this version, as `headcount
        /// license show --json` has it
        #[arg(long, value_name = "N", value_parser = values::number, allow_negative_numbers = true)]
        if_version: Option<u64>,
    },
}
