//! Which users a command changes.

use std::path::PathBuf;

use super::filter::FilterArgs;

pub(super) const HELP: &str = "\
USER is an id, an email or a username. Users are named one by one, in a file with one
on each line, or by conditions, all of which must hold. Lines of
`headcount users list --format jsonl` are taken too. All are changed, or none.

Examples:
  headcount users deactivate ann@ex.co bob
  headcount users deactivate --domain old.example --dry-run
  headcount users delete --from leavers.txt --yes
  headcount users list --attribute team=gone --format jsonl | headcount users delete - --yes";

pub(super) const UPDATE_HELP: &str = "\
Several users are named one by one, or in a file with one on each line; lines of
`headcount users list --format jsonl` are taken too. All are changed, or none. An email,
a username and a version are one user's.

Examples:
  headcount users update ann@ex.co --given-name Ann --username ann
  headcount users list --domain ex.co --format jsonl | headcount users update - --attribute team=a";

#[derive(Debug, Default, clap::Args)]
pub(crate) struct SelectionArgs {
    /// Users, each by id, email or username; - reads them from standard input
    #[arg(value_name = "USER")]
    pub(crate) users: Vec<String>,
    /// A file with a user on each line; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Say what would happen, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
}
