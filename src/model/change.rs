//! Changes: the record of what each committed batch did.
//!
//! These types are stored directly: the order of fields and variants is part of the file
//! format, and new variants go at the end.

use wincode::{SchemaRead, SchemaWrite};

use super::{License, RequestId, Role, Timestamp, UserId, WorkspaceId};

/// One committed [`Batch`](super::Batch): its number in the history and what it changed. It
/// holds ids, kinds and names of fields, never personal data.
///
/// ```
/// use headcount::{Directory, Event};
///
/// let directory = Directory::in_memory()?;
/// let ann = directory.through("signup").create_user("ann@ex.co")?;
/// let change = directory.changes(0)?.next().unwrap()?;
/// assert_eq!((change.sequence, change.at), (1, ann.created_at()));
/// assert_eq!((change.actor, change.door.as_deref()), (None, Some("signup")));
/// assert_eq!(change.events, [Event::UserCreated { user: ann.id(), active: true }]);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Change {
    /// The number of the change: 1, 2, 3 … without gaps, in commit order.
    pub sequence: u64,
    /// When the batch was applied.
    pub at: Timestamp,
    /// The user who made it, if the caller named one.
    pub actor: Option<UserId>,
    /// The request id of the batch, if it had one.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub request_id: Option<RequestId>,
    /// The door that it came through, if the caller [named one](crate::Directory::through).
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub door: Option<String>,
    /// The events, in the order of the batch. Empty only for a batch with a request id that
    /// changed nothing.
    pub events: Vec<Event>,
}

/// One thing that a [`Change`] did.
///
/// ```
/// use headcount::{Directory, Event};
///
/// let directory = Directory::in_memory()?;
/// let ann = directory.create_user("ann@ex.co")?;
/// directory.deactivate_user("ann@ex.co")?;
/// let mut gone = Vec::new();
/// for change in directory.changes(0)? {
///     for event in change?.events {
///         if let Event::UserDeactivated { user } | Event::UserDeleted { user } = event {
///             gone.push(user);
///         }
///     }
/// }
/// assert_eq!(gone, [ann.id()]);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "event", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Event {
    /// A user was created.
    UserCreated {
        /// The user.
        user: UserId,
        /// Whether the user was active from the start.
        active: bool,
    },
    /// Fields of a user changed.
    UserUpdated {
        /// The user.
        user: UserId,
        /// The fields that differ from before.
        fields: Vec<Field>,
    },
    /// An inactive user became active.
    UserActivated {
        /// The user.
        user: UserId,
    },
    /// An active user became inactive.
    UserDeactivated {
        /// The user.
        user: UserId,
    },
    /// A user was deleted for good.
    UserDeleted {
        /// The user.
        user: UserId,
    },
    /// Another license was set.
    LicenseSet {
        /// The new license.
        license: License,
    },
    /// A workspace was created.
    WorkspaceCreated {
        /// The workspace.
        workspace: WorkspaceId,
        /// The user whose default workspace it is.
        default_of: Option<UserId>,
    },
    /// A workspace got another name.
    WorkspaceRenamed {
        /// The workspace.
        workspace: WorkspaceId,
    },
    /// A workspace was archived.
    WorkspaceArchived {
        /// The workspace.
        workspace: WorkspaceId,
    },
    /// An archived workspace was restored.
    WorkspaceRestored {
        /// The workspace.
        workspace: WorkspaceId,
    },
    /// A workspace was deleted with its memberships.
    WorkspaceDeleted {
        /// The workspace.
        workspace: WorkspaceId,
    },
    /// A workspace is no longer a default workspace: its user was deleted.
    WorkspaceUndefaulted {
        /// The workspace.
        workspace: WorkspaceId,
    },
    /// A workspace was left without an active owner, which the batch allowed.
    WorkspaceOwnerless {
        /// The workspace.
        workspace: WorkspaceId,
    },
    /// A user became a member of a workspace.
    MemberAdded {
        /// The workspace.
        workspace: WorkspaceId,
        /// The member.
        user: UserId,
        /// The role from then on.
        role: Role,
    },
    /// A member got another role.
    MemberRoleSet {
        /// The workspace.
        workspace: WorkspaceId,
        /// The member.
        user: UserId,
        /// The role from then on.
        role: Role,
    },
    /// A member left. Deleting a user or a workspace removes memberships without this
    /// event.
    MemberRemoved {
        /// The workspace.
        workspace: WorkspaceId,
        /// The former member.
        user: UserId,
    },
    /// A provisioner's id for a workspace was set, changed or removed.
    WorkspaceExternalIdSet {
        /// The workspace.
        workspace: WorkspaceId,
    },
}

/// A field of a user, named in [`Event::UserUpdated`].
///
/// ```
/// use headcount::{Directory, Event, Field, UserUpdate};
///
/// let directory = Directory::in_memory()?;
/// let ann = directory.create_user("ann@ex.co")?;
/// directory.update_user(&ann, UserUpdate::new().given_name("Ann").admin(true))?;
/// let change = directory.changes(1)?.next().unwrap()?;
/// let fields = vec![Field::GivenName, Field::Admin];
/// assert_eq!(change.events, [Event::UserUpdated { user: ann.id(), fields }]);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Field {
    /// [`User::email`](super::User::email).
    Email,
    /// [`User::username`](super::User::username), set independently of the email.
    Username,
    /// [`User::given_name`](super::User::given_name).
    GivenName,
    /// [`User::family_name`](super::User::family_name).
    FamilyName,
    /// [`User::is_admin`](super::User::is_admin).
    Admin,
    /// [`User::attributes`](super::User::attributes).
    Attributes,
    /// [`User::external_ids`](super::User::external_ids).
    ExternalIds,
}
