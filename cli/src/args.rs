//! The command line and its help.

mod batch;
mod changes;
mod contradictions;
mod doctor;
mod export;
mod files;
mod filter;
mod import;
mod license;
mod list;
mod remote;
mod seats;
mod selection;
mod serving;
mod upkeep;
mod users;
mod values;
mod workspaces;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use headcount::Batch;

pub(crate) use self::batch::BatchArgs;
pub(crate) use self::changes::ChangesArgs;
pub(crate) use self::doctor::{BenchArgs, UndoArgs};
pub(crate) use self::export::{ExportArgs, ExportFormat, StatsArgs, StatsFormat};
pub(crate) use self::files::{BackupArgs, RestoreArgs};
pub(crate) use self::filter::FilterArgs;
pub(crate) use self::import::{FormatArg, ImportArgs, TEMPLATE_USERNAME, WhenFull};
pub(crate) use self::license::LicenseCommand;
pub(crate) use self::list::{COLUMNS, LAST_SEEN, ListArgs, ListFormat, SearchArgs, SortArg};
use self::remote::GLOBAL;
pub(crate) use self::remote::RemoteArgs;
pub(crate) use self::seats::SeatsArgs;
pub(crate) use self::selection::SelectionArgs;
pub(crate) use self::serving::{CreateKeyArgs, Exposed, KeysCommand, ServeArgs};
pub(crate) use self::upkeep::{RepairArgs, VerifyArgs};
pub(crate) use self::users::{CreateArgs, UpdateArgs, UsersCommand};
pub(crate) use self::values::url;
pub(crate) use self::workspaces::WorkspacesCommand;

/// A user directory that never has more active users than its license has seats
#[derive(Debug, Parser)]
#[command(name = "headcount", version, arg_required_else_help = true, after_help = HELP)]
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
        allow_hyphen_values = true,
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

    /// The location of the directory.
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
    Search(SearchArgs),
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
    #[command(after_help = files::COMPACT_HELP)]
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
    #[command(after_help = MAN_HELP)]
    Man {
        /// An existing folder to write them to
        #[arg(long, value_name = "FOLDER")]
        dir: Option<PathBuf>,
    },
}

const HELP: &str = "\
Examples:
  headcount users create ann@ex.co --admin
  headcount import okta.csv --dry-run
  headcount users deactivate bob@ex.co
  headcount users list --active --json
  headcount seats --since 2026-01-01";

const COMPLETIONS_HELP: &str = "\
Examples:
  headcount completions bash > ~/.local/share/bash-completion/completions/headcount
  headcount completions zsh > \"${fpath[1]}/_headcount\"
  headcount completions fish > ~/.config/fish/completions/headcount.fish";

const MAN_HELP: &str = "\
Examples:
  headcount man | man -l -
  headcount man --dir /usr/local/share/man/man1";

/// A change that can't be undone.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Yes {
    /// Don't ask for confirmation; required where there is no terminal to ask on
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// A change that is refused if somebody else changed the record first.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct IfVersion {
    /// Refuse the change unless the record has this version
    #[arg(long, value_name = "N", value_parser = values::number, allow_negative_numbers = true)]
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }
}
