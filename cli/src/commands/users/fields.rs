//! The fields of a user on the command line.

use std::collections::HashSet;

use headcount::{NewUser, UserUpdate, quoted};

use crate::args::{CreateArgs, UpdateArgs};
use crate::failure::{Failure, Result};

/// The user that the arguments describe.
pub(super) fn new_user(args: &CreateArgs) -> Result<NewUser> {
    refuse_twice("attribute", names(&args.attributes))?;
    refuse_twice("provisioner", names(&args.external_ids))?;
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
    for (provisioner, id) in &args.external_ids {
        user = user.external_id(provisioner, id);
    }
    for (name, value) in &args.attributes {
        user = user.attribute(name, value);
    }
    Ok(user)
}

/// The update that the arguments describe.
pub(super) fn update(args: &UpdateArgs) -> Result<UserUpdate> {
    let removed = args.removed_attributes.iter().map(String::as_str);
    refuse_twice("attribute", names(&args.attributes).chain(removed))?;
    refuse_twice("provisioner", names(&args.external_ids))?;
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
    for (provisioner, id) in &args.external_ids {
        let id = (!id.is_empty()).then_some(id.as_str());
        update = update.external_id(provisioner, id);
    }
    for name in &args.removed_attributes {
        update = update.attribute(name, None);
    }
    for (name, value) in &args.attributes {
        update = update.attribute(name, value.as_str());
    }
    Ok(update)
}

fn names(pairs: &[(String, String)]) -> impl Iterator<Item = &str> {
    pairs.iter().map(|(name, _)| name.as_str())
}

/// Refuses a name that has two values: one of them would be lost.
fn refuse_twice<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Failure::refused(
                "usage",
                format!(
                    "the {what} {} is named twice; give it one value",
                    quoted(name)
                ),
            ));
        }
    }
    Ok(())
}
