//! `headcount workspaces …` on the command line.

use clap::Subcommand;
use headcount::Role;

use super::{IfVersion, Ownerless};

/// Help for every command that takes a workspace: how to name one, with examples.
macro_rules! naming {
    ($examples:literal) => {
        concat!(
            "\
WORKSPACE is a workspace's name, or its id as in id:12. A number alone is a name
if a workspace has it, and an id otherwise; name:TEXT is always a name.
USER is an id, an email or a username.

Examples:
",
            $examples
        )
    };
}

const LIST_HELP: &str = "\
Examples:
  headcount workspaces list
  headcount workspaces list --archived --json";

const CREATE_HELP: &str = "\
USER is an id, an email or a username.

Examples:
  headcount workspaces create 'Churn models' --owner ann@ex.co
  headcount workspaces create Sandbox --allow-ownerless";

const DEFAULT_HELP: &str = "\
USER is an id, an email or a username.

Examples:
  headcount workspaces default ann@ex.co";

const GET_HELP: &str = naming!(
    "  headcount workspaces get 'Fraud models'
  headcount workspaces get id:1 --json"
);

const RENAME_HELP: &str = naming!(
    "  headcount workspaces rename 'Fraud models' 'Fraud models 2026'
  headcount workspaces rename id:1 2026"
);

const ARCHIVE_HELP: &str = naming!("  headcount workspaces archive 'Fraud models'");

const RESTORE_HELP: &str = naming!("  headcount workspaces restore 'Fraud models'");

const DELETE_HELP: &str = naming!("  headcount workspaces delete 'Fraud models' --yes");

const MEMBERS_HELP: &str = naming!(
    "  headcount workspaces members 'Fraud models'
  headcount workspaces members id:1 --json"
);

const ADD_HELP: &str = naming!("  headcount workspaces add 'Fraud models' bob --role owner");

const SET_ROLE_HELP: &str =
    naming!("  headcount workspaces set-role 'Fraud models' root@root.example owner");

const REMOVE_HELP: &str = naming!("  headcount workspaces remove 'Fraud models' bob");

#[derive(Debug, Subcommand)]
pub(crate) enum WorkspacesCommand {
    /// List workspaces that are not archived, ordered by id
    #[command(visible_alias = "ls", after_help = LIST_HELP)]
    List {
        /// Only archived workspaces
        #[arg(long, conflicts_with = "all")]
        archived: bool,
        /// Archived workspaces too
        #[arg(long)]
        all: bool,
    },
    /// Show a workspace and its members
    #[command(visible_alias = "show", after_help = GET_HELP)]
    Get {
        /// The name, or id:12
        workspace: String,
    },
    /// Create a workspace
    #[command(after_help = CREATE_HELP)]
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
    #[command(after_help = RENAME_HELP)]
    Rename {
        /// The name, or id:12
        workspace: String,
        /// The new name
        name: String,
        #[command(flatten)]
        version: IfVersion,
    },
    /// Archive a workspace: members can leave, and nothing else can change
    #[command(after_help = ARCHIVE_HELP)]
    Archive {
        /// The name, or id:12
        workspace: String,
        #[command(flatten)]
        version: IfVersion,
    },
    /// Restore an archived workspace
    #[command(after_help = RESTORE_HELP)]
    Restore {
        /// The name, or id:12
        workspace: String,
        #[command(flatten)]
        version: IfVersion,
    },
    /// Delete a workspace for good; archiving is reversible
    #[command(visible_alias = "rm", after_help = DELETE_HELP)]
    Delete {
        /// The name, or id:12
        workspace: String,
        #[command(flatten)]
        version: IfVersion,
        #[command(flatten)]
        yes: super::Yes,
    },
    /// List the members of a workspace, owners first
    #[command(after_help = MEMBERS_HELP)]
    Members {
        /// The name, or id:12
        workspace: String,
    },
    /// Make a user a member of a workspace
    #[command(after_help = ADD_HELP)]
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
    #[command(after_help = SET_ROLE_HELP)]
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
    #[command(after_help = REMOVE_HELP)]
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
    #[command(after_help = DEFAULT_HELP)]
    Default {
        /// The user's id, email or username
        user: String,
    },
}
