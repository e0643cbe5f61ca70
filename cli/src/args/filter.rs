//! Conditions that choose users, for every command that lists or changes many.

use headcount::{Role, Timestamp};

use super::values::{attribute_condition, condition, domain, past};

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Conditions")]
pub(crate) struct FilterArgs {
    /// Only users with a seat
    #[arg(long, conflicts_with = "inactive")]
    pub(crate) active: bool,
    /// Only users without a seat
    #[arg(long)]
    pub(crate) inactive: bool,
    /// Only admins of the platform
    #[arg(long)]
    pub(crate) admin: bool,
    /// Only members of this workspace: its name, or id:12
    #[arg(long, value_parser = condition)]
    pub(crate) workspace: Option<String>,
    /// Only members with this role in the workspace: owner or user
    #[arg(long, requires = "workspace")]
    pub(crate) role: Option<Role>,
    /// Only users whose email starts with this
    #[arg(long, value_name = "TEXT", value_parser = condition)]
    pub(crate) email_prefix: Option<String>,
    /// Only users with an email at this domain
    #[arg(long, value_parser = domain)]
    pub(crate) domain: Option<String>,
    /// Only users whose username starts with this
    #[arg(long, value_name = "TEXT", value_parser = condition)]
    pub(crate) username_prefix: Option<String>,
    /// Only users with this attribute, or this value of it; may be repeated
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = attribute_condition)]
    pub(crate) attribute: Vec<String>,
    /// Only users created at this time or later: 2026-11-01, 2026-11-01T08:00:00Z, or 7d for
    /// seven days ago
    #[arg(
        long,
        visible_alias = "created-after",
        value_name = "TIME",
        value_parser = past,
        allow_hyphen_values = true
    )]
    pub(crate) created_since: Option<Timestamp>,
    /// Only users created before this time
    #[arg(long, value_name = "TIME", value_parser = past, allow_hyphen_values = true)]
    pub(crate) created_before: Option<Timestamp>,
    /// Only users created or changed at this time or later
    #[arg(
        long,
        visible_alias = "changed-after",
        value_name = "TIME",
        value_parser = past,
        allow_hyphen_values = true
    )]
    pub(crate) changed_since: Option<Timestamp>,
    /// Only users last changed before this time
    #[arg(long, value_name = "TIME", value_parser = past, allow_hyphen_values = true)]
    pub(crate) changed_before: Option<Timestamp>,
    /// Only users last seen at this time or later; users never seen count as seen when created
    #[arg(long, value_name = "TIME", value_parser = past, allow_hyphen_values = true)]
    pub(crate) seen_since: Option<Timestamp>,
    /// Only users not seen since this time, such as 90d; users never seen count as seen when
    /// created
    #[arg(
        long,
        visible_alias = "seen-before",
        value_name = "TIME",
        value_parser = past,
        allow_hyphen_values = true
    )]
    pub(crate) inactive_since: Option<Timestamp>,
}

impl FilterArgs {
    /// Whether there is no condition.
    pub(crate) fn is_empty(&self) -> bool {
        !self.active
            && !self.inactive
            && !self.admin
            && self.workspace.is_none()
            && self.email_prefix.is_none()
            && self.domain.is_none()
            && self.username_prefix.is_none()
            && self.attribute.is_empty()
            && self.created_since.is_none()
            && self.created_before.is_none()
            && self.changed_since.is_none()
            && self.changed_before.is_none()
            && self.seen_since.is_none()
            && self.inactive_since.is_none()
    }
}
