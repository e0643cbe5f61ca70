//! Checking a directory against itself.

use std::ops::ControlFlow;

use super::entries::{self, Entry, KINDS_OF_USER};
use super::read;
use crate::codec::keys::{self, Kind};
use crate::codec::{
    IdEntry, Totals, decode_change, decode_id, decode_member, decode_request, decode_user,
    decode_workspace,
};
use crate::engine::{Order, Read};
use crate::error::{Error, Result};
use crate::model::Timestamp;

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
    /// Workspaces, archived ones included.
    pub workspaces: u64,
    /// Memberships.
    pub members: u64,
    /// Changes on record.
    pub changes: u64,
}

/// Recounts the seats and follows every index both ways.
///
/// Every entry that the records call for must be there, with that value; and of
/// each kind there must be as many entries as they call for. So none is missing,
/// wrong or left over.
pub(crate) fn verify(read: &impl Read) -> Result<Verified> {
    let mut verified = Verified::default();
    let mut counted = Totals::default();
    let admins = verify_users(read, &mut counted)?;
    (verified.active, verified.inactive) = (counted.active, counted.inactive);
    let users = counted.active + counted.inactive;

    each(read, Kind::Id, |key, value| {
        keys::id_of(key).ok_or_else(|| Error::corrupted("the key of an id is not a UUID"))?;
        verified.deleted += u64::from(decode_id(value)? == IdEntry::Deleted);
        Ok(())
    })?;
    expect_entries(read, Kind::Id, users + verified.deleted)?;
    for kind in [
        Kind::Username,
        Kind::State,
        Kind::Domain,
        Kind::Created,
        Kind::Updated,
    ] {
        expect_entries(read, kind, users)?;
    }
    expect_entries(read, Kind::Admin, admins)?;

    verify_workspaces(read, &mut verified)?;
    verify_changes(read, &mut verified)?;

    let totals = read::totals(read)?;
    expect("active users", totals.active, counted.active)?;
    expect("inactive users", totals.inactive, counted.inactive)?;
    expect("active admins", totals.active_admins, counted.active_admins)?;
    expect("workspaces", totals.workspaces, verified.workspaces)?;
    read::license(read)?;
    Ok(verified)
}

/// Counts the users; returns how many are admins.
fn verify_users(read: &impl Read, counted: &mut Totals) -> Result<u64> {
    let mut admins = 0;
    each(read, Kind::User, |key, value| {
        let email_key = keys::email_key_of(key)
            .ok_or_else(|| Error::corrupted("the key of a user is not a text"))?;
        let user = decode_user(email_key, value)?;
        admins += u64::from(user.admin);
        if user.active {
            counted.active += 1;
            counted.active_admins += u64::from(user.admin);
        } else {
            counted.inactive += 1;
        }
        let entries = KINDS_OF_USER.map(|kind| entries::of_user(&user, kind));
        expect_all(read, &entries, || format!("user {}", user.id))
    })?;
    Ok(admins)
}

fn verify_workspaces(read: &impl Read, verified: &mut Verified) -> Result<()> {
    let last = read::totals(read)?.last_workspace;
    let mut defaults = 0;
    each(read, Kind::Workspace, |key, value| {
        let id = keys::workspace_of(key)
            .filter(|id| id.as_u64() <= last)
            .ok_or_else(|| Error::corrupted("a workspace has an id that was not drawn"))?;
        let workspace = decode_workspace(id, value)?;
        verified.workspaces += 1;
        if let Some(user) = workspace.default_of {
            defaults += 1;
            read::member(read, id, user)?.ok_or_else(|| {
                Error::corrupted(format_args!(
                    "user {user} is not in the default workspace {id}"
                ))
            })?;
        }
        expect_all(read, &entries::of_workspace(&workspace), || {
            format!("workspace {id}")
        })
    })?;
    expect_entries(read, Kind::WorkspaceName, verified.workspaces)?;
    expect_entries(read, Kind::DefaultWorkspace, defaults)?;

    each(read, Kind::Membership, |key, value| {
        let (user_id, workspace) = keys::membership_of(key)
            .ok_or_else(|| Error::corrupted("the key of a membership is malformed"))?;
        let what = || format!("the membership of {user_id} in workspace {workspace}");
        let broken = || Error::corrupted(format_args!("{} has lost a side", what()));
        let user = read::user_by_id(read, user_id)?.ok_or_else(broken)?;
        read::workspace_by_id(read, workspace)?.ok_or_else(broken)?;
        let member = decode_member(workspace, user_id, value)?;
        verified.members += 1;
        expect_all(read, &entries::of_member(&member, user.email_key()), what)
    })?;
    expect_entries(read, Kind::Member, verified.members)
}

/// Checks that the changes run on without a gap from the last that was trimmed,
/// and that the request ids lead to them.
fn verify_changes(read: &impl Read, verified: &mut Verified) -> Result<()> {
    let totals = read::totals(read)?;
    let mut last = totals.last_trimmed;
    let mut last_at = Timestamp::default();
    let mut requests = 0;
    each(read, Kind::Change, |key, value| {
        let change = decode_change(value)?;
        if keys::sequence_of(key) != Some(change.sequence) || change.sequence != last + 1 {
            return Err(Error::corrupted(format_args!(
                "a change is missing after {last}"
            )));
        }
        if change.at < last_at || change.at > totals.last_at {
            return Err(Error::corrupted(format_args!(
                "change {} has an earlier time than the one before it, or one after the latest",
                change.sequence
            )));
        }
        (last, last_at) = (change.sequence, change.at);
        verified.changes += 1;
        if let Some(id) = &change.request_id {
            requests += 1;
            let bytes = read.get(&keys::request(id))?;
            let outcome = bytes.as_deref().map(decode_request).transpose()?;
            if outcome.is_none_or(|outcome| outcome.sequence != change.sequence) {
                return Err(Error::corrupted(format_args!(
                    "change {last} has lost its outcome"
                )));
            }
        }
        Ok(())
    })?;
    expect("the last change", totals.last_change, last)?;
    expect_entries(read, Kind::Request, requests)
}

/// Calls `check` on every entry of a kind, until it fails.
fn each(
    read: &impl Read,
    kind: Kind,
    mut check: impl FnMut(&[u8], &[u8]) -> Result<()>,
) -> Result<()> {
    let prefix = kind.all();
    let end = prefix.end();
    read::try_scan(
        read,
        keys::from_until(&prefix.0, &end),
        Order::Ascending,
        |key, value| check(key, value).map(ControlFlow::Continue),
    )
}

/// Checks that each of `entries` is in the store as it is.
fn expect_all(
    read: &impl Read,
    entries: &[Option<Entry<'_>>],
    what: impl Fn() -> String,
) -> Result<()> {
    let (mut key, mut value) = (Vec::new(), Vec::new());
    for entry in entries.iter().flatten() {
        key.clear();
        value.clear();
        entry.put_key(&mut key);
        entry.put_value(&mut value)?;
        if read.get(&key)?.is_none_or(|stored| *stored != *value) {
            return Err(Error::corrupted(format_args!(
                "an index entry of {} is wrong",
                what()
            )));
        }
    }
    Ok(())
}

fn expect_entries(read: &impl Read, kind: Kind, expected: u64) -> Result<()> {
    let mut found = 0;
    each(read, kind, |_, _| {
        found += 1;
        Ok(())
    })?;
    expect(&format!("{kind:?} entries"), found, expected)
}

fn expect(what: &str, found: u64, expected: u64) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::corrupted(format_args!(
        "{what}: {found} on record, {expected} counted"
    )))
}
