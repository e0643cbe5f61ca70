//! `headcount users list` on the command line.

use clap::ValueEnum;

use super::filter::FilterArgs;
use super::values::{condition, limit};

const LIST_HELP: &str = "\
Columns: id, email, username, given_name, family_name, active, admin, created_at,
updated_at, deactivated_at, version, attributes.NAME and external_ids.PROVISIONER.
The list can be sorted by any of them; users without a value come last.

Examples:
  headcount users list --domain ex.co --created-since 7d
  headcount users list --search lee --columns email,created_at,attributes.team
  headcount users list --inactive --format csv";

#[derive(Debug, clap::Args)]
#[command(after_help = LIST_HELP)]
pub(crate) struct ListArgs {
    /// Only users with this text in their email, username or name, in any case
    #[arg(long, value_name = "TEXT", value_parser = condition)]
    pub(crate) search: Option<String>,
    /// The column to sort by
    #[arg(long, value_name = "COLUMN", default_value = "email", value_parser = sort)]
    pub(crate) sort: SortArg,
    /// Sort in reverse order
    #[arg(long)]
    pub(crate) descending: bool,
    /// List up to N users, and print a cursor for the next ones
    #[arg(long, value_name = "N", value_parser = limit)]
    pub(crate) limit: Option<usize>,
    /// Continue where an earlier list ended: the cursor that it printed, with the same
    /// conditions and order
    #[arg(long, value_name = "CURSOR")]
    pub(crate) after: Option<String>,
    /// The output format; jsonl has a user on each line
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    /// The columns to show, such as `email,created_at,attributes.team`
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', value_parser = column)]
    pub(crate) columns: Vec<String>,
    /// Print only the number of users
    #[arg(long, conflicts_with_all = ["limit", "after"])]
    pub(crate) count: bool,
    // Last: arguments after it would be under its heading.
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
}

/// What to order users by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SortArg {
    Email,
    Username,
    Created,
    /// A column for which the library has no order.
    Column(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Table,
    Json,
    Jsonl,
    Csv,
}

/// Columns that every user has, in the order in which CSV has them.
pub(crate) const COLUMNS: [&str; 11] = [
    "id",
    "email",
    "username",
    "given_name",
    "family_name",
    "active",
    "admin",
    "created_at",
    "updated_at",
    "deactivated_at",
    "version",
];

fn sort(text: &str) -> Result<SortArg, String> {
    Ok(match text {
        "email" => SortArg::Email,
        "username" => SortArg::Username,
        "created_at" | "created" => SortArg::Created,
        other => SortArg::Column(column(other)?),
    })
}

fn column(text: &str) -> Result<String, String> {
    let is_named = ["attributes.", "external_ids."]
        .iter()
        .any(|prefix| text.len() > prefix.len() && text.starts_with(prefix));
    if COLUMNS.contains(&text) || is_named {
        return Ok(text.to_owned());
    }
    Err(format!(
        "the columns are {}, attributes.NAME and external_ids.PROVISIONER",
        COLUMNS.join(", ")
    ))
}
