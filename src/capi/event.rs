//! The events of changes, and the fields they name.

use crate::model::Field;

/// The kind of an event in a change. Values never change their meaning, but new ones may be
/// added: skip an unknown one.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcEvent {
    /// The user was created, active or not.
    UserCreated = 1,
    /// The fields of the user changed.
    UserUpdated = 2,
    /// The user was inactive and became active.
    UserActivated = 3,
    /// The user was active and became inactive.
    UserDeactivated = 4,
    /// The user was deleted for good.
    UserDeleted = 5,
    /// The license was set.
    LicenseSet = 6,
    /// The workspace was created; if the event has a user, as that user's default.
    WorkspaceCreated = 7,
    /// The workspace was renamed.
    WorkspaceRenamed = 8,
    /// The workspace was archived.
    WorkspaceArchived = 9,
    /// The archived workspace was restored.
    WorkspaceRestored = 10,
    /// The workspace was deleted with its memberships.
    WorkspaceDeleted = 11,
    /// The workspace is nobody's default any more: its user was deleted.
    WorkspaceUndefaulted = 12,
    /// The workspace was left without an active owner, which the batch allowed.
    WorkspaceOwnerless = 13,
    /// The user became a member of the workspace, in the role.
    MemberAdded = 14,
    /// The member of the workspace got the role.
    MemberRoleSet = 15,
    /// The user is no longer a member. Deleting a user or a workspace removes memberships
    /// without such events.
    MemberRemoved = 16,
    /// The id that a provisioner has for the workspace was set, changed or removed.
    WorkspaceExternalIdSet = 17,
}

/// The fields of a user that an update changed, as bits of a number.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcField {
    /// The email.
    Email = 1,
    /// The username, set independently of the email.
    Username = 2,
    /// The given name.
    GivenName = 4,
    /// The family name.
    FamilyName = 8,
    /// Whether the user administers the platform.
    Admin = 16,
    /// The attributes.
    Attributes = 32,
    /// The ids that provisioners have for the user.
    ExternalIds = 64,
}

impl HcField {
    pub(super) fn bits(fields: &[Field]) -> u32 {
        fields
            .iter()
            .fold(0, |bits, field| bits | Self::of(*field) as u32)
    }

    fn of(field: Field) -> Self {
        match field {
            Field::Email => Self::Email,
            Field::Username => Self::Username,
            Field::GivenName => Self::GivenName,
            Field::FamilyName => Self::FamilyName,
            Field::Admin => Self::Admin,
            Field::Attributes => Self::Attributes,
            Field::ExternalIds => Self::ExternalIds,
        }
    }
}
