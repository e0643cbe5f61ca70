//! The members of workspaces.

use super::Directory;
use crate::error::{Error, Result};
use crate::model::{Batch, Member, Role, UserRef, WorkspaceRef};
use crate::rules::read;

/// Finding members.
impl Directory {
    /// The members of a workspace: owners first, then users, each ordered by email.
    /// To read a large workspace a page at a time, use
    /// [`UserQuery::member_of`](crate::UserQuery::member_of).
    ///
    /// # Errors
    ///
    /// [`WorkspaceNotFound`](crate::ErrorKind::WorkspaceNotFound).
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
    /// [`UserNotFound`](crate::ErrorKind::UserNotFound).
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
        self.workspaces_of_up_to(user, usize::MAX)
    }

    /// Up to `limit` workspaces of a user, with the role in each, ordered by id. A `limit` of 0
    /// returns none.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](crate::ErrorKind::UserNotFound).
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// for name in ["red", "blue"] {
    ///     directory.create_workspace(NewWorkspace::new(name).owner("ann@ex.co"))?;
    /// }
    /// assert_eq!(directory.workspaces_of_up_to("ann@ex.co", 1)?.len(), 1);
    /// assert_eq!(directory.workspaces_of_up_to("ann@ex.co", 0)?.len(), 0);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn workspaces_of_up_to(
        &self,
        user: impl Into<UserRef>,
        limit: usize,
    ) -> Result<Vec<Member>> {
        let snapshot = self.snapshot()?;
        let user = user.into();
        let found = read::user(&snapshot, &user)?.ok_or_else(|| user.not_found())?;
        match limit {
            0 => Ok(Vec::new()),
            _ => read::memberships(&snapshot, found.id(), limit),
        }
    }
}

/// Changing members. A [`Batch`] makes several changes at once, and can depend on versions.
impl Directory {
    /// Adds a user to a workspace; does nothing if the user is a member in this role already.
    ///
    /// # Errors
    ///
    /// [`WorkspaceNotFound`](crate::ErrorKind::WorkspaceNotFound),
    /// [`UserNotFound`](crate::ErrorKind::UserNotFound),
    /// [`RoleDiffers`](crate::ErrorKind::RoleDiffers) for a member in another role,
    /// [`WorkspaceArchived`](crate::ErrorKind::WorkspaceArchived).
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
    /// [`WorkspaceNotFound`](crate::ErrorKind::WorkspaceNotFound),
    /// [`UserNotFound`](crate::ErrorKind::UserNotFound),
    /// [`MemberNotFound`](crate::ErrorKind::MemberNotFound),
    /// [`WorkspaceArchived`](crate::ErrorKind::WorkspaceArchived),
    /// [`LastOwner`](crate::ErrorKind::LastOwner),
    /// [`DefaultWorkspace`](crate::ErrorKind::DefaultWorkspace) for the user whose default it is.
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
    /// [`WorkspaceNotFound`](crate::ErrorKind::WorkspaceNotFound),
    /// [`UserNotFound`](crate::ErrorKind::UserNotFound),
    /// [`MemberNotFound`](crate::ErrorKind::MemberNotFound),
    /// [`LastOwner`](crate::ErrorKind::LastOwner),
    /// [`DefaultWorkspace`](crate::ErrorKind::DefaultWorkspace) for the user whose default it is.
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
}
