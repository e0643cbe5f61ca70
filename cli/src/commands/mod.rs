//! The commands, one module each, and how they open the directory.

mod batch;
mod bench;
mod changes;
mod confirm;
mod culprits;
mod doctor;
mod export;
mod files;
mod filter;
mod import;
mod import_files;
mod input;
mod keys;
mod license;
mod list;
mod load;
mod naming;
mod owners;
mod seats;
mod seats_after;
mod selection;
mod serve;
mod server;
mod shell;
mod stats;
mod stop;
mod undo;
mod upkeep;
mod users;
mod workspaces;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use headcount::{Applied, Batch, ErrorKind, Options, quoted};

use crate::args::{Args, Command};
use crate::directory::{Address, Directory, Remote};
use crate::failure::{Failure, Result, took_effect};

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<()> {
    refuse_contradictions(args)?;
    let path = args.db();
    let server = server::of(args)?;
    let store = Store {
        path: &path,
        server: server.as_ref(),
        actor: args.actor.as_deref(),
        salvage_log: args.salvage_log,
        wait: args.wait,
    };
    match &args.command {
        Command::Import(import) => import::run(&store, import, args.json, out),
        Command::Users(command) => users::run(&store, command, args.json, out),
        Command::Search(search) => {
            list::run(&store, &search.list, Some(&search.text), args.json, out)
        }
        Command::Seats(seats) => seats::run(&store, seats, args.json, out),
        Command::License(command) => license::run(&store, command, args.json, out),
        Command::Workspaces(command) => workspaces::run(&store, command, args.json, out),
        Command::Batch(batch) => batch::run(&store, batch, args.json, out),
        Command::Changes(changes) => changes::run(&store, changes, args.json, out),
        Command::Undo(undo) => undo::run(&store, undo, args.json, out),
        Command::Doctor => doctor::run(&store, args.json, out),
        Command::Bench(bench) => bench::run(&store, bench, args.json, out),
        Command::Backup(backup) => files::backup(&store, backup, args.json, out),
        Command::Restore(restore) => files::restore(&store, restore, args.json, out),
        Command::Export(export) => export::run(&store, export, args.json, out),
        Command::Stats(stats) => stats::run(&store, stats, args.json, out),
        Command::Compact => files::compact(&store, args.json, out),
        Command::Verify(verify) => upkeep::verify(&store, verify, args.json, out),
        Command::Repair(repair) => upkeep::repair(&store, repair, args.json, out),
        Command::Serve(serve) => serve::run(&store, serve, args.json, out),
        Command::Keys(command) => keys::run(&store, command, args.json, out),
        Command::Completions { shell } => shell::completions(*shell, out),
        Command::Man { dir } => shell::man(dir.as_deref(), out),
    }
}

/// Refuses options that the command can't honor.
fn refuse_contradictions(args: &Args) -> Result<()> {
    if let Some(printed) = args.contradicts_json() {
        return Err(Failure::refused(
            "usage",
            format!("{printed} is not one JSON document, which --json asks for; leave one out"),
        ));
    }
    if args.actor.is_some() && !args.command.has_actor() {
        return Err(Failure::refused(
            "usage",
            "nobody is recorded as the actor of this command; leave --actor out",
        ));
    }
    Ok(())
}

/// The location of the directory, and who works on it.
struct Store<'a> {
    path: &'a Path,
    /// The server through which the directory is reached, instead of the file.
    server: Option<&'a Address>,
    actor: Option<&'a str>,
    salvage_log: bool,
    /// How long to wait for it while another process has it open.
    wait: Duration,
}

/// The door through which this command makes changes.
const DOOR: &str = "command";

impl Store<'_> {
    /// Whether there is no directory yet: no file, or an empty one.
    fn is_missing(&self) -> bool {
        if self.server.is_some() {
            return false;
        }
        match fs::metadata(self.path) {
            Ok(metadata) => metadata.is_file() && metadata.len() == 0,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    /// Opens the existing directory to read it: alongside other readers, and also where nothing can
    /// be written.
    fn open(&self) -> Result<Directory> {
        match self.server {
            Some(address) => Ok(Directory::There(Remote::connect(address)?)),
            None => Ok(Directory::Here(self.open_file()?)),
        }
    }

    /// The same of a file. An actor who is not valid is refused here too.
    fn open_file(&self) -> Result<headcount::Directory> {
        self.must_be_there()?;
        let directory = self.options().read_only(true).open(self.path)?;
        self.acting(directory)
    }

    /// The same as [`open`](Self::open); `None` while another process has the file open to
    /// write.
    fn open_unless_held(&self) -> Result<Option<Directory>> {
        if self.server.is_some() {
            return self.open().map(Some);
        }
        self.must_be_there()?;
        let options = headcount::Directory::options().read_only(true);
        match options.open(self.path) {
            Ok(directory) => Ok(Some(Directory::Here(directory))),
            Err(error) if error.kind() == ErrorKind::AlreadyOpen => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens the existing file for changes by the actor.
    fn open_to_write(&self) -> Result<headcount::Directory> {
        self.must_be_there()?;
        let directory = self.options().create_if_missing(false).open(self.path)?;
        self.acting(directory.through(DOOR))
    }

    /// The options to open the directory with.
    fn options(&self) -> Options {
        headcount::Directory::options()
            .open_timeout(self.wait)
            .salvage_log(self.salvage_log)
    }

    fn must_be_there(&self) -> Result<()> {
        if !self.is_missing() {
            return Ok(());
        }
        let path = self.path.display();
        Err(Failure::refused(
            "no_directory",
            format!(
                "there is no directory in {path}; make one with `headcount import FILE` or \
                 `headcount users create EMAIL`, or name another file with --db"
            ),
        ))
    }

    /// Opens the existing directory for changes by the actor.
    fn open_to_change(&self) -> Result<Directory> {
        match self.server {
            Some(_) => self.open(),
            None => Ok(Directory::Here(self.open_to_write()?)),
        }
    }

    /// Opens the existing directory for a dry run by the actor.
    fn open_to_try(&self) -> Result<Directory> {
        match self.server {
            Some(_) => self.open(),
            None => Ok(Directory::Here(self.open_file()?)),
        }
    }

    /// Opens the directory for changes by the actor; creates it if it is missing.
    fn open_or_create(&self) -> Result<Directory> {
        match self.server {
            Some(_) => self.open(),
            None => Ok(Directory::Here(self.open_or_create_file()?)),
        }
    }

    /// The same of a file.
    fn open_or_create_file(&self) -> Result<headcount::Directory> {
        // A new directory has no users, so no actor: refuse before a file is created.
        if self.actor.is_some() {
            return self.open_to_write();
        }
        Ok(self.options().open(self.path)?.through(DOOR))
    }

    /// An empty directory in memory, for changes by the actor.
    fn in_memory(&self) -> Result<Directory> {
        Ok(Directory::Here(
            self.acting(headcount::Directory::in_memory()?)?,
        ))
    }

    /// `directory` for changes by the actor, if one was named.
    fn acting(&self, directory: headcount::Directory) -> Result<headcount::Directory> {
        Ok(match self.actor_in(&directory)? {
            Some(actor) => directory.acting_as(actor),
            None => directory,
        })
    }

    /// The actor, if one was named.
    fn actor_in(&self, directory: &headcount::Directory) -> Result<Option<headcount::UserId>> {
        let Some(actor) = self.actor else {
            return Ok(None);
        };
        match directory.user(actor)? {
            Some(user) if user.is_active() => Ok(Some(user.id())),
            Some(user) => Err(Failure::refused(
                "inactive_actor",
                format!(
                    "the actor {} is not active; name an active user, or leave --actor out",
                    user.email()
                ),
            )),
            None => Err(not_found(&format!(
                "the actor {} is not a user's id, email or username",
                quoted(actor)
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

/// Applies `batch`; a refusal names the option that would allow it.
fn apply(directory: &Directory, batch: Batch) -> Result<Applied> {
    let applied = directory.apply(batch).map_err(refusal)?;
    note_effect(&applied);
    Ok(applied)
}

/// Notes that the batch changed something, or did so when it was sent before.
fn note_effect(applied: &Applied) {
    if applied.sequence.is_some() {
        took_effect();
    }
}

/// The refusal of a batch by a command that has `--allow-ownerless`.
fn refusal(error: headcount::Error) -> Failure {
    let is_last_owner = error.kind() == ErrorKind::LastOwner;
    let failure = Failure::from(error);
    if is_last_owner {
        failure.with_help("use --allow-ownerless to leave it without one")
    } else {
        failure
    }
}
