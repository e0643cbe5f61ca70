//! Lookups in one consistent state.

use std::ops::ControlFlow;

use crate::codec::keys::{self, KeyKind, Prefix};
use crate::codec::{
    IdEntry, LicenseEntry, Totals, UserView, decode_change, decode_id, decode_license,
    decode_member, decode_totals, decode_user, decode_workspace, view_user,
};
use crate::engine::{KeyRange, Order, Read, range_after, range_from};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Change, Member, Role, Seats, Timestamp, User, UserId, UserKey, UserRef, Workspace, WorkspaceId,
    WorkspaceRef, WorkspaceTarget,
};

/// The first bytes of the keys that are looked up for a new user, usually without finding
/// anything.
pub(crate) const LOOKED_UP: &[u8] = &[
    KeyKind::User as u8,
    KeyKind::Id as u8,
    KeyKind::Username as u8,
    KeyKind::LookAlike as u8,
];

/// The user with this email key.
pub(crate) fn user_by_email_key(read: &impl Read, email_key: &str) -> Result<Option<User>> {
    match read.get(&keys::user(email_key))? {
        Some(bytes) => decode_user(email_key, &bytes).map(Some),
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

/// The user whose username has this key. The username may be the email.
pub(crate) fn user_by_username_key(read: &impl Read, key: &str) -> Result<Option<User>> {
    user_at_entry(read, KeyKind::Username, &keys::username(key))
}

/// The user that the entry of this kind at this key leads to.
fn user_at_entry(read: &impl Read, kind: KeyKind, key: &[u8]) -> Result<Option<User>> {
    let Some(value) = read.get(key)? else {
        return Ok(None);
    };
    let email_key = keys::email_key_in(kind, key, &value)
        .ok_or_else(|| Error::corrupted("an index entry leads to no text"))?;
    behind(read, &email_key).map(Some)
}

/// The user with this id of the provisioner.
pub(crate) fn user_by_external_id(
    read: &impl Read,
    provisioner: &str,
    id: &str,
) -> Result<Option<User>> {
    let key = keys::external_id(KeyKind::ExternalId, provisioner, id);
    user_at_entry(read, KeyKind::ExternalId, &key)
}

/// The user whose username key differs from `look`, but looks like it.
pub(crate) fn user_by_look(read: &impl Read, look: &str) -> Result<Option<User>> {
    user_at_entry(read, KeyKind::LookAlike, &keys::look_alike(look))
}

/// The user whose email or username has this key, which is unique.
pub(crate) fn user_by_name_key(read: &impl Read, key: &str) -> Result<Option<User>> {
    if key.contains('@')
        && let Some(user) = user_by_email_key(read, key)?
    {
        return Ok(Some(user));
    }
    user_by_username_key(read, key)
}

/// The user that `user` names.
pub(crate) fn user(read: &impl Read, user: &UserRef) -> Result<Option<User>> {
    match &user.0 {
        UserKey::Id(id) => user_by_id(read, *id),
        UserKey::Address { key, .. } | UserKey::Name { key, .. } => user_by_name_key(read, key),
        UserKey::Nobody { .. } => Ok(None),
    }
}

/// The user that an index entry leads to, who must exist.
fn behind(read: &impl Read, email_key: &str) -> Result<User> {
    user_by_email_key(read, email_key)?
        .ok_or_else(|| Error::corrupted("an index entry leads to a user who is not there"))
}

/// When the user with this id was last seen.
pub(crate) fn last_seen(read: &impl Read, id: UserId) -> Result<Option<Timestamp>> {
    let Some(bytes) = read.get(&keys::seen(id))? else {
        return Ok(None);
    };
    keys::moment_in(&bytes)
        .map(Some)
        .ok_or_else(|| Error::corrupted("the time when a user was last seen is malformed"))
}

/// Whether a user has or had this id.
pub(crate) fn is_id_taken(read: &impl Read, id: UserId) -> Result<bool> {
    Ok(read.get(&keys::id(id))?.is_some())
}

/// Up to `count` users by email, after the email key `after` or from the first one.
pub(crate) fn users_after(
    read: &impl Read,
    after: Option<&str>,
    count: usize,
) -> Result<Vec<User>> {
    let after = after.map(keys::user);
    page(
        read,
        &KeyKind::User.all(),
        after.as_deref(),
        count,
        |key, value| {
            let email_key = keys::email_key_of(key)
                .ok_or_else(|| Error::corrupted("the key of a user is not a text"))?;
            decode_user(email_key, value)
        },
    )
}

/// Visits users in the order of their emails, after the email key `after` or from the first
/// one, until `visit` breaks. Returns the value it broke with.
pub(crate) fn each_user_after<B>(
    read: &impl Read,
    after: Option<&str>,
    mut visit: impl FnMut(&UserView<'_>) -> ControlFlow<B>,
) -> Result<Option<B>> {
    let all = KeyKind::User.all();
    let end = all.end();
    let after = after.map(keys::user);
    let range = match &after {
        Some(after) => range_after(after, &end),
        None => range_from(&all.0, &end),
    };
    let mut broke_with = None;
    each_user_in(read, range, Order::Ascending, |user| {
        Ok(keep(visit(user), &mut broke_with))
    })?;
    Ok(broke_with)
}

/// Moves the value of a break into `broke_with`.
#[inline]
pub(crate) fn keep<B>(flow: ControlFlow<B>, broke_with: &mut Option<B>) -> ControlFlow<()> {
    flow.map_break(|value| *broke_with = Some(value))
}

/// Visits the users whose rows are in `range`, until `visit` breaks.
///
/// Views are passed by reference, because they are large and would be copied at each call.
pub(crate) fn each_user_in(
    read: &impl Read,
    range: KeyRange<'_>,
    order: Order,
    mut visit: impl FnMut(&UserView<'_>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    try_scan(read, range, order, |key, value| {
        let email_key = keys::email_key_of(key)
            .ok_or_else(|| Error::corrupted("the key of a user is not a text"))?;
        match view_user(email_key, value) {
            Ok(ref user) => visit(user),
            Err(error) => Err(error),
        }
    })
}

/// Up to `count` changes with numbers above `after`, oldest first.
///
/// # Errors
///
/// `HistoryTrimmed` if the first of them was trimmed; `ChangeNotYet` if there is no change
/// with the number `after` yet.
pub(crate) fn changes_after(read: &impl Read, after: u64, count: usize) -> Result<Vec<Change>> {
    let Totals {
        last_trimmed,
        last_change,
        ..
    } = totals(read)?;
    if after > last_change {
        return Err(Error::new(
            ErrorKind::ChangeNotYet {
                latest: last_change,
            },
            format!(
                "there is no change {after} yet: the latest is {last_change}; if the directory \
                 was restored from a backup, read all users again, then the changes after \
                 {last_change}"
            ),
        ));
    }
    if after < last_trimmed {
        return Err(Error::new(
            ErrorKind::HistoryTrimmed {
                resume_after: last_trimmed,
            },
            format!(
                "changes up to {last_trimmed} were trimmed; read all users again, \
                 then the changes after {last_trimmed}"
            ),
        ));
    }
    page(
        read,
        &KeyKind::Change.all(),
        Some(&keys::change(after)),
        count,
        |key, value| {
            let change = decode_change(value)?;
            if keys::sequence_of(key) != Some(change.sequence) {
                return Err(Error::corrupted(
                    "the number of a change differs from its key",
                ));
            }
            Ok(change)
        },
    )
}

/// The workspace with this id.
pub(crate) fn workspace_by_id(read: &impl Read, id: WorkspaceId) -> Result<Option<Workspace>> {
    match read.get(&keys::workspace(id))? {
        Some(bytes) => decode_workspace(id, &bytes).map(Some),
        None => Ok(None),
    }
}

/// The id of the workspace whose name has this key.
pub(crate) fn workspace_id_by_name_key(read: &impl Read, key: &str) -> Result<Option<WorkspaceId>> {
    workspace_id_at(read, &keys::workspace_name(key))
}

/// The id of a user's default workspace.
pub(crate) fn default_workspace_id(read: &impl Read, user: UserId) -> Result<Option<WorkspaceId>> {
    workspace_id_at(read, &keys::default_workspace(user))
}

/// The workspace with this id of the provisioner.
pub(crate) fn workspace_by_external_id(
    read: &impl Read,
    provisioner: &str,
    id: &str,
) -> Result<Option<Workspace>> {
    let key = keys::external_id(KeyKind::WorkspaceExternalId, provisioner, id);
    let id = workspace_id_at(read, &key)?;
    id.map_or(Ok(None), |id| workspace_by_id(read, id))
}

/// The workspace id that the entry at this key leads to.
pub(super) fn workspace_id_at(read: &impl Read, key: &[u8]) -> Result<Option<WorkspaceId>> {
    let Some(bytes) = read.get(key)? else {
        return Ok(None);
    };
    keys::workspace_id(&bytes)
        .map(Some)
        .ok_or_else(|| Error::corrupted("an index entry leads to no workspace id"))
}

/// The workspace that `workspace` names.
pub(crate) fn workspace(read: &impl Read, workspace: &WorkspaceRef) -> Result<Option<Workspace>> {
    let id = match &workspace.0 {
        WorkspaceTarget::Id(id) => Some(*id),
        WorkspaceTarget::Name { key, .. } => workspace_id_by_name_key(read, key)?,
    };
    id.map_or(Ok(None), |id| workspace_by_id(read, id))
}

/// Up to `count` workspaces with ids above `after`.
pub(crate) fn workspaces_after(
    read: &impl Read,
    after: WorkspaceId,
    count: usize,
) -> Result<Vec<Workspace>> {
    let after = keys::workspace(after);
    page(
        read,
        &KeyKind::Workspace.all(),
        Some(&after),
        count,
        |key, value| {
            let id = keys::workspace_of(key)
                .ok_or_else(|| Error::corrupted("the key of a workspace is not a number"))?;
            decode_workspace(id, value)
        },
    )
}

/// The membership of a user in a workspace.
pub(crate) fn member(
    read: &impl Read,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Option<Member>> {
    match read.get(&keys::membership(user, workspace))? {
        Some(bytes) => decode_member(workspace, user, &bytes).map(Some),
        None => Ok(None),
    }
}

/// Up to `count` memberships of a user, ordered by workspace. `count` is not 0.
pub(crate) fn memberships(read: &impl Read, user: UserId, count: usize) -> Result<Vec<Member>> {
    let prefix = keys::memberships(user);
    page(read, &prefix, None, count, |key, value| {
        let (user, workspace) = keys::membership_of(key)
            .ok_or_else(|| Error::corrupted("the key of a membership is malformed"))?;
        decode_member(workspace, user, value)
    })
}

/// The members of a workspace in one role, ordered by email.
pub(crate) fn members(read: &impl Read, workspace: WorkspaceId, role: Role) -> Result<Vec<UserId>> {
    let prefix = keys::members(workspace, role);
    page(read, &prefix, None, usize::MAX, |_, value| {
        keys::user_id(value).ok_or_else(|| Error::corrupted("a member is not a user id"))
    })
}

/// Up to `count` entries with this prefix, after the key `after`.
fn page<T>(
    read: &impl Read,
    prefix: &Prefix,
    after: Option<&[u8]>,
    count: usize,
    decode: impl Fn(&[u8], &[u8]) -> Result<T>,
) -> Result<Vec<T>> {
    let end = prefix.end();
    let range = match after {
        Some(after) => range_after(after, &end),
        None => range_from(&prefix.0, &end),
    };
    let mut page = Vec::new();
    try_scan(read, range, Order::Ascending, |key, value| {
        page.push(decode(key, value)?);
        Ok(if page.len() == count {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    Ok(page)
}

/// Scans with a visitor that can fail.
pub(crate) fn try_scan(
    read: &impl Read,
    range: KeyRange<'_>,
    order: Order,
    mut visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let mut failed = None;
    read.scan(range, order, |key, value| {
        visit(key, value).unwrap_or_else(|error| {
            failed = Some(error);
            ControlFlow::Break(())
        })
    })?;
    failed.map_or(Ok(()), Err)
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
    let (totals, entry) = (totals(read)?, license(read)?);
    Ok(Seats {
        license: entry.license,
        license_version: entry.version,
        active: totals.active,
        inactive: totals.inactive,
    })
}
