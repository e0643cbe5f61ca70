//! A workspace about to be created.

use crate::model::{ExternalIds, UserRef};

/// A workspace to create: a name of 1 to 128 characters, and its first owner.
///
/// White space in the name is collapsed. Invisible characters, characters that change the
/// direction of the text, and names that look like another workspace's are refused.
///
/// It needs an active owner, unless the batch
/// [allows otherwise](crate::Batch::allow_ownerless).
///
/// ```
/// use headcount::{Directory, ErrorKind, NewWorkspace};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// directory.create_workspace(NewWorkspace::new("Team").owner("ann@ex.co"))?;
/// let same = NewWorkspace::new("Tеam").owner("ann@ex.co"); // with a Cyrillic е
/// let refused = directory.create_workspace(same).unwrap_err();
/// assert_eq!(refused.kind(), ErrorKind::WorkspaceNameTaken);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NewWorkspace {
    pub(crate) name: String,
    pub(crate) owner: Option<UserRef>,
    pub(crate) external_ids: ExternalIds,
}

impl NewWorkspace {
    /// A workspace with this name, without an owner. The call that takes it checks the name.
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// let refused = directory.create_workspace(NewWorkspace::new("team")).unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::LastOwner);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            owner: None,
            external_ids: ExternalIds::new(),
        }
    }

    /// Makes this user the first owner.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// assert_eq!(directory.members("team")?[0].user(), ann.id());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn owner(mut self, user: impl Into<UserRef>) -> Self {
        self.owner = Some(user.into());
        self
    }

    /// Sets the id that a provisioner has for the workspace, within the limits of
    /// [`NewUser::external_id`](crate::NewUser::external_id). The call that takes the workspace
    /// checks it.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let new = NewWorkspace::new("team").owner("ann@ex.co").external_id("okta", "00g1");
    /// let team = directory.create_workspace(new)?;
    /// assert_eq!(directory.workspace_by_external_id("okta", "00g1")?, Some(team));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn external_id(mut self, provisioner: impl Into<String>, id: impl Into<String>) -> Self {
        self.external_ids.insert(provisioner.into(), id.into());
        self
    }
}
