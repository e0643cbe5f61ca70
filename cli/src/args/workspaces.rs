//! `headcount workspaces …` on the command line.

use clap::Subcommand;
use headcount::Role;

use super::{IfVersion, Ownerless};

/// How a workspace is named, for every command that takes one.
pub(super) const NAMING_HELP: &str = "\
WORKSPACE is a workspace's name, or its id as in id:12. A number alone is a name
if a workspace has it, and an id otherwise; name:TEXT is always a name.
USER is an id, an email or a username.";

#[derive(Debug, Subcommand)]
pub(crate) enum WorkspacesCommand {
    /// List workspaces that are not archived, ordered by id
    #[command(visible_alias = "ls")]
    List {
        /// Only archived workspaces
        #[arg(long, conflicts_with = "all")]
        archived: bool,
        /// Archived workspaces too
        #[arg(long)]
        all: bool,
    },
    /// Show a workspace and its members
    #[command(visible_alias = "show", after_help = NAMING_HELP)]
    Get {
        /// The name, or id:12
        workspace: String,
    },
    /// Create a workspace
    Create {
        /// 1 to 128 characters; no other workspace may have the name
        name: String,
        /// Its first owner, an active user
        #[arg(long, value_name = "USER")]
        owner: Option<String>,
        #[command(flatten)]
        ownerless: Ownerless,
    },
    /// Rename a workspace
    #[command(after_help = NAMING_HELP)]
    Rename {
        /// The name, or id:12
        workspace: String,
        /// The new name
        name: String,
        #[command(flatten)]
        version: IfVersion,
    },
    /// Archive a workspace: members can leave, and nothing else can change
    #[command(after_help = NAMING_HELP)]
    Archive {
        /// The name, or id:12
        workspace: String,
        #[command(flatten)]
        version: IfVersion,
    },
    /// Restore an archived workspace
    #[command(after_help = NAMING_HELP)]
    Restore {
        /// The name, or id:12
        workspace: String,
        #[command(flatten)]
        version: IfVersion,
    },
    /// Delete a workspace for good; archiving is reversible
    #[command(visible_alias = "rm", after_help = NAMING_HELP)]
    Delete {
        /// The name, or id:12
        workspace: String,
        #[command(flatten)]
        version: IfVersion,
        #[command(flatten)]
        yes: super::Yes,
    },
    /// List the members of a workspace, owners first
    #[command(after_help = NAMING_HELP)]
    Members {
        /// The name, or id:12
        workspace: String,
    },
    /// Make a user a member of a workspace
    #[command(after_help = NAMING_HELP)]
    Add {
        /// The name, or id:12
        workspace: String,
        /// The user's id, email or username
        user: String,
        /// owner or user
        #[arg(long, default_value = "user")]
        role: Role,
    },
    /// Change the role of a member
    #[command(after_help = NAMING_HELP)]
    SetRole {
        /// The name, or id:12
        workspace: String,
        /// The user's id, email or username
        user: String,
        /// owner or user
        role: Role,
        #[command(flatten)]
        version: IfVersion,
        #[command(flatten)]
        ownerless: Ownerless,
    },
    /// Remove a member from a workspace
    #[command(after_help = NAMING_HELP)]
    Remove {
        /// The name, or id:12
        workspace: String,
        /// The user's id, email or username
        user: String,
        #[command(flatten)]
        version: IfVersion,
        #[command(flatten)]
        ownerless: Ownerless,
    },
    /// Show a user's default workspace, which is created on first use
    Default {
        /// The user's id, email or username
        user: String,
    },
}
