//! The records that a directory is loaded from.

use crate::model::{License, NewUser, Role, Timestamp, UserId, WorkspaceId};

/// A record to load: see [`Directory::load`](crate::Directory::load). Records come in the
/// order of [`Exported`](crate::Exported).
///
/// ```
/// use headcount::{Directory, ErrorKind, NewUser, Record, UserId};
///
/// let deleted = UserId::generate();
/// let directory = Directory::in_memory()?;
/// directory.load([Ok(Record::DeletedUser { id: deleted })])?;
/// let again = NewUser::new("ann@ex.co").id(deleted);
/// assert_eq!(directory.create_user(again).unwrap_err().kind(), ErrorKind::IdTaken);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Record {
    /// The directory as a whole.
    Directory {
        /// The license in force.
        license: License,
        /// The version of the license.
        license_version: u64,
        /// The workspace id drawn last.
        last_workspace: u64,
    },
    /// A user, who must have an id and a time of creation.
    User {
        /// The user, with all fields of a new user.
        user: NewUser,
        /// When the record last changed.
        updated_at: Timestamp,
        /// When the user was deactivated; only for an inactive user.
        deactivated_at: Option<Timestamp>,
        /// The version of the record.
        version: u64,
    },
    /// The id of a deleted user.
    DeletedUser {
        /// The id.
        id: UserId,
    },
    /// A workspace.
    Workspace {
        /// Its id.
        id: WorkspaceId,
        /// Its name.
        name: String,
        /// Whether it is archived.
        archived: bool,
        /// The user whose default workspace it is.
        default_of: Option<UserId>,
        /// Its external ids, as pairs of provisioner and id.
        external_ids: Vec<(String, String)>,
        /// When it was created.
        created_at: Timestamp,
        /// When the record last changed.
        updated_at: Timestamp,
        /// The version of the record.
        version: u64,
    },
    /// A membership.
    Member {
        /// The workspace.
        workspace: WorkspaceId,
        /// The member.
        user: UserId,
        /// The role of the member.
        role: Role,
        /// When the member was added.
        since: Timestamp,
        /// The version of the membership.
        version: u64,
    },
    /// When a user was last seen.
    LastSeen {
        /// The user.
        user: UserId,
        /// When.
        at: Timestamp,
    },
}
