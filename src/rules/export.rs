//! Exporting every record of a directory.

use std::ops::ControlFlow;

use super::read;
use crate::codec::keys::{self, KeyKind};
use crate::codec::{IdEntry, decode_id, decode_member, decode_user, decode_workspace};
use crate::engine::{Order, Read, range_from};
use crate::error::{Error, Result};
use crate::model::{License, Member, Timestamp, User, UserId, Workspace};

/// A record of a directory, as [`Directory::export`](crate::Directory::export) passes it on:
/// first the directory itself, then users, ids of deleted users, workspaces, memberships and
/// sightings.
///
/// ```
/// use std::ops::ControlFlow;
/// use headcount::{Directory, Exported, License};
///
/// let directory = Directory::in_memory()?;
/// let license = directory.export(|record| match record {
///     Exported::Directory { license, .. } => ControlFlow::Break(*license),
///     _ => ControlFlow::Continue(()),
/// })?;
/// assert_eq!(license, Some(License::Community));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(tag = "record", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Exported<'a> {
    /// The directory as a whole.
    Directory {
        /// The license in force.
        license: License,
        /// The version of the license.
        license_version: u64,
        /// The workspace id drawn last; later ones are larger.
        last_workspace: u64,
    },
    /// A user.
    User(&'a User),
    /// The id of a deleted user, which can't be used again.
    DeletedUser {
        /// The id.
        id: UserId,
    },
    /// A workspace.
    Workspace(&'a Workspace),
    /// A membership.
    Member(&'a Member),
    /// When a user was last seen.
    LastSeen {
        /// The user.
        user: UserId,
        /// When.
        at: Timestamp,
    },
}

/// Calls `visit` with each record of a state, until it breaks.
pub(crate) fn export(
    state: &impl Read,
    visit: &mut dyn FnMut(&Exported<'_>) -> ControlFlow<()>,
) -> Result<()> {
    let (totals, license) = (read::totals(state)?, read::license(state)?);
    let mut flow = visit(&Exported::Directory {
        license: license.license,
        license_version: license.version,
        last_workspace: totals.last_workspace,
    });
    for kind in [
        KeyKind::User,
        KeyKind::Id,
        KeyKind::Workspace,
        KeyKind::Membership,
        KeyKind::Seen,
    ] {
        if flow.is_break() {
            return Ok(());
        }
        let prefix = kind.all();
        let end = prefix.end();
        let range = range_from(&prefix.0, &end);
        read::try_scan(state, range, Order::Ascending, |key, value| {
            flow = show(kind, key, value, visit)?;
            Ok(flow)
        })?;
    }
    Ok(())
}

/// Calls `visit` with the record of an entry, if the entry is a record.
fn show(
    kind: KeyKind,
    key: &[u8],
    value: &[u8],
    visit: &mut dyn FnMut(&Exported<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>> {
    Ok(match kind {
        KeyKind::User => {
            let email_key = keys::email_key_of(key).ok_or_else(|| malformed("user"))?;
            visit(&Exported::User(&decode_user(email_key, value)?))
        }
        KeyKind::Id => {
            let id = keys::id_of(key).ok_or_else(|| malformed("id"))?;
            match decode_id(value)? {
                IdEntry::Deleted => visit(&Exported::DeletedUser { id }),
                IdEntry::User(_) => ControlFlow::Continue(()),
            }
        }
        KeyKind::Workspace => {
            let id = keys::workspace_of(key).ok_or_else(|| malformed("workspace"))?;
            visit(&Exported::Workspace(&decode_workspace(id, value)?))
        }
        KeyKind::Seen => {
            let user = keys::seen_of(key).ok_or_else(|| malformed("sighting"))?;
            let at = keys::moment_in(value).ok_or_else(|| malformed("sighting"))?;
            visit(&Exported::LastSeen { user, at })
        }
        _ => {
            let ids = keys::membership_of(key);
            let (user, workspace) = ids.ok_or_else(|| malformed("membership"))?;
            visit(&Exported::Member(&decode_member(workspace, user, value)?))
        }
    })
}

fn malformed(what: &str) -> Error {
    Error::corrupted(format_args!("the key of a {what} is malformed"))
}
