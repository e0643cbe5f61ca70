//! Finding things in one consistent state.

use std::ops::ControlFlow;

use crate::codec::keys::{self, Kind};
use crate::codec::{
    IdEntry, LicenseEntry, Totals, decode_change, decode_id, decode_license, decode_totals,
    decode_user,
};
use crate::engine::{Order, Read};
use crate::error::{Error, Result};
use crate::model::{Change, Email, Seats, Target, User, UserId, UserRef, Username};

/// The user with this email key.
pub(crate) fn user_by_email_key(read: &impl Read, email_key: &str) -> Result<Option<User>> {
    match read.get(&keys::user(email_key))? {
        Some(bytes) => decode_user(email_key, &bytes).map(Some),
        None => Ok(None),
    }
}

/// The user with this email; none has a text that is not an address.
pub(crate) fn user_by_email(read: &impl Read, email: &str) -> Result<Option<User>> {
    match Email::lookup_key(email) {
        Some(email_key) => user_by_email_key(read, &email_key),
        None => Ok(None),
    }
}

/// The user with this id.
pub(crate) fn user_by_id(read: &impl Read, id: UserId) -> Result<Option<User>> {
    let Some(bytes) = read.get(&keys::id(id))? else {
        return Ok(None);
    };
    match decode_id(&bytes)? {
        IdEntry::User(email_key) => behind(read, email_key).map(Some),
        IdEntry::Deleted => Ok(None),
    }
}

/// The user with this username, which may be the user's email.
pub(crate) fn user_by_username(read: &impl Read, username: &str) -> Result<Option<User>> {
    if username.contains('@') {
        return Ok(user_by_email(read, username)?.filter(|user| user.username.is_none()));
    }
    match Username::lookup_key(username) {
        Some(key) => user_by_username_key(read, &key),
        None => Ok(None),
    }
}

/// The user whose own username, apart from the email, has this key.
pub(crate) fn user_by_username_key(read: &impl Read, key: &str) -> Result<Option<User>> {
    let Some(bytes) = read.get(&keys::username(key))? else {
        return Ok(None);
    };
    let email_key = str::from_utf8(&bytes)
        .map_err(|error| Error::corrupted("a username leads to no text").with_source(error))?;
    behind(read, email_key).map(Some)
}

/// The user that `user` names.
pub(crate) fn user(read: &impl Read, user: &UserRef) -> Result<Option<User>> {
    match &user.0 {
        Target::Id(id) => user_by_id(read, *id),
        Target::Email { key, .. } => user_by_email_key(read, key),
        Target::Nobody { .. } => Ok(None),
    }
}

/// The user that an index entry leads to, who must be there.
fn behind(read: &impl Read, email_key: &str) -> Result<User> {
    user_by_email_key(read, email_key)?
        .ok_or_else(|| Error::corrupted("an index entry leads to a user who is not there"))
}

/// Whether this id was ever given to a user, deleted ones included.
pub(crate) fn is_id_taken(read: &impl Read, id: UserId) -> Result<bool> {
    Ok(read.get(&keys::id(id))?.is_some())
}

/// Up to `count` users in the order of their emails, behind the one with the
/// email key `after`, or from the first.
pub(crate) fn users_after(
    read: &impl Read,
    after: Option<&str>,
    count: usize,
) -> Result<Vec<User>> {
    let after = after.map(keys::user);
    page(read, Kind::User, after.as_deref(), count, |key, value| {
        let email_key = keys::email_key_of(key)
            .ok_or_else(|| Error::corrupted("the key of a user is not a text"))?;
        decode_user(email_key, value)
    })
}

/// Up to `count` changes with numbers above `after`, oldest first.
pub(crate) fn changes_after(read: &impl Read, after: u64, count: usize) -> Result<Vec<Change>> {
    page(
        read,
        Kind::Change,
        Some(&keys::change(after)),
        count,
        |key, value| {
            let change = decode_change(value)?;
            if keys::sequence_of(key) != Some(change.sequence) {
                return Err(Error::corrupted("a change has another number than its key"));
            }
            Ok(change)
        },
    )
}

fn page<T>(
    read: &impl Read,
    kind: Kind,
    after: Option<&[u8]>,
    count: usize,
    decode: impl Fn(&[u8], &[u8]) -> Result<T>,
) -> Result<Vec<T>> {
    let range = after.map_or_else(|| kind.range(), |key| kind.range_after(key));
    let mut page = Vec::new();
    let mut failed = None;
    read.scan(range, Order::Ascending, |key, value| {
        match decode(key, value) {
            Ok(item) => page.push(item),
            Err(error) => failed = Some(error),
        }
        if failed.is_some() || page.len() == count {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    failed.map_or(Ok(page), Err)
}

/// The counters.
pub(crate) fn totals(read: &impl Read) -> Result<Totals> {
    let bytes = read
        .get(keys::TOTALS)?
        .ok_or_else(|| Error::corrupted("the totals are missing"))?;
    decode_totals(&bytes)
}

/// The license in force.
pub(crate) fn license(read: &impl Read) -> Result<LicenseEntry> {
    let bytes = read
        .get(keys::LICENSE)?
        .ok_or_else(|| Error::corrupted("the license is missing"))?;
    decode_license(&bytes)
}

/// How the seats are used.
pub(crate) fn seats(read: &impl Read) -> Result<Seats> {
    let totals = totals(read)?;
    Ok(Seats {
        license: license(read)?.license,
        active: totals.active,
        inactive: totals.inactive,
    })
}
