//! The users that a command changes.

use std::path::PathBuf;

use super::filter::FilterArgs;

/// How users are chosen, and examples.
macro_rules! selecting {
    ($examples:literal) => {
        concat!(
            "\
USER is an id, an email or a username. Name users one by one, in a file with one user
on each line, or by conditions, all of which must hold. The file may also be the output
of `headcount users list --format jsonl`. All of the users are changed, or none.

Examples:
",
            $examples
        )
    };
}

pub(super) const ACTIVATE_HELP: &str = selecting!(
    "  headcount users activate ann@ex.co bob
  headcount users activate --workspace 'Fraud models' --dry-run"
);

pub(super) const DEACTIVATE_HELP: &str = selecting!(
    "  headcount users deactivate ann@ex.co bob
  headcount users deactivate --domain old.example --inactive-since 90d --dry-run
  headcount users deactivate --from leavers.txt"
);

pub(super) const DELETE_HELP: &str = selecting!(
    "  headcount users delete bob --dry-run
  headcount users delete --from leavers.txt --yes
  headcount users list --attribute team=gone --format jsonl | headcount users delete - --yes"
);

pub(super) const UPDATE_HELP: &str = "\
Name several users one by one, or in a file with one user on each line, which may also
be the output of `headcount users list --format jsonl`. All of them are changed, or none.
--email, --username and --if-version need a single user.

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
    /// Show what would happen, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
}
