//! `headcount users list` on the command line.

use std::num::NonZeroUsize;

use clap::ValueEnum;
use headcount::{Role, Timestamp};

use super::workspaces::NAMING_HELP;

#[derive(Debug, clap::Args)]
#[command(after_help = NAMING_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct ListArgs {
    /// Only those who have a seat
    #[arg(long, conflicts_with = "inactive")]
    pub(crate) active: bool,
    /// Only those who have none
    #[arg(long)]
    pub(crate) inactive: bool,
    /// Only admins of the platform
    #[arg(long)]
    pub(crate) admin: bool,
    /// Only members of this workspace: its name, or id:12
    #[arg(long)]
    pub(crate) workspace: Option<String>,
    /// Only those who have this role in the workspace: owner or user
    #[arg(long, requires = "workspace")]
    pub(crate) role: Option<Role>,
    /// Only emails that start like this
    #[arg(long, value_name = "TEXT")]
    pub(crate) email_prefix: Option<String>,
    /// Only emails at this domain
    #[arg(long)]
    pub(crate) domain: Option<String>,
    /// Only usernames that start like this
    #[arg(long, value_name = "TEXT")]
    pub(crate) username_prefix: Option<String>,
    /// Only those created at this time or later, such as 2024-07-11T16:55:59Z
    #[arg(long, value_name = "TIME")]
    pub(crate) created_since: Option<Timestamp>,
    /// Only those created or changed at this time or later
    #[arg(long, value_name = "TIME")]
    pub(crate) changed_since: Option<Timestamp>,
    /// What to order them by
    #[arg(long, value_enum, default_value_t = SortArg::Email)]
    pub(crate) sort: SortArg,
    /// In the opposite order
    #[arg(long)]
    pub(crate) descending: bool,
    /// List at most so many, and say how to get at the next ones
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<NonZeroUsize>,
    /// Go on behind the place that an earlier list has as its next, with the same
    /// conditions and order
    #[arg(long, value_name = "CURSOR")]
    pub(crate) after: Option<String>,
    /// Print how many there are instead of listing them
    #[arg(long, conflicts_with_all = ["limit", "after"])]
    pub(crate) count: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortArg {
    Email,
    Username,
    Created,
}
