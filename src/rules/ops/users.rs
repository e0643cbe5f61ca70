//! The operations on users.

use std::sync::Arc;

use super::super::read;
use super::super::session::Session;
use super::{members, workspaces};
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Event, NewUser, NulTexts, Outcome, Step, Subject, Target, User, UserId, UserRef, UserUpdate,
};

/// Creates a user.
pub(in crate::rules) fn create<R: Read>(
    session: &mut Session<'_, R>,
    user: &NewUser,
) -> Result<Outcome> {
    let draft = user.draft()?;
    let id = draft.id.ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidArgument,
            "the id was not drawn; report this",
        )
    })?;
    // An id that was drawn a moment ago has 74 random bits and a time: nobody has it.
    let is_taken = || Ok(!draft.is_drawn && read::is_id_taken(session.base, id)?);
    if session.users.contains(id) || is_taken()? {
        return Err(Error::new(
            ErrorKind::IdTaken,
            format!("the id {id} was already given to a user; ids are never used again"),
        ));
    }
    let user = User {
        id,
        email: draft.email.clone(),
        username: draft.username.clone(),
        given_name: draft.given_name.clone(),
        family_name: draft.family_name.clone(),
        active: draft.active,
        admin: draft.admin,
        external_ids: draft.external_ids.clone(),
        attributes: draft.attributes.clone(),
        created_at: draft.created_at.unwrap_or(session.at),
        updated_at: session.at,
        deactivated_at: None,
        version: 1,
        nul_texts: NulTexts::default(),
    };
    let active = user.active;
    Ok(put(
        session,
        id,
        Some(user),
        Event::UserCreated { user: id, active },
    ))
}

/// Changes fields of a user.
pub(in crate::rules) fn update<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    user: &UserRef,
    update: &UserUpdate,
) -> Result<Outcome> {
    update.check()?;
    let before = find(session, user)?;
    step.check_version(before.version)?;
    let (after, fields) = update.apply_to(&before)?;
    if fields.is_empty() {
        return Ok(unchanged(&before));
    }
    if after.email_key() != before.email_key() {
        // Entries of memberships contain the email: they have to be at hand.
        members::of_user(session, before.id)?;
    }
    Ok(put_changed(session, after, |user| Event::UserUpdated {
        user,
        fields,
    }))
}

/// Makes a user active or inactive.
pub(in crate::rules) fn set_active<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    user: &UserRef,
    active: bool,
) -> Result<Outcome> {
    let before = find(session, user)?;
    step.check_version(before.version)?;
    if before.active == active {
        return Ok(unchanged(&before));
    }
    if !active {
        refuse_own_account(session, &before, "deactivate")?;
        members::check_owners_of(session, before.id)?;
    }
    let after = User {
        active,
        deactivated_at: (!active).then_some(session.at),
        ..User::clone(&before)
    };
    Ok(put_changed(session, after, |user| {
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
    let user = find(session, user)?;
    step.check_version(user.version)?;
    refuse_own_account(session, &user, "delete")?;
    workspaces::release_default(session, &user)?;
    for member in members::of_user(session, user.id)? {
        members::drop_member(session, &member);
    }
    Ok(put(
        session,
        user.id,
        None,
        Event::UserDeleted { user: user.id },
    ))
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

fn put_changed<R: Read>(
    session: &mut Session<'_, R>,
    mut user: User,
    event: impl FnOnce(UserId) -> Event,
) -> Outcome {
    user.version += 1;
    user.updated_at = session.at;
    let id = user.id;
    put(session, id, Some(user), event(id))
}

/// Makes `now` of the user `id`, which is nobody once deleted.
fn put<R: Read>(
    session: &mut Session<'_, R>,
    id: UserId,
    now: Option<User>,
    event: Event,
) -> Outcome {
    let version = now.as_ref().map_or(0, |user| user.version);
    let (place, had) = session.users.put(id, now);
    note_names(session, place, had.as_deref(), Some(session.op_index));
    let now = session.users.at_mut(place).now.as_deref();
    session
        .given_to_users
        .note(id, had.as_deref(), now, session.op_index);
    session.events.push(event);
    Outcome {
        subject: Subject::User(id),
        changed: true,
        version,
    }
}

fn unchanged(user: &User) -> Outcome {
    Outcome {
        subject: Subject::User(user.id),
        changed: false,
        version: user.version,
    }
}

/// The user that `user` names at this point of the batch.
pub(in crate::rules) fn find<R: Read>(
    session: &mut Session<'_, R>,
    user: &UserRef,
) -> Result<Arc<User>> {
    let found = match &user.0 {
        Target::Id(id) => find_by_id(session, *id)?,
        Target::Address { key, .. } | Target::Name { key, .. } => find_by_name(session, key)?,
        Target::Nobody { .. } => None,
    };
    found.ok_or_else(|| user.not_found())
}

pub(in crate::rules) fn find_by_id<R: Read>(
    session: &mut Session<'_, R>,
    id: UserId,
) -> Result<Option<Arc<User>>> {
    if let Some(known) = session.users.get(id) {
        return Ok(known);
    }
    let stored = read::user_by_id(session.base, id)?;
    Ok(stored.and_then(|user| load(session, user)))
}

/// The user with this email or username.
fn find_by_name<R: Read>(session: &mut Session<'_, R>, key: &str) -> Result<Option<Arc<User>>> {
    if let Some(stored) = read::user_by_name_key(session.base, key)?
        && !session.users.contains(stored.id)
    {
        load(session, stored);
    }
    match session.user_names.holder(&session.users, key)? {
        Some(id) => find_by_id(session, id),
        None => Ok(None),
    }
}

/// Takes a stored user into the working set.
fn load<R: Read>(session: &mut Session<'_, R>, user: User) -> Option<Arc<User>> {
    let place = session.users.load(user.id, user);
    note_names(session, place, None, None);
    session.users.at_mut(place).now.clone()
}

/// Notes which names the user has, after the user at `place` was put there.
fn note_names<R: Read>(
    session: &mut Session<'_, R>,
    place: usize,
    had: Option<&User>,
    op_index: Option<usize>,
) {
    let users = &mut session.users;
    session.user_names.note(users, place, had, op_index);
}
