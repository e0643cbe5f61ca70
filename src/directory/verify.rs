//! Checking a directory against itself.

use std::ops::ControlFlow;

use super::{entries_of, read};
use crate::codec::keys::{self, Kind};
use crate::codec::{IdEntry, Totals, decode_change, decode_id, decode_user};
use crate::engine::{Order, Read};
use crate::error::{Error, Result};

/// What a verification went over. Getting one means that nothing was wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Active users, counted one by one.
    pub active: u64,
    /// Inactive users, counted one by one.
    pub inactive: u64,
    /// Ids of deleted users.
    pub deleted: u64,
    /// Changes on record.
    pub changes: u64,
}

/// Recounts the seats and follows every index both ways.
///
/// Every entry that the users call for must be there, with that value; as many
/// entries as they call for must be there in all. So none is missing, wrong or
/// left over.
pub(crate) fn verify(read: &impl Read) -> Result<Verified> {
    let mut verified = Verified::default();
    let mut expected_usernames = 0;
    let mut counted = Totals {
        last_change: verify_changes(read, &mut verified)?,
        ..Totals::default()
    };
    scan(read, Kind::User, |key, value| {
        let email_key = keys::email_key_of(key)
            .ok_or_else(|| Error::corrupted("the key of a user is not a text"))?;
        let user = decode_user(email_key, value)?;
        if user.active {
            counted.active += 1;
            counted.active_admins += u64::from(user.admin);
        } else {
            counted.inactive += 1;
        }
        expected_usernames += u64::from(user.username.is_some());
        for (key, value) in entries_of(&user)? {
            match read.get(&key)? {
                Some(stored) if *stored == *value => {}
                _ => {
                    let id = user.id;
                    return Err(Error::corrupted(format_args!(
                        "an entry of user {id} is wrong"
                    )));
                }
            }
        }
        Ok(())
    })?;
    (verified.active, verified.inactive) = (counted.active, counted.inactive);

    let mut ids = 0;
    scan(read, Kind::Id, |key, value| {
        if keys::id_of(key).is_none() {
            return Err(Error::corrupted("the key of an id is not a UUID"));
        }
        match decode_id(value)? {
            IdEntry::User(_) => ids += 1,
            IdEntry::Deleted => verified.deleted += 1,
        }
        Ok(())
    })?;
    let mut usernames = 0;
    scan(read, Kind::Username, |key, _| {
        usernames += 1;
        keys::username_key_of(key)
            .map(|_| ())
            .ok_or_else(|| Error::corrupted("the key of a username is not a text"))
    })?;
    expect("ids", ids, counted.active + counted.inactive)?;
    expect("usernames", usernames, expected_usernames)?;

    let totals = read::totals(read)?;
    expect("active users", totals.active, counted.active)?;
    expect("inactive users", totals.inactive, counted.inactive)?;
    expect("active admins", totals.active_admins, counted.active_admins)?;
    expect("the last change", totals.last_change, counted.last_change)?;
    read::license(read)?;
    Ok(verified)
}

/// Checks that the changes run on without a gap; returns the number of the last.
fn verify_changes(read: &impl Read, verified: &mut Verified) -> Result<u64> {
    let mut last = None;
    scan(read, Kind::Change, |key, value| {
        let change = decode_change(value)?;
        let follows = last.is_none_or(|last: u64| last + 1 == change.sequence);
        if keys::sequence_of(key) != Some(change.sequence) || !follows {
            return Err(Error::corrupted(format_args!(
                "change {} is out of order",
                change.sequence
            )));
        }
        last = Some(change.sequence);
        verified.changes += 1;
        Ok(())
    })?;
    Ok(last.unwrap_or_default())
}

/// Calls `check` on every entry of a kind, until it fails.
fn scan(
    read: &impl Read,
    kind: Kind,
    mut check: impl FnMut(&[u8], &[u8]) -> Result<()>,
) -> Result<()> {
    let mut failed = None;
    read.scan(kind.range(), Order::Ascending, |key, value| {
        match check(key, value) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok(()), Err)
}

fn expect(what: &str, found: u64, expected: u64) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::corrupted(format_args!(
        "{what}: {found} on record, {expected} counted"
    )))
}
