//! The command line: what can be asked for, and its help.

mod batch;
mod changes;
mod export;
mod files;
mod import;
mod list;
mod serving;
mod upkeep;
mod workspaces;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Parser, Subcommand};
use headcount::{Batch, License};

pub(crate) use self::batch::BatchArgs;
pub(crate) use self::changes::ChangesArgs;
pub(crate) use self::export::{ExportArgs, ExportFormat, StatsArgs, StatsFormat};
pub(crate) use self::files::{BackupArgs, RestoreArgs};
pub(crate) use self::import::{FormatArg, ImportArgs, TEMPLATE_USERNAME, WhenFull};
pub(crate) use self::list::{ListArgs, SortArg};
pub(crate) use self::serving::{CreateKeyArgs, KeysCommand, ServeArgs};
pub(crate) use self::upkeep::{RepairArgs, VerifyArgs};
pub(crate) use self::workspaces::WorkspacesCommand;

/// A user directory that never has more active users than its license has seats
#[derive(Debug, Parser)]
#[command(name = "headcount", version, arg_required_else_help = true)]
pub(crate) struct Args {
    /// The directory's file
    #[arg(
        long,
        global = true,
        env = "HEADCOUNT_DB",
        value_name = "FILE",
        default_value = "headcount.redb"
    )]
    pub(crate) db: PathBuf,

    /// Print one JSON document on standard output; errors are one on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Open a directory whose log is missing, damaged or another's without the writes
    /// that are only there; they are lost, and the log is set aside
    #[arg(long, global = true)]
    pub(crate) salvage_log: bool,

    /// The id, email or username of the user who makes the change: it is recorded, and they
    /// can't deactivate or delete themselves
    #[arg(long, global = true, value_name = "USER")]
    pub(crate) actor: Option<String>,

    /// How long to wait for a file that another process has open
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        default_value = "1s",
        value_parser = files::parse_wait
    )]
    pub(crate) wait: Duration,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import users from files: all of them, or nothing
    Import(ImportArgs),
    /// List, show, create and change users
    #[command(subcommand)]
    Users(UsersCommand),
    /// Show or set the license
    #[command(subcommand)]
    License(LicenseCommand),
    /// List, show, create and change workspaces and their members
    #[command(subcommand)]
    Workspaces(WorkspacesCommand),
    /// Apply operations from a file as one request: all of them, or none
    Batch(BatchArgs),
    /// Show what was changed, by whom and when, and go on as changes come
    Changes(ChangesArgs),
    /// Copy the directory to a new file, verified before it is done
    Backup(BackupArgs),
    /// Put a copy of a backup in the directory's place, verified before it is done
    Restore(RestoreArgs),
    /// Write all users, or all there is, for other programs or for another directory
    Export(ExportArgs),
    /// Make the directory's file as small as it gets
    Compact,
    /// Show figures of the directory: seats, users, sizes
    Stats(StatsArgs),
    /// List everything that is wrong with the directory's file
    Verify(VerifyArgs),
    /// Make a damaged file sound again, from what can be read of it
    Repair(RepairArgs),
    /// Serve the directory to the platform's SDK and to other programs
    Serve(ServeArgs),
    /// List, make and revoke the keys of the server
    #[command(subcommand)]
    Keys(KeysCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum UsersCommand {
    /// List users, all of them or those who meet every condition given
    List(ListArgs),
    /// Show one user, with the workspaces that they are a member of
    #[command(group = ArgGroup::new("who").required(true))]
    Get {
        /// The user's id, email or username
        #[arg(group = "who")]
        user: Option<String>,
        /// The user's username
        #[arg(long, value_name = "NAME", group = "who")]
        username: Option<String>,
    },
    /// Create a user, who is active and takes a seat unless --inactive is given
    Create(CreateArgs),
    /// Change fields of a user; what isn't named stays as it is
    Update(UpdateArgs),
    /// Make a user active, which takes a seat
    Activate {
        /// The user's id, email or username
        user: String,
        #[command(flatten)]
        version: IfVersion,
    },
    /// Make a user inactive, which frees a seat
    Deactivate {
        /// The user's id, email or username
        user: String,
        #[command(flatten)]
        version: IfVersion,
        #[command(flatten)]
        ownerless: Ownerless,
    },
    /// Delete a user for good; `deactivate` is the one to take back
    Delete {
        /// The user's id, email or username
        user: String,
        #[command(flatten)]
        version: IfVersion,
        #[command(flatten)]
        ownerless: Ownerless,
    },
}

/// A change that is refused when somebody else was faster.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct IfVersion {
    /// Refuse the change unless the record has this version
    #[arg(long, value_name = "N")]
    if_version: Option<u64>,
}

impl IfVersion {
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
    /// Let workspaces be left without an active owner
    #[arg(long)]
    allow_ownerless: bool,
}

impl Ownerless {
    pub(crate) fn is_allowed(self) -> bool {
        self.allow_ownerless
    }

    pub(crate) fn on(self, batch: Batch) -> Batch {
        if self.allow_ownerless {
            batch.allow_ownerless()
        } else {
            batch
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    /// The email address; no other user may have it
    pub(crate) email: String,
    /// The username; the email where none is given
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// A UUID from elsewhere; otherwise one is drawn
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
    /// An attribute; may be repeated
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = parse_attribute)]
    pub(crate) attributes: Vec<(String, String)>,
}

#[derive(Debug, clap::Args)]
#[command(
    group = ArgGroup::new("change").required(true).multiple(true),
    override_usage = "headcount users update [OPTIONS] <USER>"
)]
pub(crate) struct UpdateArgs {
    /// The user's id, email or username
    pub(crate) user: String,
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
    /// Set an attribute; may be repeated
    #[arg(
        long = "attribute", value_name = "NAME=VALUE", value_parser = parse_attribute,
        group = "change"
    )]
    pub(crate) attributes: Vec<(String, String)>,
    /// Remove an attribute; may be repeated
    #[arg(long = "remove-attribute", value_name = "NAME", group = "change")]
    pub(crate) removed_attributes: Vec<String>,
    /// Refuse the update unless the user's record has this version
    #[arg(long, value_name = "N")]
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
        #[arg(long, value_name = "N")]
        if_version: Option<u64>,
    },
}

fn parse_attribute(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
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

    #[test]
    fn an_attribute_is_split_at_its_first_equals_sign() {
        assert_eq!(
            parse_attribute("a=b=c"),
            Ok(("a".to_owned(), "b=c".to_owned()))
        );
        assert_eq!(parse_attribute("a="), Ok(("a".to_owned(), String::new())));
        assert!(parse_attribute("a").is_err());
        assert!(parse_attribute("=b").is_err());
    }
}
