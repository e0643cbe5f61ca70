//! `headcount users list` on the command line.

use clap::ValueEnum;

use super::filter::FilterArgs;
use super::values::{condition, limit, search_text};
use crate::nearest::nearest;

/// The long help of lists.
macro_rules! columns {
    ($examples:literal) => {
        concat!(
            "\
Columns: id, email, username, given_name, family_name, active, admin, created_at,
updated_at, deactivated_at, version, attributes.NAME, external_ids.PROVISIONER and
last_seen, which needs the directory's file. The list can be sorted by any of them;
users without a value come last.

Examples:
",
            $examples
        )
    };
}

pub(super) const LIST_HELP: &str = columns!(
    "  headcount users list --domain ex.co --created-since 7d
  headcount users list --search lee --columns email,created_at,attributes.team
  headcount users list --inactive --format csv"
);

const SEARCH_HELP: &str = columns!(
    "  headcount search lee
  headcount search 'ann lee' --active --sort created_at --descending
  headcount search ex.co --columns email,attributes.team --format csv"
);

#[derive(Debug, clap::Args)]
#[command(after_help = SEARCH_HELP)]
pub(crate) struct SearchArgs {
    /// The text, in any case; of several words, all must be there
    #[arg(value_parser = search_text)]
    pub(crate) text: String,
    #[command(flatten)]
    pub(crate) list: Box<ListArgs>,
}

#[derive(Debug, clap::Args)]
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
    #[arg(long, value_name = "N", value_parser = limit, allow_negative_numbers = true)]
    pub(crate) limit: Option<usize>,
    /// Continue where an earlier list ended: the cursor that it printed, with the same
    /// conditions and order
    #[arg(long, value_name = "CURSOR")]
    pub(crate) after: Option<String>,
    /// The output format, by default table; jsonl has a user on each line
    #[arg(long, value_enum)]
    pub(crate) format: Option<ListFormat>,
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

impl ListArgs {
    /// Whether programs read the list.
    pub(super) fn is_data(&self) -> bool {
        self.format() != ListFormat::Table
    }

    pub(crate) fn format(&self) -> ListFormat {
        self.format.unwrap_or(ListFormat::Table)
    }

    /// Whether it shows when users were last seen, or is sorted by it.
    pub(crate) fn asks_when_seen(&self) -> bool {
        let mut named = self.columns.iter().map(String::as_str);
        self.sort.name() == LAST_SEEN || named.any(|column| column == LAST_SEEN)
    }
}

/// The column to order users by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SortArg {
    Email,
    Username,
    Created,
    /// A column for which the library has no order.
    Column(String),
}

impl SortArg {
    /// The name of the column.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Email => "email",
            Self::Username => "username",
            Self::Created => "created_at",
            Self::Column(column) => column,
        }
    }
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

/// When a user was last seen, which is kept beside the user and shown where it is asked for.
pub(crate) const LAST_SEEN: &str = "last_seen";

fn sort(text: &str) -> Result<SortArg, String> {
    if text == "created" {
        return Ok(SortArg::Created);
    }
    let column = column(text)?;
    Ok(match &*column {
        "email" => SortArg::Email,
        "username" => SortArg::Username,
        "created_at" => SortArg::Created,
        _ => SortArg::Column(column),
    })
}

fn column(text: &str) -> Result<String, String> {
    let text = text.trim_start();
    let is_named = ["attributes.", "external_ids."]
        .iter()
        .any(|prefix| text.len() > prefix.len() && text.starts_with(prefix));
    match known().find(|column| column.eq_ignore_ascii_case(text.trim_end())) {
        Some(column) => Ok(column.to_owned()),
        // White space can end the name of an attribute.
        None if is_named => Ok(text.to_owned()),
        None => Err(format!(
            "{}the columns are {}, attributes.NAME and external_ids.PROVISIONER",
            meant(text),
            known().collect::<Vec<_>>().join(", ")
        )),
    }
}

/// The columns with one name.
fn known() -> impl Iterator<Item = &'static str> {
    COLUMNS.into_iter().chain([LAST_SEEN])
}

/// `did you mean …?`, if a known column is similar.
fn meant(text: &str) -> String {
    let text = text.to_ascii_lowercase().replace([' ', '-'], "_");
    nearest(&text, known()).map_or_else(String::new, |column| format!("did you mean {column}? "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_none_has_a_near_one() {
        for (text, found) in [
            ("email", "email"),
            (" Created_At ", "created_at"),
            ("last_seen", "last_seen"),
            (" attributes.Team ", "attributes.Team "),
            ("attributes.Team", "attributes.Team"),
        ] {
            assert_eq!(column(text).unwrap(), found);
        }
        for (text, near) in [
            ("emial", "email"),
            ("created", "created_at"),
            ("given name", "given_name"),
        ] {
            let told = column(text).unwrap_err();
            assert!(
                told.starts_with(&format!("did you mean {near}? ")),
                "{told}"
            );
        }
        assert!(column("").unwrap_err().starts_with("the columns are id,"));
        assert!(column("attributes.").is_err());
        assert_eq!(sort("created"), Ok(SortArg::Created));
        assert_eq!(sort("EMAIL"), Ok(SortArg::Email));
    }
}
