//! Appending each kind of operation.

use super::Batch;
use crate::model::{License, NewUser, NewWorkspace, Op, Role, UserRef, UserUpdate, WorkspaceRef};

/// Appending operations.
impl Batch {
    /// Appends [`Op::CreateUser`]: see [`Directory::create_user`](crate::Directory::create_user).
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.apply(Batch::new().create_user("ann@ex.co").create_user("bob@ex.co"))?;
    /// assert_eq!(directory.len()?, 2);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn create_user(self, user: impl Into<NewUser>) -> Self {
        self.with(Op::CreateUser(user.into()))
    }

    /// Appends [`Op::UpdateUser`]: see [`Directory::update_user`](crate::Directory::update_user).
    ///
    /// ```
    /// use headcount::{Batch, Directory, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.apply(Batch::new().update_user("ann@ex.co", UserUpdate::new().admin(true)))?;
    /// assert!(directory.user("ann@ex.co")?.unwrap().is_admin());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn update_user(self, user: impl Into<UserRef>, update: UserUpdate) -> Self {
        self.with(Op::UpdateUser(user.into(), update))
    }

    /// Appends [`Op::ActivateUser`]: see
    /// [`Directory::activate_user`](crate::Directory::activate_user).
    ///
    /// ```
    /// use headcount::{Batch, Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").active(false))?;
    /// directory.apply(Batch::new().activate_user("ann@ex.co"))?;
    /// assert_eq!(directory.seats()?.active, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn activate_user(self, user: impl Into<UserRef>) -> Self {
        self.with(Op::ActivateUser(user.into()))
    }

    /// Appends [`Op::DeactivateUser`]: see
    /// [`Directory::deactivate_user`](crate::Directory::deactivate_user).
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.apply(Batch::new().deactivate_user("ann@ex.co"))?;
    /// assert_eq!(directory.seats()?.inactive, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn deactivate_user(self, user: impl Into<UserRef>) -> Self {
        self.with(Op::DeactivateUser(user.into()))
    }

    /// Appends [`Op::DeleteUser`]: see [`Directory::delete_user`](crate::Directory::delete_user).
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.apply(Batch::new().delete_user("ann@ex.co").create_user("ann@ex.co"))?;
    /// assert_eq!(directory.len()?, 1); // another user with the same email
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn delete_user(self, user: impl Into<UserRef>) -> Self {
        self.with(Op::DeleteUser(user.into()))
    }

    /// Appends [`Op::SetLicense`]: see [`Directory::set_license`](crate::Directory::set_license).
    ///
    /// ```
    /// use headcount::{Batch, Directory, License};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.apply(Batch::new().set_license(License::Seats(1)).create_user("ann@ex.co"))?;
    /// assert_eq!(directory.seats()?.free(), Some(0));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn set_license(self, license: License) -> Self {
        self.with(Op::SetLicense(license))
    }

    /// Appends [`Op::CreateWorkspace`]: see
    /// [`Directory::create_workspace`](crate::Directory::create_workspace).
    ///
    /// ```
    /// use headcount::{Batch, Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// let team = NewWorkspace::new("team").owner("ann@ex.co");
    /// directory.apply(Batch::new().create_user("ann@ex.co").create_workspace(team))?;
    /// assert!(directory.workspace("team")?.is_some());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn create_workspace(self, workspace: NewWorkspace) -> Self {
        self.with(Op::CreateWorkspace(workspace))
    }

    /// Appends [`Op::DefaultWorkspace`]: see
    /// [`Directory::default_workspace`](crate::Directory::default_workspace).
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.apply(Batch::new().create_user("ann@ex.co").default_workspace("ann@ex.co"))?;
    /// assert_eq!(directory.workspaces_of("ann@ex.co")?.len(), 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn default_workspace(self, user: impl Into<UserRef>) -> Self {
        self.with(Op::DefaultWorkspace(user.into()))
    }

    /// Appends [`Op::RenameWorkspace`]: see
    /// [`Directory::rename_workspace`](crate::Directory::rename_workspace).
    ///
    /// ```
    /// use headcount::{Batch, Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.apply(Batch::new().rename_workspace("team", "crew"))?;
    /// assert!(directory.workspace("crew")?.is_some());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn rename_workspace(
        self,
        workspace: impl Into<WorkspaceRef>,
        name: impl Into<String>,
    ) -> Self {
        self.with(Op::RenameWorkspace(workspace.into(), name.into()))
    }

    /// Appends [`Op::SetWorkspaceExternalId`]: see
    /// [`Directory::set_workspace_external_id`](crate::Directory::set_workspace_external_id).
    ///
    /// ```
    /// use headcount::{Batch, Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.apply(Batch::new().set_workspace_external_id("team", "okta", "00g1"))?;
    /// assert!(directory.workspace_by_external_id("okta", "00g1")?.is_some());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn set_workspace_external_id<'a>(
        self,
        workspace: impl Into<WorkspaceRef>,
        provisioner: impl Into<String>,
        id: impl Into<Option<&'a str>>,
    ) -> Self {
        let id = id.into().map(str::to_owned);
        self.with(Op::SetWorkspaceExternalId(
            workspace.into(),
            provisioner.into(),
            id,
        ))
    }

    /// Appends [`Op::ArchiveWorkspace`]: see
    /// [`Directory::archive_workspace`](crate::Directory::archive_workspace).
    ///
    /// ```
    /// use headcount::{Batch, Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.apply(Batch::new().archive_workspace("team"))?;
    /// assert!(directory.workspace("team")?.unwrap().is_archived());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn archive_workspace(self, workspace: impl Into<WorkspaceRef>) -> Self {
        self.with(Op::ArchiveWorkspace(workspace.into()))
    }

    /// Appends [`Op::RestoreWorkspace`]: see
    /// [`Directory::restore_workspace`](crate::Directory::restore_workspace).
    ///
    /// ```
    /// use headcount::{Batch, Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.archive_workspace("team")?;
    /// directory.apply(Batch::new().restore_workspace("team").rename_workspace("team", "crew"))?;
    /// assert!(!directory.workspace("crew")?.unwrap().is_archived());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn restore_workspace(self, workspace: impl Into<WorkspaceRef>) -> Self {
        self.with(Op::RestoreWorkspace(workspace.into()))
    }

    /// Appends [`Op::DeleteWorkspace`]: see
    /// [`Directory::delete_workspace`](crate::Directory::delete_workspace).
    ///
    /// ```
    /// use headcount::{Batch, Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.apply(Batch::new().delete_workspace("team"))?;
    /// assert!(directory.workspace("team")?.is_none());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn delete_workspace(self, workspace: impl Into<WorkspaceRef>) -> Self {
        self.with(Op::DeleteWorkspace(workspace.into()))
    }

    /// Appends [`Op::AddMember`]: see [`Directory::add_member`](crate::Directory::add_member).
    ///
    /// ```
    /// use headcount::{Batch, Directory, NewWorkspace, Role};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// let join = Batch::new().create_user("bob@ex.co").add_member("team", "bob@ex.co", Role::User);
    /// directory.apply(join)?;
    /// assert_eq!(directory.members("team")?.len(), 2);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn add_member(
        self,
        workspace: impl Into<WorkspaceRef>,
        user: impl Into<UserRef>,
        role: Role,
    ) -> Self {
        self.with(Op::AddMember(workspace.into(), user.into(), role))
    }

    /// Appends [`Op::SetRole`]: see [`Directory::set_role`](crate::Directory::set_role).
    ///
    /// ```
    /// use headcount::{Batch, Directory, NewWorkspace, Role};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.add_member("team", "bob@ex.co", Role::User)?;
    /// let hand_over = Batch::new()
    ///     .set_role("team", "ann@ex.co", Role::User)
    ///     .set_role("team", "bob@ex.co", Role::Owner);
    /// directory.apply(hand_over)?; // in either order
    /// assert_eq!(directory.workspaces_of("bob@ex.co")?[0].role(), Role::Owner);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn set_role(
        self,
        workspace: impl Into<WorkspaceRef>,
        user: impl Into<UserRef>,
        role: Role,
    ) -> Self {
        self.with(Op::SetRole(workspace.into(), user.into(), role))
    }

    /// Appends [`Op::RemoveMember`]: see
    /// [`Directory::remove_member`](crate::Directory::remove_member).
    ///
    /// ```
    /// use headcount::{Batch, Directory, NewWorkspace, Role};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.add_member("team", "bob@ex.co", Role::User)?;
    /// directory.apply(Batch::new().remove_member("team", "bob@ex.co"))?;
    /// assert_eq!(directory.members("team")?.len(), 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn remove_member(
        self,
        workspace: impl Into<WorkspaceRef>,
        user: impl Into<UserRef>,
    ) -> Self {
        self.with(Op::RemoveMember(workspace.into(), user.into()))
    }

    fn with(mut self, op: Op) -> Self {
        self.push(op);
        self
    }
}
