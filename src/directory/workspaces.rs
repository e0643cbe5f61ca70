//! The workspaces of a directory.

use super::{Directory, Workspaces};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Batch, NewWorkspace, Op, Subject, UserRef, Workspace, WorkspaceId, WorkspaceRef,
};
use crate::rules::read;

/// Finding workspaces.
impl Directory {
    /// The workspace with this id or name; `None` if there is none.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let team = directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// assert_eq!(directory.workspace("Team")?, Some(team));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn workspace(&self, workspace: impl Into<WorkspaceRef>) -> Result<Option<Workspace>> {
        read::workspace(&self.snapshot()?, &workspace.into())
    }

    /// The workspace for which a provisioner, such as an identity provider, has this id; `None`
    /// if there is none.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let new = NewWorkspace::new("team").owner("ann@ex.co").external_id("okta", "00g1");
    /// let team = directory.create_workspace(new)?;
    /// assert_eq!(directory.workspace_by_external_id("okta", "00g1")?, Some(team));
    /// assert!(directory.workspace_by_external_id("entra", "00g1")?.is_none());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn workspace_by_external_id(
        &self,
        provisioner: &str,
        id: &str,
    ) -> Result<Option<Workspace>> {
        read::workspace_by_external_id(&self.snapshot()?, provisioner, id)
    }

    /// All workspaces, archived ones included, ordered by id, as they are at this
    /// moment.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let team = directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// let all = directory.workspaces()?.collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(all, [team]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn workspaces(&self) -> Result<Workspaces> {
        Workspaces::new(self)
    }
}

/// Changing workspaces. A [`Batch`] makes several changes at once, and can depend on versions.
impl Directory {
    /// Creates a workspace.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a malformed name or external id,
    /// [`WorkspaceNameTaken`](ErrorKind::WorkspaceNameTaken),
    /// [`ExternalIdTaken`](ErrorKind::ExternalIdTaken),
    /// [`UserNotFound`](ErrorKind::UserNotFound) for the owner,
    /// [`LastOwner`](ErrorKind::LastOwner) without an active owner.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let team = directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// assert_eq!((team.name(), team.version()), ("team", 1));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn create_workspace(&self, workspace: NewWorkspace) -> Result<Workspace> {
        self.apply_to_workspace(Op::CreateWorkspace(workspace))
    }

    /// The default workspace of a user, who owns it; created on first use. The user can't be
    /// removed from it, and it is deleted with the user unless it has other members.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound).
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let own = directory.default_workspace("ann@ex.co")?;
    /// assert_eq!(directory.default_workspace("ann@ex.co")?, own);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn default_workspace(&self, user: impl Into<UserRef>) -> Result<Workspace> {
        let snapshot = self.snapshot()?;
        let user = user.into();
        let found = read::user(&snapshot, &user)?.ok_or_else(|| user.not_found())?;
        if let Some(id) = read::default_workspace_id(&snapshot, found.id())?
            && let Some(workspace) = read::workspace_by_id(&snapshot, id)?
        {
            return Ok(workspace);
        }
        self.apply_to_workspace(Op::DefaultWorkspace(user))
    }

    /// Renames a workspace.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a malformed name,
    /// [`WorkspaceNotFound`](ErrorKind::WorkspaceNotFound),
    /// [`WorkspaceNameTaken`](ErrorKind::WorkspaceNameTaken),
    /// [`WorkspaceArchived`](ErrorKind::WorkspaceArchived).
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let team = directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// assert_eq!(directory.rename_workspace(&team, "crew")?.name(), "crew");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn rename_workspace(
        &self,
        workspace: impl Into<WorkspaceRef>,
        name: impl Into<String>,
    ) -> Result<Workspace> {
        self.apply_to_workspace(Op::RenameWorkspace(workspace.into(), name.into()))
    }

    /// Sets or, with `None`, removes the id that a provisioner has for a workspace.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let made = directory.create_workspace(NewWorkspace::new("Fraud").owner("ann@ex.co"))?;
    /// directory.set_workspace_external_id(made.id(), "okta", "00g1")?;
    /// let found = directory.workspace_by_external_id("okta", "00g1")?.unwrap();
    /// assert_eq!(found.id(), made.id());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WorkspaceNotFound`](ErrorKind::WorkspaceNotFound),
    /// [`ExternalIdTaken`](ErrorKind::ExternalIdTaken) if another workspace has it,
    /// [`WorkspaceArchived`](ErrorKind::WorkspaceArchived),
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a text outside the limits of
    /// [`NewUser::external_id`](crate::NewUser::external_id).
    pub fn set_workspace_external_id<'a>(
        &self,
        workspace: impl Into<WorkspaceRef>,
        provisioner: impl Into<String>,
        id: impl Into<Option<&'a str>>,
    ) -> Result<Workspace> {
        let id = id.into().map(str::to_owned);
        self.apply_to_workspace(Op::SetWorkspaceExternalId(
            workspace.into(),
            provisioner.into(),
            id,
        ))
    }

    /// Archives a workspace, see [`Workspace::is_archived`]; does nothing if it is archived
    /// already.
    ///
    /// # Errors
    ///
    /// [`WorkspaceNotFound`](ErrorKind::WorkspaceNotFound).
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let team = directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// assert!(directory.archive_workspace(&team)?.is_archived());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn archive_workspace(&self, workspace: impl Into<WorkspaceRef>) -> Result<Workspace> {
        self.apply_to_workspace(Op::ArchiveWorkspace(workspace.into()))
    }

    /// Restores an archived workspace; does nothing if it is not archived.
    ///
    /// # Errors
    ///
    /// [`WorkspaceNotFound`](ErrorKind::WorkspaceNotFound).
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let team = directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.archive_workspace(&team)?;
    /// assert!(!directory.restore_workspace(&team)?.is_archived());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn restore_workspace(&self, workspace: impl Into<WorkspaceRef>) -> Result<Workspace> {
        self.apply_to_workspace(Op::RestoreWorkspace(workspace.into()))
    }

    /// Deletes a workspace and its memberships for good. Its id is never reused; its name
    /// becomes free.
    ///
    /// # Errors
    ///
    /// [`WorkspaceNotFound`](ErrorKind::WorkspaceNotFound);
    /// [`DefaultWorkspace`](ErrorKind::DefaultWorkspace) if it is a user's default workspace.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let team = directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.delete_workspace(&team)?;
    /// assert!(directory.workspace("team")?.is_none());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn delete_workspace(&self, workspace: impl Into<WorkspaceRef>) -> Result<WorkspaceId> {
        self.apply_one(Op::DeleteWorkspace(workspace.into()))
    }

    fn apply_to_workspace(&self, op: Op) -> Result<Workspace> {
        let id = self.apply_one(op)?;
        self.workspace(id)?
            .ok_or_else(|| WorkspaceRef::from(id).not_found())
    }

    fn apply_one(&self, op: Op) -> Result<WorkspaceId> {
        let applied = self.apply(Batch::from_iter([op]))?;
        match applied.outcomes.first().map(|outcome| outcome.subject) {
            Some(Subject::Workspace(id)) => Ok(id),
            _ => Err(Error::new(
                ErrorKind::InvalidArgument,
                "the operation is not about a workspace",
            )),
        }
    }
}
