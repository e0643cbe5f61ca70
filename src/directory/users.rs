//! The operations on users.

use super::session::Session;
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Event, NewUser, Outcome, Subject, User, UserRef, UserUpdate};

/// Creates a user.
pub(super) fn create<R: Read>(session: &mut Session<'_, R>, user: &NewUser) -> Result<Outcome> {
    let draft = user.draft()?;
    let id = draft.id.ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidArgument,
            "the id was not drawn; report this",
        )
    })?;
    if session.is_id_taken(id)? {
        return Err(Error::new(
            ErrorKind::IdTaken,
            format!("the id {id} was already given to a user; ids are never used again"),
        ));
    }
    let created_at = draft.created_at.unwrap_or(session.at);
    let user = User {
        id,
        email: draft.email.clone(),
        username: draft.username.clone(),
        given_name: draft.given_name.clone(),
        family_name: draft.family_name.clone(),
        active: draft.active,
        admin: draft.admin,
        attributes: draft.attributes.clone(),
        created_at,
        updated_at: session.at,
        version: 1,
    };
    let active = user.active;
    Ok(session.put(id, Some(user), Event::UserCreated { user: id, active }))
}

/// Changes fields of a user.
pub(super) fn update<R: Read>(
    session: &mut Session<'_, R>,
    user: &UserRef,
    update: &UserUpdate,
) -> Result<Outcome> {
    update.check()?;
    let before = session.find(user)?;
    let (mut after, fields) = update.apply_to(&before)?;
    if fields.is_empty() {
        return Ok(unchanged(&before));
    }
    touch(session, &mut after);
    let user = after.id;
    Ok(session.put(user, Some(after), Event::UserUpdated { user, fields }))
}

/// Makes a user active or inactive.
pub(super) fn set_active<R: Read>(
    session: &mut Session<'_, R>,
    user: &UserRef,
    active: bool,
) -> Result<Outcome> {
    let before = session.find(user)?;
    if before.active == active {
        return Ok(unchanged(&before));
    }
    let mut after = User::clone(&before);
    let user = after.id;
    let event = if active {
        Event::UserActivated { user }
    } else {
        refuse_own_account(session, &before, "deactivate")?;
        Event::UserDeactivated { user }
    };
    after.active = active;
    touch(session, &mut after);
    Ok(session.put(user, Some(after), event))
}

/// Deletes a user for good.
pub(super) fn delete<R: Read>(session: &mut Session<'_, R>, user: &UserRef) -> Result<Outcome> {
    let user = session.find(user)?;
    refuse_own_account(session, &user, "delete")?;
    Ok(session.put(user.id, None, Event::UserDeleted { user: user.id }))
}

fn refuse_own_account<R: Read>(session: &Session<'_, R>, user: &User, verb: &str) -> Result<()> {
    if session.actor == Some(user.id) {
        return Err(Error::new(
            ErrorKind::OwnAccount,
            format!("users can't {verb} themselves; another admin has to"),
        ));
    }
    Ok(())
}

fn touch<R: Read>(session: &Session<'_, R>, user: &mut User) {
    user.version += 1;
    user.updated_at = session.at;
}

fn unchanged(user: &User) -> Outcome {
    Outcome {
        subject: Subject::User(user.id),
        changed: false,
        version: user.version,
    }
}
