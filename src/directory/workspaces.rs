//! The workspaces of a directory and their members.

use super::{Directory, Workspaces};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Batch, Member, NewWorkspace, Op, Role, Subject, UserRef, Workspace, WorkspaceId, WorkspaceRef,
};
use crate::rules::read;

/// Finding workspaces and their members.
impl Directory {
    /// The workspace that an id or a name says; `None` when there is none.
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

    /// The members of a workspace: owners first, then users, each ordered by email.
    /// To read a large workspace a page at a time, use
    /// [`UserQuery::member_of`](crate::UserQuery::member_of).
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
    /// assert_eq!(directory.members(&team)?.len(), 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn members(&self, workspace: impl Into<WorkspaceRef>) -> Result<Vec<Member>> {
        let snapshot = self.snapshot()?;
        let workspace = workspace.into();
        let found = read::workspace(&snapshot, &workspace)?.ok_or_else(|| workspace.not_found())?;
        let mut members = Vec::new();
        for role in [Role::Owner, Role::User] {
            for user in read::members(&snapshot, found.id(), role)? {
                members.push(read::member(&snapshot, found.id(), user)?.ok_or_else(|| {
                    Error::corrupted("an index entry leads to a member who is not there")
                })?);
            }
        }
        Ok(members)
    }

    /// The workspaces of a user, with the role in each, ordered by id.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound).
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let team = directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// assert_eq!(directory.workspaces_of("ann@ex.co")?[0].workspace(), team.id());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn workspaces_of(&self, user: impl Into<UserRef>) -> Result<Vec<Member>> {
        let snapshot = self.snapshot()?;
        let user = user.into();
        let found = read::user(&snapshot, &user)?.ok_or_else(|| user.not_found())?;
        read::memberships(&snapshot, found.id())
    }
}

/// Changing workspaces and their members. A [`Batch`] does the same with more
/// than one at a time, and where versions matter.
impl Directory {
    /// Creates a workspace.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for the name,
    /// [`WorkspaceNameTaken`](ErrorKind::WorkspaceNameTaken),
    /// [`UserNotFound`](ErrorKind::UserNotFound),
    /// [`LastOwner`](ErrorKind::LastOwner) without an owner who is active.
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

    /// The default workspace of a user, who owns it; made when it is first asked
    /// for. It stays the user's own: the user can't be removed from it, and it is
    /// deleted with the user unless it has other members then.
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

    /// Gives a workspace another name.
    ///
    /// # Errors
    ///
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
    /// [`ExternalIdTaken`](ErrorKind::ExternalIdTaken) where another workspace has it,
    /// [`WorkspaceArchived`](ErrorKind::WorkspaceArchived),
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a text out of the limits of
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

    /// Archives a workspace: see [`Workspace::is_archived`].
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

    /// Restores an archived workspace.
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

    /// Deletes a workspace and its memberships for good. Its id is not given
    /// again; its name is free.
    ///
    /// # Errors
    ///
    /// [`WorkspaceNotFound`](ErrorKind::WorkspaceNotFound);
    /// [`DefaultWorkspace`](ErrorKind::DefaultWorkspace) for one that is a user's.
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

    /// Adds a user to a workspace; does nothing if the user is a member in this role already.
    ///
    /// # Errors
    ///
    /// [`WorkspaceNotFound`](ErrorKind::WorkspaceNotFound),
    /// [`UserNotFound`](ErrorKind::UserNotFound),
    /// [`RoleDiffers`](ErrorKind::RoleDiffers) for a member in another role,
    /// [`WorkspaceArchived`](ErrorKind::WorkspaceArchived).
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace, Role};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.add_member("team", "bob@ex.co", Role::User)?;
    /// assert_eq!(directory.members("team")?.len(), 2);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn add_member(
        &self,
        workspace: impl Into<WorkspaceRef>,
        user: impl Into<UserRef>,
        role: Role,
    ) -> Result<()> {
        self.apply(Batch::new().add_member(workspace, user, role))
            .map(|_| ())
    }

    /// Changes the role of a member.
    ///
    /// # Errors
    ///
    /// [`WorkspaceNotFound`](ErrorKind::WorkspaceNotFound),
    /// [`UserNotFound`](ErrorKind::UserNotFound),
    /// [`MemberNotFound`](ErrorKind::MemberNotFound),
    /// [`WorkspaceArchived`](ErrorKind::WorkspaceArchived),
    /// [`LastOwner`](ErrorKind::LastOwner),
    /// [`DefaultWorkspace`](ErrorKind::DefaultWorkspace) for the user whose default it is.
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind, NewWorkspace, Role};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// let refused = directory.set_role("team", "ann@ex.co", Role::User).unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::LastOwner);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn set_role(
        &self,
        workspace: impl Into<WorkspaceRef>,
        user: impl Into<UserRef>,
        role: Role,
    ) -> Result<()> {
        self.apply(Batch::new().set_role(workspace, user, role))
            .map(|_| ())
    }

    /// Removes a member from a workspace, archived or not.
    ///
    /// # Errors
    ///
    /// [`WorkspaceNotFound`](ErrorKind::WorkspaceNotFound),
    /// [`UserNotFound`](ErrorKind::UserNotFound),
    /// [`MemberNotFound`](ErrorKind::MemberNotFound),
    /// [`LastOwner`](ErrorKind::LastOwner),
    /// [`DefaultWorkspace`](ErrorKind::DefaultWorkspace) for the user whose default it is.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace, Role};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.add_member("team", "bob@ex.co", Role::User)?;
    /// directory.remove_member("team", "bob@ex.co")?;
    /// assert!(directory.workspaces_of("bob@ex.co")?.is_empty());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn remove_member(
        &self,
        workspace: impl Into<WorkspaceRef>,
        user: impl Into<UserRef>,
    ) -> Result<()> {
        self.apply(Batch::new().remove_member(workspace, user))
            .map(|_| ())
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
