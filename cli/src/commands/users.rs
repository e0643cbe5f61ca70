//! `headcount users`: list, show, create and change them.

use std::io::Write;
use std::sync::Arc;

use headcount::{Batch, Directory, NewUser, Op, Seats, Subject, User, UserRef, UserUpdate};
use serde_json::json;

use super::{Store, not_found, short};
use crate::args::{CreateArgs, UpdateArgs, UsersCommand};
use crate::failure::{Failure, Result};
use crate::output::{Table, USER_HEADS, safe, user_cells, write_json, write_json_list, yes_or_no};

pub(super) fn run(
    store: &Store<'_>,
    command: &UsersCommand,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    match command {
        UsersCommand::List { active, inactive } => {
            let wanted = match (active, inactive) {
                (true, _) => Some(true),
                (_, true) => Some(false),
                _ => None,
            };
            list(&store.open()?, wanted, json, out)
        }
        UsersCommand::Get { user, username } => {
            let user = find(&store.open()?, user.as_deref(), username.as_deref())?;
            if json {
                write_json(out, &json!({ "user": &*user }))
            } else {
                show(&user, out)
            }
        }
        UsersCommand::Create(args) => {
            let user = new_user(args);
            // A malformed one must not leave an empty directory behind.
            user.check()?;
            let directory = store.open_or_create()?;
            change(directory, Op::CreateUser(user), "created", "", json, out)
        }
        UsersCommand::Update(args) => {
            let op = Op::UpdateUser(args.user.as_str().into(), update(args));
            let unchanged = "is like that already";
            change(store.open_to_change()?, op, "updated", unchanged, json, out)
        }
        UsersCommand::Activate { user } => {
            let op = Op::ActivateUser(user.into());
            let unchanged = "is active already";
            change(
                store.open_to_change()?,
                op,
                "activated",
                unchanged,
                json,
                out,
            )
        }
        UsersCommand::Deactivate { user } => {
            let op = Op::DeactivateUser(user.into());
            let unchanged = "is inactive already";
            change(
                store.open_to_change()?,
                op,
                "deactivated",
                unchanged,
                json,
                out,
            )
        }
        UsersCommand::Delete { user } => delete(store.open_to_change()?, user, json, out),
    }
}

/// Lists all users, or those who are `wanted` as active or not.
fn list(
    directory: &Directory,
    wanted: Option<bool>,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let users = || -> Result<_> {
        let users = directory.users()?;
        Ok(users.filter(move |user| {
            let is_active = user.as_ref().ok().map(|user| user.is_active());
            wanted.is_none() || is_active.is_none() || is_active == wanted
        }))
    };
    let seats = directory.seats()?;
    if json {
        out.write_all(b"{")?;
        write_json_list(out, "users", users()?)?;
        out.write_all(b",\"seats\":")?;
        serde_json::to_writer(&mut *out, &seats)?;
        writeln!(out, "}}")?;
        return Ok(());
    }
    let mut table = Table::new(USER_HEADS);
    let mut is_empty = true;
    for user in users()? {
        table.measure(&user_cells(&*user?));
        is_empty = false;
    }
    if is_empty {
        writeln!(out, "no users")?;
    } else {
        table.write_head(out)?;
        for user in users()? {
            table.write_row(out, &user_cells(&*user?))?;
        }
    }
    writeln!(out, "\n{seats}")?;
    Ok(())
}

fn find(directory: &Directory, user: Option<&str>, username: Option<&str>) -> Result<Arc<User>> {
    let (found, what) = match (user, username) {
        (_, Some(username)) => (
            directory.user_by_username(username)?,
            format!("no user has the username {username:?}"),
        ),
        (user, None) => {
            let user = UserRef::from(user.unwrap_or_default());
            (directory.user(user.clone())?, format!("no user has {user}"))
        }
    };
    found.ok_or_else(|| not_found(&what))
}

fn show(user: &User, out: &mut dyn Write) -> Result<()> {
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
        ("version", user.version().to_string()),
    ];
    for (name, value) in rows {
        writeln!(out, "{name:<11}  {}", safe(&value))?;
    }
    for (name, value) in user.attributes() {
        writeln!(out, "{:<11}  {} = {}", "attribute", safe(name), safe(value))?;
    }
    Ok(())
}

fn new_user(args: &CreateArgs) -> NewUser {
    let mut user = NewUser::new(&args.email)
        .active(!args.inactive)
        .admin(args.admin);
    if let Some(id) = args.id {
        user = user.id(id);
    }
    if let Some(username) = &args.username {
        user = user.username(username);
    }
    if let Some(name) = &args.given_name {
        user = user.given_name(name);
    }
    if let Some(name) = &args.family_name {
        user = user.family_name(name);
    }
    for (name, value) in &args.attributes {
        user = user.attribute(name, value);
    }
    user
}

fn update(args: &UpdateArgs) -> UserUpdate {
    let mut update = UserUpdate::new();
    if let Some(version) = args.if_version {
        update = update.if_version(version);
    }
    if let Some(email) = &args.email {
        update = update.email(email);
    }
    if let Some(username) = &args.username {
        update = update.username(username.as_str());
    }
    if args.username_from_email {
        update = update.username(None);
    }
    if let Some(name) = &args.given_name {
        update = update.given_name(name.as_str());
    }
    if let Some(name) = &args.family_name {
        update = update.family_name(name.as_str());
    }
    if let Some(admin) = args.admin {
        update = update.admin(admin);
    }
    for name in &args.removed_attributes {
        update = update.attribute(name, None);
    }
    for (name, value) in &args.attributes {
        update = update.attribute(name, value.as_str());
    }
    update
}

/// Applies an operation on one user who is there afterwards, and says what came
/// of it: it was `done`, or the user `unchanged`.
fn change(
    directory: Directory,
    op: Op,
    done: &str,
    unchanged: &str,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let applied = directory.apply(Batch::from_iter([op]))?;
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
    let seats = finish(directory)?;
    if json {
        let document = json!({ "changed": changed, "user": &**user, "seats": seats });
        return write_json(out, &document);
    }
    let name = short(user.id(), &safe(user.email().as_str()));
    if changed {
        writeln!(out, "{done} {name}")?;
    } else {
        writeln!(out, "nothing to change: {name} {unchanged}")?;
    }
    writeln!(out, "{seats}")?;
    Ok(())
}

fn delete(directory: Directory, user: &str, json: bool, out: &mut dyn Write) -> Result<()> {
    let user = find(&directory, Some(user), None)?;
    directory.delete_user(&*user)?;
    let seats = finish(directory)?;
    if json {
        let document = json!({ "changed": true, "deleted": user.id(), "seats": seats });
        return write_json(out, &document);
    }
    writeln!(
        out,
        "deleted {}",
        short(user.id(), &safe(user.email().as_str()))
    )?;
    writeln!(out, "{seats}")?;
    Ok(())
}

/// Closes the directory after a change; returns how its seats are used then.
fn finish(directory: Directory) -> Result<Seats> {
    let seats = directory.seats()?;
    directory.close()?;
    Ok(seats)
}
