//! `headcount users`: lists, shows, creates and changes users.

mod fields;

use std::io::Write;
use std::sync::Arc;

use headcount::{Batch, Member, Seats, Subject, User, UserRef, Workspace, WorkspaceRef, quoted};
use serde_json::{Value, json};

use self::fields::{new_user, update};
use super::confirm::confirm;
use super::naming::{short, short_workspace};
use super::selection::{self, How, Named, Verb};
use super::{Store, apply, list, not_found};
use crate::args::{self, IfVersion, SelectionArgs, UpdateArgs, UsersCommand, Yes};
use crate::directory::Directory;
use crate::failure::{Failure, Result};
use crate::output::{count, safe, write_json, yes_or_no};
use crate::ownerless::Ownerless;

pub(super) fn run(
    store: &Store<'_>,
    command: &UsersCommand,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    match command {
        UsersCommand::List(args) => list::run(store, args, None, json, out),
        UsersCommand::Get { user, username } => {
            let directory = store.open()?;
            let user = find(&directory, user.as_deref(), username.as_deref())?;
            let workspaces = workspaces_of(&directory, &user)?;
            if json {
                let workspaces: Vec<_> = workspaces.iter().map(membership).collect();
                write_json(out, &json!({ "user": &*user, "workspaces": workspaces }))
            } else {
                show(&user, &workspaces, out)
            }
        }
        UsersCommand::Create(args) => {
            let user = new_user(args)?;
            // A malformed one must not leave an empty directory behind.
            user.check()?;
            let directory = store.open_or_create()?;
            let batch = Batch::new().create_user(user);
            change(directory, batch, ["created", ""], json, out)
        }
        UsersCommand::Update(args) => update_users(store, args, json, out),
        UsersCommand::Activate { who, version } => {
            let change = UserCommand::new(Verb::Activate, who, *version);
            change.run(store, json, out)
        }
        UsersCommand::Deactivate {
            who,
            version,
            ownerless,
        } => UserCommand {
            ownerless: Some(*ownerless),
            ..UserCommand::new(Verb::Deactivate, who, *version)
        }
        .run(store, json, out),
        UsersCommand::Delete {
            who,
            version,
            ownerless,
            yes,
        } => UserCommand {
            ownerless: Some(*ownerless),
            yes: Some(*yes),
            ..UserCommand::new(Verb::Delete, who, *version)
        }
        .run(store, json, out),
    }
}

/// Changes fields of one user, or of several.
fn update_users(
    store: &Store<'_>,
    args: &UpdateArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let who = SelectionArgs {
        users: args.users.clone(),
        from: args.from.clone(),
        dry_run: args.dry_run,
        ..SelectionArgs::default()
    };
    let update = update(args)?;
    let named = selection::named(&who)?;
    if let Named::One(user) = &named {
        let batch = Batch::new().update_user(user, update);
        let told = ["updated", "is like that already"];
        return change(store.open_to_change()?, batch, told, json, out);
    }
    let directory = if args.dry_run {
        store.open_to_try()?
    } else {
        store.open_to_change()?
    };
    let users = selection::find(&directory, &who, &named)?;
    let is_of_one = args.email.is_some() || args.username.is_some() || args.if_version.is_some();
    if users.len() > 1 && is_of_one {
        return Err(Failure::refused(
            "usage",
            "--email, --username and --if-version need a single user; name one",
        ));
    }
    let verb = Verb::Update(Box::new(update));
    let how = How {
        dry_run: args.dry_run,
        json,
        is_chosen: false,
    };
    selection::change(directory, &users, &verb, None, how, out)
}

/// A command that changes one user, or several.
struct UserCommand<'a> {
    verb: Verb,
    who: &'a SelectionArgs,
    version: IfVersion,
    ownerless: Option<args::Ownerless>,
    yes: Option<Yes>,
}

impl<'a> UserCommand<'a> {
    fn new(verb: Verb, who: &'a SelectionArgs, version: IfVersion) -> Self {
        Self {
            verb,
            who,
            version,
            ownerless: None,
            yes: None,
        }
    }

    fn run(&self, store: &Store<'_>, json: bool, out: &mut dyn Write) -> Result<()> {
        let named = selection::named(self.who)?;
        let directory = if self.who.dry_run {
            store.open_to_try()?
        } else {
            store.open_to_change()?
        };
        let users = selection::find(&directory, self.who, &named)?;
        let is_chosen = matches!(named, Named::Filter);
        if let Some(yes) = self.yes.filter(|_| !self.who.dry_run && !users.is_empty()) {
            let what = match &*users {
                [user] => short(user.id(), user.email().as_str()),
                users => count(users.len(), "user"),
            };
            confirm(&format!("deleting {what}"), yes)?;
            if is_chosen && !yes.yes {
                let now = selection::find(&directory, self.who, &named)?;
                selection::refuse_changed(&users, &now)?;
            }
        }
        let (Named::One(_), [user]) = (&named, &*users) else {
            if self.version.is_given() {
                return Err(Failure::refused(
                    "usage",
                    "--if-version needs a single user; name one",
                ));
            }
            let how = How {
                dry_run: self.who.dry_run,
                json,
                is_chosen,
            };
            return selection::change(directory, &users, &self.verb, self.ownerless, how, out);
        };
        let mut batch = self.version.on(Batch::from_iter([self.verb.op(user.id())]));
        if let Some(ownerless) = self.ownerless {
            batch = ownerless.on(batch);
        }
        match self.verb {
            Verb::Activate => {
                let told = ["activated", "is active already"];
                change(directory, batch, told, json, out)
            }
            Verb::Deactivate => {
                let told = ["deactivated", "is inactive already"];
                change(directory, batch, told, json, out)
            }
            // An update has arguments and a command of its own.
            Verb::Update(_) => change(directory, batch, ["updated", "is like that"], json, out),
            Verb::Delete => delete(directory, user, batch, json, out),
        }
    }
}

fn find(directory: &Directory, user: Option<&str>, username: Option<&str>) -> Result<Arc<User>> {
    let (found, what) = match (user, username) {
        (_, Some(username)) => (
            directory.user_by_username(username)?,
            format!("no user has the username {}", quoted(username)),
        ),
        (user, None) => {
            let user = UserRef::from(user.unwrap_or_default());
            (directory.user(user.clone())?, format!("no user has {user}"))
        }
    };
    found.ok_or_else(|| not_found(&what))
}

/// The workspaces of a user, with the membership of each.
fn workspaces_of(directory: &Directory, user: &User) -> Result<Vec<(Member, Workspace)>> {
    let mut workspaces = Vec::new();
    for member in directory.workspaces_of(user.id())? {
        let workspace = WorkspaceRef::from(member.workspace());
        if let Some(workspace) = directory.workspace(workspace)? {
            workspaces.push((member, workspace));
        }
    }
    Ok(workspaces)
}

fn membership((member, workspace): &(Member, Workspace)) -> Value {
    json!({
        "workspace": workspace.id(),
        "name": workspace.name(),
        "archived": workspace.is_archived(),
        "role": member.role(),
        "since": member.since(),
        "version": member.version(),
    })
}

fn deactivated_at(user: &User) -> String {
    user.deactivated_at()
        .map_or("-".to_owned(), |at| at.to_string())
}

fn show(user: &User, workspaces: &[(Member, Workspace)], out: &mut dyn Write) -> Result<()> {
    let rows = [
        ("id", user.id().to_string()),
        ("email", user.email().to_string()),
        ("username", user.username().to_owned()),
        ("given name", user.given_name().unwrap_or("-").to_owned()),
        ("family name", user.family_name().unwrap_or("-").to_owned()),
        ("seat", yes_or_no(user.is_active()).to_owned()),
        ("admin", yes_or_no(user.is_admin()).to_owned()),
        ("created", user.created_at().to_string()),
        ("updated", user.updated_at().to_string()),
        ("deactivated", deactivated_at(user)),
        ("version", user.version().to_string()),
    ];
    for (name, value) in rows {
        writeln!(out, "{name:<11}  {}", safe(&value))?;
    }
    for (provisioner, id) in user.external_ids() {
        writeln!(
            out,
            "{:<11}  {} = {}",
            "external id",
            safe(provisioner),
            safe(id)
        )?;
    }
    for (name, value) in user.attributes() {
        writeln!(out, "{:<11}  {} = {}", "attribute", safe(name), safe(value))?;
    }
    for (member, workspace) in workspaces {
        let archived = if workspace.is_archived() {
            ", archived"
        } else {
            ""
        };
        let named = short_workspace(workspace.id(), workspace.name());
        let role = member.role();
        writeln!(out, "{:<11}  {named}: {role}{archived}", "workspace")?;
    }
    Ok(())
}

/// Applies a batch of one operation on a user who exists afterwards, and reports whether it changed
/// anything.
fn change(
    directory: Directory,
    batch: Batch,
    [done, unchanged]: [&str; 2],
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let applied = apply(&directory, batch)?;
    let changed = applied.sequence.is_some();
    let user = applied
        .outcomes
        .first()
        .and_then(|outcome| match outcome.subject {
            Subject::User(id) => applied.user(id),
            _ => None,
        });
    let Some(user) = user else {
        return Err(Failure::refused(
            "other",
            "the user is gone; list the users",
        ));
    };
    let ownerless = Ownerless::find(&directory, &applied.ownerless, json);
    let seats = finish(directory)?;
    if json {
        let mut document = json!({ "changed": changed, "user": &**user, "seats": seats });
        ownerless.add_to(&mut document, false);
        return write_json(out, &document);
    }
    let name = short(user.id(), user.email().as_str());
    if changed {
        writeln!(out, "{done} {name}")?;
    } else {
        writeln!(out, "nothing to change: {name} {unchanged}")?;
    }
    ownerless.write(false, out)?;
    writeln!(out, "{seats}")?;
    Ok(())
}

fn delete(
    directory: Directory,
    user: &User,
    batch: Batch,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let applied = apply(&directory, batch)?;
    let ownerless = Ownerless::find(&directory, &applied.ownerless, json);
    let seats = finish(directory)?;
    if json {
        let mut document = json!({ "changed": true, "deleted": user.id(), "seats": seats });
        ownerless.add_to(&mut document, false);
        return write_json(out, &document);
    }
    writeln!(out, "deleted {}", short(user.id(), user.email().as_str()))?;
    ownerless.write(false, out)?;
    writeln!(out, "{seats}")?;
    Ok(())
}

/// Closes the directory after a change, and returns its seats.
fn finish(directory: Directory) -> Result<Seats> {
    let seats = directory.seats()?;
    directory.close()?;
    Ok(seats)
}
