//! The entries that stand for a record in the store: itself and what leads to it.
//!
//! Applying a batch writes the difference of two such lists; verifying a
//! directory compares them with what is there.

use crate::codec::keys::{self, Kind};
use crate::codec::{IdEntry, encode_id, encode_member, encode_user, encode_workspace};
use crate::error::Result;
use crate::model::{Member, User, Workspace};

/// A key and its value.
pub(super) type Entry = (Vec<u8>, Vec<u8>);

/// The entries of a user, apart from memberships.
pub(super) fn of_user(user: &User) -> Result<Vec<Entry>> {
    let email_key = user.email_key();
    let leads_here = || email_key.as_bytes().to_vec();
    let mut entries = vec![
        (keys::user(email_key), encode_user(user)?),
        (keys::id(user.id), encode_id(&IdEntry::User(email_key))?),
        (
            keys::username(user.username_key().unwrap_or(email_key)),
            leads_here(),
        ),
        (keys::state(user.active, email_key), Vec::new()),
        (keys::domain(email_key), Vec::new()),
        (
            keys::moment(Kind::Created, user.created_at, Some(user.id)),
            leads_here(),
        ),
        (
            keys::moment(Kind::Updated, user.updated_at, Some(user.id)),
            leads_here(),
        ),
    ];
    if user.admin {
        entries.push((keys::admin(email_key), Vec::new()));
    }
    Ok(entries)
}

/// The entries of a workspace, apart from memberships.
pub(super) fn of_workspace(workspace: &Workspace) -> Result<Vec<Entry>> {
    let id = workspace.id.as_u64().to_be_bytes().to_vec();
    let mut entries = vec![
        (keys::workspace(workspace.id), encode_workspace(workspace)?),
        (keys::workspace_name(&workspace.name_key), id.clone()),
    ];
    if let Some(user) = workspace.default_of {
        entries.push((keys::default_workspace(user), id));
    }
    Ok(entries)
}

/// The entries of the membership of a user with this email key.
pub(super) fn of_member(member: &Member, email_key: &str) -> Result<Vec<Entry>> {
    Ok(vec![
        (
            keys::membership(member.user, member.workspace),
            encode_member(member)?,
        ),
        (
            keys::member(member.workspace, member.role, email_key),
            member.user.as_bytes().to_vec(),
        ),
    ])
}
