//! The operations of packed batches, and their fields.

/// The kind of an operation in a packed batch. docs/packed.md lists the fields of each.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcOperation {
    /// No operation: its fields are settings of the batch.
    Settings = 1,
    /// Creates a user.
    CreateUser = 2,
    /// Changes fields of a user.
    UpdateUser = 3,
    /// Makes a user active.
    ActivateUser = 4,
    /// Makes a user inactive.
    DeactivateUser = 5,
    /// Deletes a user for good.
    DeleteUser = 6,
    /// Sets the license.
    SetLicense = 7,
    /// Creates a workspace.
    CreateWorkspace = 8,
    /// Creates a user's default workspace.
    DefaultWorkspace = 9,
    /// Gives a workspace another name.
    RenameWorkspace = 10,
    /// Archives a workspace.
    ArchiveWorkspace = 11,
    /// Restores an archived workspace.
    RestoreWorkspace = 12,
    /// Deletes a workspace and its memberships for good.
    DeleteWorkspace = 13,
    /// Adds a member.
    AddMember = 14,
    /// Gives a member a role.
    SetRole = 15,
    /// Removes a member.
    RemoveMember = 16,
    /// Sets, changes or removes the id that a provisioner has for a workspace.
    SetWorkspaceExternalId = 17,
}

impl HcOperation {
    /// All of them.
    pub(super) const ALL: [Self; 17] = [
        Self::Settings,
        Self::CreateUser,
        Self::UpdateUser,
        Self::ActivateUser,
        Self::DeactivateUser,
        Self::DeleteUser,
        Self::SetLicense,
        Self::CreateWorkspace,
        Self::DefaultWorkspace,
        Self::RenameWorkspace,
        Self::ArchiveWorkspace,
        Self::RestoreWorkspace,
        Self::DeleteWorkspace,
        Self::AddMember,
        Self::SetRole,
        Self::RemoveMember,
        Self::SetWorkspaceExternalId,
    ];
}

/// A field of an operation of a packed batch.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcOpField {
    /// A text that names the user: an id, an email or a username.
    User = 1,
    /// The id of an existing user, or of one to create: 16 bytes.
    UserId = 2,
    /// The id of the workspace, a number.
    Workspace = 3,
    /// The name of an existing workspace, a text.
    WorkspaceName = 4,
    /// The version that the record must have before, a number.
    IfVersion = 5,
    /// The email, a text.
    Email = 6,
    /// The username, a text; if absent, it follows the email.
    Username = 7,
    /// The given name, a text; if absent, there is none.
    GivenName = 8,
    /// The family name, a text; if absent, there is none.
    FamilyName = 9,
    /// Whether a user to create is active: 0 or 1.
    Active = 10,
    /// Whether the user administers the platform: 0 or 1.
    Admin = 11,
    /// The name of an attribute, a text.
    AttributeName = 12,
    /// The value of the attribute named last, a text; if absent, the attribute is removed.
    AttributeValue = 13,
    /// 1 to remove all attributes except those that the update sets.
    ReplaceAttributes = 14,
    /// When a user to create was created in another system.
    CreatedAt = 15,
    /// The name of a workspace to create, or its new one, a text.
    Name = 16,
    /// One of HC_ROLE_*.
    Role = 17,
    /// One of HC_LICENSE_*.
    License = 18,
    /// The seats of #HC_LICENSE_SEATS, a number.
    Seats = 19,
    /// The id of the request, 16 bytes.
    RequestId = 20,
    /// The id of the actor, 16 bytes.
    Actor = 21,
    /// 1 to let workspaces be left without an active owner.
    AllowOwnerless = 22,
    /// The door of the batch, a text.
    Door = 23,
    /// The name of a provisioner, a text.
    Provisioner = 24,
    /// The id from the provisioner named last, a text; if absent, the id is removed.
    ExternalId = 25,
}

impl HcOpField {
    /// All of them.
    pub(super) const ALL: [Self; 25] = [
        Self::User,
        Self::UserId,
        Self::Workspace,
        Self::WorkspaceName,
        Self::IfVersion,
        Self::Email,
        Self::Username,
        Self::GivenName,
        Self::FamilyName,
        Self::Active,
        Self::Admin,
        Self::AttributeName,
        Self::AttributeValue,
        Self::ReplaceAttributes,
        Self::CreatedAt,
        Self::Name,
        Self::Role,
        Self::License,
        Self::Seats,
        Self::RequestId,
        Self::Actor,
        Self::AllowOwnerless,
        Self::Door,
        Self::Provisioner,
        Self::ExternalId,
    ];
}
