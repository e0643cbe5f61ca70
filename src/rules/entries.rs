//! The entries of a record in the store: the record itself and its index entries.
//!
//! Applying a batch writes the difference between the entries before and after; verifying a
//! directory compares them with the stored ones.

use crate::codec::keys::{self, KeyKind};
use crate::codec::{IdEntry, put_id, put_member, put_user, put_workspace};
use crate::error::Result;
use crate::model::{Member, SeatDay, Timestamp, User, UserId, Workspace, WorkspaceId};

/// A key and its value, as values of the model. Two entries are equal if their bytes are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ModelEntry<'a> {
    User(&'a User),
    Id(UserId, IdEntry<'a>),
    /// The keys of the username and the email.
    Username(&'a str, &'a str),
    /// The look of the username, and the key of the email.
    LookAlike(&'a str, &'a str),
    /// The provisioner, its id for a user, and the key of the email.
    ExternalId(&'a str, &'a str, &'a str),
    Inactive(&'a str),
    Admin(&'a str),
    Domain(&'a str),
    /// The time of creation or of the last change, with the key of the email.
    Moment(KeyKind, Timestamp, UserId, &'a str),
    Workspace(&'a Workspace),
    WorkspaceName(&'a str, WorkspaceId),
    /// The provisioner, and its id for a workspace.
    WorkspaceExternalId(&'a str, &'a str, WorkspaceId),
    DefaultWorkspace(UserId, WorkspaceId),
    Membership(&'a Member),
    /// When a user was last seen.
    Seen(UserId, Timestamp),
    SeatDay(SeatDay),
    /// The member with this key of the email.
    Member(&'a Member, &'a str),
}

/// The kinds of entries that a user can have, except memberships, in the order of keys. A
/// user has at most one entry of each kind, except external ids.
pub(super) const KINDS_OF_USER: [KeyKind; 10] = [
    KeyKind::User,
    KeyKind::Id,
    KeyKind::Username,
    KeyKind::Inactive,
    KeyKind::Admin,
    KeyKind::Domain,
    KeyKind::Created,
    KeyKind::Updated,
    KeyKind::LookAlike,
    KeyKind::ExternalId,
];

/// The entries of a kind, one of [`KINDS_OF_USER`], that `user` requires.
pub(super) fn all_of_user(user: &User, kind: KeyKind) -> impl Iterator<Item = ModelEntry<'_>> {
    let ids = (kind == KeyKind::ExternalId).then(|| {
        let ids = user.external_ids();
        ids.map(|(provisioner, id)| ModelEntry::ExternalId(provisioner, id, user.email_key()))
    });
    of_user(user, kind)
        .into_iter()
        .chain(ids.into_iter().flatten())
}

/// The entry of the external id that the provisioner has for `user`.
pub(super) fn of_external_id<'a>(user: &'a User, provisioner: &str) -> Option<ModelEntry<'a>> {
    let mut ids = user.external_ids();
    let (provisioner, id) = ids.find(|(known, _)| *known == provisioner)?;
    Some(ModelEntry::ExternalId(provisioner, id, user.email_key()))
}

/// The entry of the external id that the provisioner has for a workspace.
pub(super) fn of_workspace_external_id<'a>(
    workspace: &'a Workspace,
    provisioner: &str,
) -> Option<ModelEntry<'a>> {
    let (provisioner, id) = workspace.external_ids.get_key_value(provisioner)?;
    Some(ModelEntry::WorkspaceExternalId(
        provisioner,
        id,
        workspace.id,
    ))
}

/// The entry of a kind, one of [`KINDS_OF_USER`] except external ids, that `user` requires.
pub(super) fn of_user(user: &User, kind: KeyKind) -> Option<ModelEntry<'_>> {
    let email_key = user.email_key();
    Some(match kind {
        KeyKind::User => ModelEntry::User(user),
        KeyKind::Id => ModelEntry::Id(user.id, IdEntry::User(email_key)),
        KeyKind::Username => {
            ModelEntry::Username(user.username_key().unwrap_or(email_key), email_key)
        }
        KeyKind::LookAlike => ModelEntry::LookAlike(user.username_look()?, email_key),
        KeyKind::Inactive if !user.active => ModelEntry::Inactive(email_key),
        KeyKind::Admin if user.admin => ModelEntry::Admin(email_key),
        KeyKind::Domain => ModelEntry::Domain(email_key),
        KeyKind::Created => ModelEntry::Moment(kind, user.created_at, user.id, email_key),
        // A user who never changed is found by the time of creation.
        KeyKind::Updated if user.updated_at != user.created_at => {
            ModelEntry::Moment(kind, user.updated_at, user.id, email_key)
        }
        _ => return None,
    })
}

/// Whether a change of a user, whose id stays, certainly leaves the entries of this kind, one of
/// [`KINDS_OF_USER`], as they are. Most changes leave all texts alone, and comparing those
/// is cheaper than comparing the entries made of them.
pub(super) fn are_same(before: &User, now: &User, kind: KeyKind) -> bool {
    let depends_on_more = matches!(
        kind,
        KeyKind::User | KeyKind::Inactive | KeyKind::Admin | KeyKind::Updated
    );
    !depends_on_more && before.created_at == now.created_at && before.texts == now.texts
}

/// The entry that remains of a deleted user.
pub(super) fn of_deleted_user<'a>(id: UserId, kind: KeyKind) -> Option<ModelEntry<'a>> {
    (kind == KeyKind::Id).then_some(ModelEntry::Id(id, IdEntry::Deleted))
}

/// The entries of a workspace, apart from memberships and external ids.
pub(super) fn of_workspace(workspace: &Workspace) -> [Option<ModelEntry<'_>>; 3] {
    let default_of = workspace.default_of;
    [
        Some(ModelEntry::Workspace(workspace)),
        Some(ModelEntry::WorkspaceName(&workspace.name_key, workspace.id)),
        default_of.map(|user| ModelEntry::DefaultWorkspace(user, workspace.id)),
    ]
}

/// The entries of the membership of a user with this email key.
pub(super) fn of_member<'a>(member: &'a Member, email_key: &'a str) -> [Option<ModelEntry<'a>>; 2] {
    [
        Some(ModelEntry::Membership(member)),
        Some(ModelEntry::Member(member, email_key)),
    ]
}

impl ModelEntry<'_> {
    /// Appends the key.
    pub(super) fn put_key(&self, out: &mut Vec<u8>) {
        match *self {
            Self::User(user) => keys::put_user(out, user.email_key()),
            Self::Id(id, _) => keys::put_id(out, id),
            Self::Username(key, _) => keys::put_username(out, key),
            Self::LookAlike(look, _) => keys::put_look_alike(out, look),
            Self::ExternalId(provisioner, id, _) => {
                keys::put_external_id(out, KeyKind::ExternalId, provisioner, id);
            }
            Self::WorkspaceExternalId(provisioner, id, _) => {
                keys::put_external_id(out, KeyKind::WorkspaceExternalId, provisioner, id);
            }
            Self::Inactive(email_key) => keys::put_inactive(out, email_key),
            Self::Admin(email_key) => keys::put_admin(out, email_key),
            Self::Domain(email_key) => keys::put_domain(out, email_key),
            Self::Moment(kind, moment, id, _) => keys::put_moment(out, kind, moment, Some(id)),
            Self::Workspace(workspace) => keys::put_workspace(out, workspace.id),
            Self::WorkspaceName(key, _) => keys::put_workspace_name(out, key),
            Self::DefaultWorkspace(user, _) => keys::put_default_workspace(out, user),
            Self::Seen(id, _) => keys::put_seen(out, id),
            Self::SeatDay(day) => keys::put_seat_day(out, day.day),
            Self::Membership(member) => keys::put_membership(out, member.user, member.workspace),
            Self::Member(member, email_key) => {
                keys::put_member(out, member.workspace, member.role, email_key);
            }
        }
    }

    /// Whether no two records can require this entry, because it contains an email or id
    /// that another entry already makes unique.
    pub(super) fn is_unique_with_another(&self) -> bool {
        matches!(
            self,
            Self::Inactive(_) | Self::Admin(_) | Self::Domain(_) | Self::Moment(..)
        )
    }

    /// Appends the value.
    pub(super) fn put_value(&self, out: &mut Vec<u8>) -> Result<()> {
        match *self {
            Self::User(user) => return put_user(out, user),
            Self::Id(_, entry) => return put_id(out, &entry),
            Self::Workspace(workspace) => return put_workspace(out, workspace),
            Self::Membership(member) => return put_member(out, member),
            Self::Username(key, email_key) => keys::put_username_value(out, key, email_key),
            Self::LookAlike(_, email_key)
            | Self::ExternalId(.., email_key)
            | Self::Moment(.., email_key) => {
                out.extend_from_slice(email_key.as_bytes());
            }
            Self::Seen(_, at) => keys::put_moment_value(out, at),
            Self::SeatDay(day) => keys::put_seat_day_value(out, &day),
            Self::Inactive(_) | Self::Admin(_) | Self::Domain(_) => {}
            Self::WorkspaceName(_, id)
            | Self::DefaultWorkspace(_, id)
            | Self::WorkspaceExternalId(.., id) => {
                out.extend_from_slice(&id.as_u64().to_be_bytes());
            }
            Self::Member(member, _) => out.extend_from_slice(member.user.as_bytes()),
        }
        Ok(())
    }
}
