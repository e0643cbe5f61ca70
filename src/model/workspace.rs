//! Workspaces, and who belongs to them.

mod member;
mod name;
mod new;
mod reference;

use std::fmt;

use wincode::{SchemaRead, SchemaWrite};

pub use self::member::{Member, Role};
use self::name::plain_name_key;
pub(crate) use self::name::{WorkspaceName, workspace_name_key};
pub use self::new::NewWorkspace;
pub use self::reference::WorkspaceRef;
pub(crate) use self::reference::WorkspaceTarget;
use super::external::ExternalIds;
use super::{Timestamp, UserId};

/// The id of a workspace: a number that the directory draws, counting from one, and never
/// reuses.
///
/// ```
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let own = directory.default_workspace("ann@ex.co")?;
/// assert_eq!(own.id().to_string(), "1");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct WorkspaceId(u64);

impl WorkspaceId {
    /// The id with this number.
    ///
    /// ```
    /// use headcount::{Directory, WorkspaceId};
    ///
    /// let directory = Directory::in_memory()?;
    /// assert!(directory.workspace(WorkspaceId::from_u64(7))?.is_none());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    ///
    /// ```
    /// use headcount::WorkspaceId;
    ///
    /// assert_eq!(WorkspaceId::from_u64(7).as_u64(), 7);
    /// ```
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A workspace, as one consistent record.
///
/// ```
/// use headcount::{Directory, Role};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let own = directory.default_workspace("ann@ex.co")?; // made on first asking
/// assert_eq!(directory.default_workspace("ann@ex.co")?.id(), own.id());
/// assert_eq!(directory.workspaces_of("ann@ex.co")?[0].role(), Role::Owner);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Workspace {
    pub(crate) id: WorkspaceId,
    pub(crate) name: String,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) name_key: String,
    pub(crate) archived: bool,
    pub(crate) default_of: Option<UserId>,
    pub(crate) external_ids: ExternalIds,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: u64,
}

impl Workspace {
    /// The id, which never changes.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let own = directory.default_workspace("ann@ex.co")?;
    /// assert_eq!(directory.rename_workspace(&own, "Ann's")?.id(), own.id());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn id(&self) -> WorkspaceId {
        self.id
    }

    /// The name, as typed except for white space. No other workspace has it or a name that looks
    /// the same.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let new = NewWorkspace::new(" Fraud  models").owner("ann@ex.co");
    /// assert_eq!(directory.create_workspace(new)?.name(), "Fraud models");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the name differs from that of `other`, although they look the same.
    pub(crate) fn only_looks_like(&self, other: &Self) -> bool {
        plain_name_key(&self.name) != plain_name_key(&other.name)
    }

    /// Whether it is archived: until it is restored, members can't be added and nothing can
    /// be changed. Members can leave, and it can be deleted.
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// assert!(directory.archive_workspace("team")?.is_archived());
    /// let refused = directory.rename_workspace("team", "crew").unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::WorkspaceArchived);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn is_archived(&self) -> bool {
        self.archived
    }

    /// The user whose default workspace this is; `None` if it is nobody's.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.default_workspace("ann@ex.co")?.default_of(), Some(ann.id()));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn default_of(&self) -> Option<UserId> {
        self.default_of
    }

    /// The id that a provisioner has for the workspace, such as that of a group. The same
    /// provisioner has it for no other workspace.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let new = NewWorkspace::new("team").owner("ann@ex.co").external_id("okta", "00g1");
    /// assert_eq!(directory.create_workspace(new)?.external_id("okta"), Some("00g1"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn external_id(&self, provisioner: &str) -> Option<&str> {
        self.external_ids.get(provisioner)
    }

    /// All external ids as pairs of provisioner and id, ordered by provisioner.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let new = NewWorkspace::new("team").owner("ann@ex.co").external_id("okta", "00g1");
    /// let team = directory.create_workspace(new)?;
    /// assert_eq!(team.external_ids().collect::<Vec<_>>(), [("okta", "00g1")]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn external_ids(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.external_ids.iter()
    }

    /// When the workspace was created.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// assert!(directory.default_workspace("ann@ex.co")?.created_at() >= ann.created_at());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When the record last changed. Changes of its members don't count.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let own = directory.default_workspace("ann@ex.co")?;
    /// let renamed = directory.rename_workspace(&own, "Ann's")?;
    /// assert!(renamed.updated_at() >= own.updated_at());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// The version of the record: 1 at creation, incremented by each change.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let own = directory.default_workspace("ann@ex.co")?;
    /// assert_eq!(directory.rename_workspace(&own, "Ann's")?.version(), 2);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn version(&self) -> u64 {
        self.version
    }
}
