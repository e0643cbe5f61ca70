//! Conditions that choose users, for every command that lists or changes many.

use headcount::{Role, Timestamp};

use super::values::moment;

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Conditions")]
pub(crate) struct FilterArgs {
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
    /// Only those with this attribute, or this value of it; may be repeated
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(crate) attribute: Vec<String>,
    /// Only those created then or later: 2026-11-01, 2026-11-01T08:00:00Z, or 7d for
    /// seven days ago
    #[arg(long, visible_alias = "created-after", value_name = "TIME", value_parser = moment)]
    pub(crate) created_since: Option<Timestamp>,
    /// Only those created before
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) created_before: Option<Timestamp>,
    /// Only those created or changed then or later
    #[arg(long, visible_alias = "changed-after", value_name = "TIME", value_parser = moment)]
    pub(crate) changed_since: Option<Timestamp>,
    /// Only those last changed before
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) changed_before: Option<Timestamp>,
    /// Only those last seen then or later; who never was counts as seen when created
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) seen_since: Option<Timestamp>,
    /// Only those not seen since then, such as 90d; who never was counts as seen when
    /// created
    #[arg(long, visible_alias = "seen-before", value_name = "TIME", value_parser = moment)]
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
