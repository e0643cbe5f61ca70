//! The operations on users.

use super::super::session::Session;
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Derived, Event, NewUser, Outcome, Step, Subject, User, UserRef, UserUpdate};

/// Creates a user.
pub(in crate::rules) fn create<R: Read>(
    session: &mut Session<'_, R>,
    user: &NewUser,
) -> Result<Outcome> {
    let draft = user.draft()?;
    let id = draft.details.id.ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidArgument,
            "the new user has no id, which is a bug; report it",
        )
    })?;
    if session.is_id_taken(id, draft.details.is_drawn)? {
        return Err(Error::new(
            ErrorKind::IdTaken,
            format!("the id {id} was already given to a user; ids are never used again"),
        ));
    }
    let user = User {
        id,
        texts: draft.texts(),
        active: draft.details.active,
        admin: draft.details.admin,
        created_at: draft.details.created_at.unwrap_or(session.at),
        updated_at: session.at,
        deactivated_at: None,
        version: 1,
        derived: Derived::default(),
    };
    let active = user.active;
    Ok(session.put_user(id, Some(user), Event::UserCreated { user: id, active }))
}

/// Changes fields of a user.
pub(in crate::rules) fn update<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    user: &UserRef,
    update: &UserUpdate,
) -> Result<Outcome> {
    update.check()?;
    let before = session.user(user)?;
    step.check_version(before.version)?;
    let (after, fields) = update.apply_to(&before)?;
    if fields.is_empty() {
        return Ok(unchanged(&before));
    }
    if after.email_key() != before.email_key() {
        // The entries of memberships contain the email, so load them.
        session.members_of_user(before.id)?;
    }
    Ok(session.change_user(after, |user| Event::UserUpdated { user, fields }))
}

/// Makes a user active or inactive.
pub(in crate::rules) fn set_active<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    user: &UserRef,
    active: bool,
) -> Result<Outcome> {
    let before = session.user(user)?;
    step.check_version(before.version)?;
    if before.active == active {
        return Ok(unchanged(&before));
    }
    if !active {
        refuse_own_account(session, &before, "deactivate")?;
        session.check_owners_of(before.id)?;
    }
    let after = User {
        active,
        deactivated_at: (!active).then_some(session.at),
        ..User::clone(&before)
    };
    Ok(session.change_user(after, |user| {
        if active {
            Event::UserActivated { user }
        } else {
            Event::UserDeactivated { user }
        }
    }))
}

/// Deletes a user for good.
pub(in crate::rules) fn delete<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    user: &UserRef,
) -> Result<Outcome> {
    let user = session.user(user)?;
    step.check_version(user.version)?;
    refuse_own_account(session, &user, "delete")?;
    session.release_default_workspace(&user)?;
    for member in session.members_of_user(user.id)? {
        session.drop_member(&member);
    }
    Ok(session.put_user(user.id, None, Event::UserDeleted { user: user.id }))
}

fn refuse_own_account<R: Read>(session: &Session<'_, R>, user: &User, verb: &str) -> Result<()> {
    if session.actor == Some(user.id) {
        return Err(Error::new(
            ErrorKind::OwnAccount,
            format!("users can't {verb} themselves; ask another admin to do it"),
        ));
    }
    Ok(())
}

fn unchanged(user: &User) -> Outcome {
    Outcome::unchanged(Subject::User(user.id), user.version)
}
