//! `headcount export` and `headcount stats` on the command line.

use std::path::PathBuf;

use clap::ValueEnum;

use super::values::realm;

/// The long help: what each format contains.
const EXPORT_HELP: &str = "\
Formats:
  jsonl     a JSON object on each line: the license, users, ids of deleted users,
            workspaces and members, with ids, versions and times. `headcount import`
            rebuilds the directory from it, in a new file. It does not contain the
            history of changes, request ids or the server's keys.
  csv       a header, then one user on each line, with a column for each attribute and
            provisioner
  keycloak  a realm with the users, as Keycloak imports it, without workspaces and
            external ids; admins have the realm role admin

Memory use does not grow with the directory. The file has everybody's name and
address; with --output, only you can read it.

Examples:
  headcount export --output users.jsonl
  headcount --db copy.redb import users.jsonl
  headcount export --format csv | head";

#[derive(Debug, clap::Args)]
#[command(after_help = EXPORT_HELP)]
pub(crate) struct ExportArgs {
    /// What to write
    #[arg(long, value_enum, default_value_t = ExportFormat::Jsonl)]
    pub(crate) format: ExportFormat,
    /// The file to write instead of standard output; it appears once it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// The name of Keycloak's realm
    #[arg(long, value_name = "NAME", default_value = "headcount", value_parser = realm)]
    pub(crate) realm: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    Jsonl,
    Csv,
    Keycloak,
}

const STATS_HELP: &str = "\
Examples:
  headcount stats
  headcount stats --format prometheus";

#[derive(Debug, clap::Args)]
#[command(after_help = STATS_HELP)]
pub(crate) struct StatsArgs {
    /// The output format, by default table; prometheus is Prometheus's text format
    #[arg(long, value_enum)]
    pub(crate) format: Option<StatsFormat>,
}

impl StatsArgs {
    /// Whether programs read the figures.
    pub(super) fn is_data(&self) -> bool {
        self.format() != StatsFormat::Table
    }

    pub(crate) fn format(&self) -> StatsFormat {
        self.format.unwrap_or(StatsFormat::Table)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatsFormat {
    Table,
    Json,
    Prometheus,
}
