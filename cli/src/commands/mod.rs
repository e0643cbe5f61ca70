//! The commands, one room each, and how they get at the directory.

mod changes;
mod import;
mod license;
mod users;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use headcount::{Directory, UserId};

use crate::args::{Args, Command};
use crate::failure::{Failure, Result};

/// Runs the command that was asked for.
pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<()> {
    let store = Store {
        path: &args.db,
        actor: args.actor.as_deref(),
    };
    match &args.command {
        Command::Import(import) => import::run(&store, import, args.json, out),
        Command::Users(command) => users::run(&store, command, args.json, out),
        Command::License(command) => license::run(&store, command, args.json, out),
        Command::Changes { after } => changes::run(&store, *after, args.json, out),
    }
}

/// Where the directory is, and who works on it.
struct Store<'a> {
    path: &'a Path,
    actor: Option<&'a str>,
}

impl Store<'_> {
    /// Whether there is no directory yet: no file, or one with nothing in it.
    fn is_missing(&self) -> bool {
        match fs::metadata(self.path) {
            Ok(metadata) => metadata.is_file() && metadata.len() == 0,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    /// Opens the directory that must be there.
    fn open(&self) -> Result<Directory> {
        if self.is_missing() {
            let path = self.path.display();
            return Err(Failure::refused(
                "no_directory",
                format!(
                    "there is no directory in {path}; make one with `headcount import FILE` or \
                     `headcount users create EMAIL`, or name another file with --db"
                ),
            ));
        }
        Ok(Directory::options()
            .create_if_missing(false)
            .open(self.path)?)
    }

    /// Opens the directory that must be there, to be changed by the actor.
    fn open_to_change(&self) -> Result<Directory> {
        self.acting(self.open()?)
    }

    /// Opens the directory to be changed by the actor; makes it if it is missing.
    fn open_or_create(&self) -> Result<Directory> {
        // A new directory has no users, so the actor would not be there: better
        // said before a file is made.
        if self.actor.is_some() {
            return self.open_to_change();
        }
        Ok(Directory::open(self.path)?)
    }

    /// `directory` in the hands of the actor, if one was named.
    fn acting(&self, directory: Directory) -> Result<Directory> {
        let Some(actor) = self.actor else {
            return Ok(directory);
        };
        match directory.user(actor)? {
            Some(user) => Ok(directory.acting_as(user.id())),
            None => Err(not_found(&format!(
                "the actor {actor:?} is not a user's id or email"
            ))),
        }
    }
}

fn not_found(what: &str) -> Failure {
    Failure::refused(
        "user_not_found",
        format!("{what}; list the users to see who is there"),
    )
}

/// How a user is named on a line of text.
fn short(id: UserId, email: &str) -> String {
    format!("{email} (id {id})")
}
