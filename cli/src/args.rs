//! The command line: what can be asked for, and its help.

mod batch;
mod changes;
mod doctor;
mod export;
mod files;
mod filter;
mod import;
mod list;
mod remote;
mod seats;
mod selection;
mod serving;
mod upkeep;
mod values;
mod workspaces;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Parser, Subcommand};
use headcount::{Batch, License};

pub(crate) use self::batch::BatchArgs;
pub(crate) use self::changes::ChangesArgs;
pub(crate) use self::doctor::{BenchArgs, UndoArgs};
pub(crate) use self::export::{ExportArgs, ExportFormat, StatsArgs, StatsFormat};
pub(crate) use self::files::{BackupArgs, RestoreArgs};
pub(crate) use self::filter::FilterArgs;
pub(crate) use self::import::{FormatArg, ImportArgs, TEMPLATE_USERNAME, WhenFull};
pub(crate) use self::list::{COLUMNS, ListArgs, ListFormat, SortArg};
use self::remote::GLOBAL;
pub(crate) use self::remote::RemoteArgs;
pub(crate) use self::seats::SeatsArgs;
pub(crate) use self::selection::SelectionArgs;
pub(crate) use self::serving::{CreateKeyArgs, KeysCommand, ServeArgs};
pub(crate) use self::upkeep::{RepairArgs, VerifyArgs};
use self::values::{attribute, external_id};
pub(crate) use self::workspaces::WorkspacesCommand;

/// A user directory that never has more active users than its license has seats
#[derive(Debug, Parser)]
#[command(name = "headcount", version, arg_required_else_help = true)]
pub(crate) struct Args {
    /// The directory's file; the default is `HEADCOUNT_DB` in the environment, or
    /// headcount.redb
    #[arg(long, global = true, value_name = "FILE", help_heading = GLOBAL)]
    db: Option<PathBuf>,

    /// Print one JSON document to standard output, and an error as one to standard error
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(crate) json: bool,

    /// Open a directory without its log if that is missing, damaged or belongs to another
    /// file; writes that are only in the log are lost, and the log is set aside
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(crate) salvage_log: bool,

    /// The active user who makes the change: it is recorded, and they can't deactivate
    /// or delete themselves; their rights are not checked
    #[arg(long, global = true, value_name = "USER", help_heading = GLOBAL)]
    pub(crate) actor: Option<String>,

    #[command(flatten)]
    pub(crate) remote: RemoteArgs,

    /// How long to wait for a file that another process has open
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        default_value = "1s",
        value_parser = files::parse_wait,
        help_heading = GLOBAL
    )]
    pub(crate) wait: Duration,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Args {
    /// The file was named on the command line, so no server is meant.
    pub(crate) fn names_a_file(&self) -> bool {
        self.db.is_some()
    }

    /// Whether standard output is for programs, and no line of it may be broken.
    pub(crate) fn prints_data(&self) -> bool {
        let is_data = match &self.command {
            Command::Users(UsersCommand::List(list)) => list.format != ListFormat::Table,
            Command::Search { list, .. } => list.format != ListFormat::Table,
            Command::Export(export) => export.output.is_none(),
            Command::Stats(stats) => stats.format != StatsFormat::Table,
            Command::Completions { .. } | Command::Man { .. } => true,
            _ => false,
        };
        self.json || is_data
    }

    /// Where the directory is.
    pub(crate) fn db(&self) -> PathBuf {
        let of_environment = || std::env::var_os("HEADCOUNT_DB").filter(|name| !name.is_empty());
        match &self.db {
            Some(file) => file.clone(),
            None => of_environment().map_or_else(|| "headcount.redb".into(), PathBuf::from),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import users from files: all of them, or nothing
    Import(ImportArgs),
    /// List, show, create and change users
    #[command(subcommand, visible_alias = "user")]
    Users(UsersCommand),
    /// Find users by a text in their email, username or name
    Search {
        /// The text, in any case
        #[arg(value_parser = values::condition)]
        text: String,
        #[command(flatten)]
        list: Box<ListArgs>,
    },
    /// Show the seats in use, now and at their peak, and who holds them
    Seats(SeatsArgs),
    /// Show or set the license
    #[command(subcommand)]
    License(LicenseCommand),
    /// List, show, create and change workspaces and their members
    #[command(subcommand, visible_aliases = ["workspace", "ws"])]
    Workspaces(WorkspacesCommand),
    /// Apply operations from a file as one request: all of them, or none
    Batch(BatchArgs),
    /// Show changes, who made them and when, and follow new ones
    Changes(ChangesArgs),
    /// Revert a change, where that is possible
    Undo(UndoArgs),
    /// Copy the directory to a new file, verified before it is done
    Backup(BackupArgs),
    /// Put a copy of a backup in the directory's place, verified before it is done
    Restore(RestoreArgs),
    /// Export all users, or everything, for other programs or another directory
    Export(ExportArgs),
    /// Shrink the directory's file as far as possible
    Compact,
    /// Show the directory's figures: seats, users, sizes
    Stats(StatsArgs),
    /// Check the file, its log and disk, the records and the license, and suggest fixes
    #[command(after_help = doctor::DOCTOR_HELP)]
    Doctor,
    /// Measure the speed of this disk, and of the library on it
    Bench(BenchArgs),
    /// List all damage in the directory's file
    Verify(VerifyArgs),
    /// Repair a damaged file from what can still be read of it
    Repair(RepairArgs),
    /// Serve the directory to the platform's SDK and to other programs
    Serve(ServeArgs),
    /// List, make and revoke the keys of the server
    #[command(subcommand, visible_alias = "key")]
    Keys(KeysCommand),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_HELP)]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write the pages of all commands to a folder
    Man {
        /// An existing folder to write them to
        #[arg(long, value_name = "FOLDER")]
        dir: Option<PathBuf>,
    },
}

const COMPLETIONS_HELP: &str = "\
Examples:
  headcount completions bash > ~/.local/share/bash-completion/completions/headcount
  headcount completions zsh > \"${fpath[1]}/_headcount\"
  headcount completions fish > ~/.config/fish/completions/headcount.fish";

#[derive(Debug, Subcommand)]
pub(crate) enum UsersCommand {
    /// List users, all of them or those who meet every condition given
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Show one user, with the workspaces that they are a member of
    #[command(visible_alias = "show", group = ArgGroup::new("who").required(true))]
    Get {
        /// The user's id, email or username
        #[arg(group = "who")]
        user: Option<String>,
        /// The user's username
        #[arg(long, value_name = "NAME", group = "who")]
        username: Option<String>,
    },
    /// Create a user, who is active and takes a seat unless --inactive is given
    #[command(visible_alias = "add")]
    Create(CreateArgs),
    /// Change fields of users; all other fields stay as they are
    Update(UpdateArgs),
    /// Make users active, each of whom takes a seat
    #[command(visible_alias = "enable", after_help = selection::HELP)]
    Activate {
        #[command(flatten)]
        version: IfVersion,
        // Last: arguments after it would be under its heading.
        #[command(flatten)]
        who: SelectionArgs,
    },
    /// Make users inactive, which frees their seats
    #[command(visible_alias = "disable", after_help = selection::HELP)]
    Deactivate {
        #[command(flatten)]
        version: IfVersion,
        #[command(flatten)]
        ownerless: Ownerless,
        // Last: arguments after it would be under its heading.
        #[command(flatten)]
        who: SelectionArgs,
    },
    /// Delete users for good; deactivation is reversible
    #[command(visible_aliases = ["remove", "rm"], after_help = selection::HELP)]
    Delete {
        #[command(flatten)]
        version: IfVersion,
        #[command(flatten)]
        ownerless: Ownerless,
        #[command(flatten)]
        yes: Yes,
        // Last: arguments after it would be under its heading.
        #[command(flatten)]
        who: SelectionArgs,
    },
}

/// A change that can't be undone.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Yes {
    /// Don't ask for confirmation; required where there is no terminal to ask on
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// A change that is refused when somebody else was faster.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct IfVersion {
    /// Refuse the change unless the record has this version
    #[arg(long, value_name = "N", value_parser = values::number)]
    if_version: Option<u64>,
}

impl IfVersion {
    pub(crate) fn is_given(self) -> bool {
        self.if_version.is_some()
    }

    /// Makes the last operation of `batch` depend on the version.
    pub(crate) fn on(self, batch: Batch) -> Batch {
        match self.if_version {
            Some(version) => batch.if_version(version),
            None => batch,
        }
    }
}

/// A change that may leave workspaces without an active owner.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Ownerless {
    /// Allow a workspace to lose its last active owner; the report names those that do
    #[arg(long)]
    allow_ownerless: bool,
}

impl Ownerless {
    pub(crate) fn is_allowed(self) -> bool {
        self.allow_ownerless
    }

    pub(crate) fn on(self, batch: Batch) -> Batch {
        batch.allow_ownerless(self.allow_ownerless)
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    /// The email address; no other user may have it
    pub(crate) email: String,
    /// The username; the email by default
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// The id, a UUID; generated by default
    #[arg(long, value_name = "UUID")]
    pub(crate) id: Option<headcount::UserId>,
    /// The given (first) name
    #[arg(long, value_name = "NAME")]
    pub(crate) given_name: Option<String>,
    /// The family (last) name
    #[arg(long, value_name = "NAME")]
    pub(crate) family_name: Option<String>,
    /// Make the user an admin of the platform
    #[arg(long)]
    pub(crate) admin: bool,
    /// Create the user without a seat
    #[arg(long)]
    pub(crate) inactive: bool,
    /// The id that a provisioner has given the user, such as okta=00u1; may be repeated
    #[arg(long = "external-id", value_name = "PROVISIONER=ID", value_parser = external_id)]
    pub(crate) external_ids: Vec<(String, String)>,
    /// An attribute; may be repeated
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = attribute)]
    pub(crate) attributes: Vec<(String, String)>,
}

#[derive(Debug, clap::Args)]
#[command(
    group = ArgGroup::new("change").required(true).multiple(true),
    override_usage = "headcount users update [OPTIONS] <USER>...",
    after_help = selection::UPDATE_HELP
)]
pub(crate) struct UpdateArgs {
    /// Users, each by id, email or username; - reads them from standard input
    #[arg(value_name = "USER", required_unless_present = "from")]
    pub(crate) users: Vec<String>,
    /// A file with a user on each line; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Show what would happen, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// A new email address; a username that is the email follows
    #[arg(long, group = "change")]
    pub(crate) email: Option<String>,
    /// A new username
    #[arg(long, value_name = "NAME", group = "change")]
    pub(crate) username: Option<String>,
    /// Make the email the username, also when it changes
    #[arg(long, group = "change", conflicts_with = "username")]
    pub(crate) username_from_email: bool,
    /// The given (first) name; an empty one removes it
    #[arg(long, value_name = "NAME", group = "change")]
    pub(crate) given_name: Option<String>,
    /// The family (last) name; an empty one removes it
    #[arg(long, value_name = "NAME", group = "change")]
    pub(crate) family_name: Option<String>,
    /// Make the user an admin of the platform, or take that away
    #[arg(long, group = "change")]
    pub(crate) admin: Option<bool>,
    /// Set the id that a provisioner has given the user; an empty one removes it; may be
    /// repeated
    #[arg(
        long = "external-id", value_name = "PROVISIONER=ID", value_parser = external_id,
        group = "change"
    )]
    pub(crate) external_ids: Vec<(String, String)>,
    /// Set an attribute; may be repeated
    #[arg(
        long = "attribute", value_name = "NAME=VALUE", value_parser = attribute,
        group = "change"
    )]
    pub(crate) attributes: Vec<(String, String)>,
    /// Remove an attribute; may be repeated
    #[arg(long = "remove-attribute", value_name = "NAME", group = "change")]
    pub(crate) removed_attributes: Vec<String>,
    /// Refuse the update unless the user's record has this version
    #[arg(long, value_name = "N", value_parser = values::number)]
    pub(crate) if_version: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LicenseCommand {
    /// Show the license and how its seats are used
    Show,
    /// Set the license; a smaller one than today's use evicts nobody
    Set {
        /// community (5 seats), enterprise (no limit) or a number of seats
        license: License,
        /// Refuse the change unless the license has this version, as `headcount
        /// license show --json` has it
        #[arg(long, value_name = "N", value_parser = values::number)]
        if_version: Option<u64>,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }
}
