//! A batch: operations that succeed or fail together.

use super::{
    BatchDigest, License, NewUser, NewWorkspace, Role, UserId, UserRef, UserUpdate, WorkspaceRef,
};
use crate::error::{Error, Result};

/// One operation of a [`Batch`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Op {
    /// Creates a user.
    CreateUser(NewUser),
    /// Changes fields of a user.
    UpdateUser(UserRef, UserUpdate),
    /// Makes a user active; no effect on an active one.
    ActivateUser(UserRef),
    /// Makes a user inactive; no effect on an inactive one.
    DeactivateUser(UserRef),
    /// Deletes a user for good.
    DeleteUser(UserRef),
    /// Sets the license.
    SetLicense(License),
    /// Creates a workspace.
    CreateWorkspace(NewWorkspace),
    /// Makes a user's default workspace; no effect where there is one.
    DefaultWorkspace(UserRef),
    /// Gives a workspace another name.
    RenameWorkspace(WorkspaceRef, String),
    /// Sets or, with `None`, removes the id that a provisioner, named first, has for a
    /// workspace.
    SetWorkspaceExternalId(WorkspaceRef, String, Option<String>),
    /// Archives a workspace; no effect on an archived one.
    ArchiveWorkspace(WorkspaceRef),
    /// Restores an archived workspace; no effect on another.
    RestoreWorkspace(WorkspaceRef),
    /// Deletes a workspace and its memberships for good.
    DeleteWorkspace(WorkspaceRef),
    /// Adds a member; no effect on one who has that role.
    AddMember(WorkspaceRef, UserRef, Role),
    /// Gives a member this role; no effect on one who has it.
    SetRole(WorkspaceRef, UserRef, Role),
    /// Takes a member out.
    RemoveMember(WorkspaceRef, UserRef),
}

/// Operations that succeed or fail together.
///
/// Each operation sees what the ones before it did. What must be unique, seats,
/// admins and the owners of workspaces are judged once, at the end, on the net
/// result: in a full house one user can leave and another come in, and an owner
/// can hand over and go.
///
/// ```
/// use headcount::{Batch, Directory, License, NewUser};
///
/// let directory = Directory::in_memory()?;
/// directory.set_license(License::Seats(1))?;
/// directory.create_user(NewUser::new("ann@ex.co"))?;
/// directory.create_user(NewUser::new("bob@ex.co").active(false))?;
///
/// let swap = Batch::new().activate_user("bob@ex.co").deactivate_user("ann@ex.co");
/// directory.apply(swap)?;
/// assert_eq!(directory.seats()?.active, 1);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub(crate) steps: Vec<Step>,
    pub(crate) actor: Option<UserId>,
    pub(crate) request_id: Option<[u8; 16]>,
    pub(crate) allow_ownerless: bool,
    /// Of what the caller asked for, once the batch [was prepared](Self::prepare).
    pub(super) digest: Option<BatchDigest>,
}

/// An operation, and the version that the record must have before it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) op: Op,
    pub(crate) if_version: Option<u64>,
}

impl Batch {
    /// A batch of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends an operation.
    pub fn push(&mut self, op: Op) {
        self.steps.push(Step {
            op,
            if_version: None,
        });
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Says who makes these changes. They can't deactivate or delete themselves.
    #[must_use]
    pub fn actor(mut self, actor: UserId) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Makes the batch one that can be sent again: when the same batch was applied
    /// with this id before, its outcome is returned and nothing is done, also after
    /// the directory was reopened. A batch that was refused leaves no trace.
    ///
    /// It is the same batch when it asks for the same: the same operations in the same
    /// order, with the same texts and values as they were passed in, the same
    /// versions, [actor](Self::actor) and
    /// [`allow_ownerless`](Self::allow_ownerless). The calls that built it may come in
    /// any order where that makes no difference, as between attributes. What the
    /// directory draws, such as ids of new users and the time, is not compared; an id or
    /// a time that the caller passes is, so a retry has to pass the same one. An email
    /// written in another case, or a user named by id instead of by email, makes it
    /// another batch.
    ///
    /// Another batch with a known id is refused with
    /// [`RequestIdReused`](crate::ErrorKind::RequestIdReused). To compare, a digest of
    /// 128 bits is stored with the outcome, and none of the batch's texts.
    ///
    /// The id is kept as long as the batch's [`Change`](super::Change).
    ///
    /// ```
    /// use headcount::{Batch, Directory, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// let request = || Batch::new().create_user("ann@ex.co").request_id([7; 16]);
    /// let first = directory.apply(request())?;
    /// let again = directory.apply(request())?; // not refused: the email is not taken twice
    /// assert!(again.replayed);
    /// assert_eq!(again.outcomes, first.outcomes);
    ///
    /// let other = Batch::new().delete_user("ann@ex.co").request_id([7; 16]);
    /// assert_eq!(directory.apply(other).unwrap_err().kind(), ErrorKind::RequestIdReused);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn request_id(mut self, id: [u8; 16]) -> Self {
        self.request_id = Some(id);
        self
    }

    /// Lets workspaces be left without an active owner, which is recorded in the
    /// [`Change`](super::Change): for offboarding.
    #[must_use]
    pub fn allow_ownerless(mut self) -> Self {
        self.allow_ownerless = true;
        self
    }

    /// Makes the operation that was appended last depend on the version of what
    /// it changes: the user, the workspace, the membership or the license. With
    /// another version the batch is refused with [`Conflict`](crate::ErrorKind::Conflict). It has
    /// no effect on operations that create something.
    #[must_use]
    pub fn if_version(mut self, version: u64) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.if_version = Some(version);
        }
        self
    }

    /// Appends [`Op::CreateUser`].
    #[must_use]
    pub fn create_user(self, user: impl Into<NewUser>) -> Self {
        self.with(Op::CreateUser(user.into()))
    }

    /// Appends [`Op::UpdateUser`].
    #[must_use]
    pub fn update_user(self, user: impl Into<UserRef>, update: UserUpdate) -> Self {
        self.with(Op::UpdateUser(user.into(), update))
    }

    /// Appends [`Op::ActivateUser`].
    #[must_use]
    pub fn activate_user(self, user: impl Into<UserRef>) -> Self {
        self.with(Op::ActivateUser(user.into()))
    }

    /// Appends [`Op::DeactivateUser`].
    #[must_use]
    pub fn deactivate_user(self, user: impl Into<UserRef>) -> Self {
        self.with(Op::DeactivateUser(user.into()))
    }

    /// Appends [`Op::DeleteUser`].
    #[must_use]
    pub fn delete_user(self, user: impl Into<UserRef>) -> Self {
        self.with(Op::DeleteUser(user.into()))
    }

    /// Appends [`Op::SetLicense`].
    #[must_use]
    pub fn set_license(self, license: License) -> Self {
        self.with(Op::SetLicense(license))
    }

    /// Appends [`Op::CreateWorkspace`].
    #[must_use]
    pub fn create_workspace(self, workspace: NewWorkspace) -> Self {
        self.with(Op::CreateWorkspace(workspace))
    }

    /// Appends [`Op::DefaultWorkspace`].
    #[must_use]
    pub fn default_workspace(self, user: impl Into<UserRef>) -> Self {
        self.with(Op::DefaultWorkspace(user.into()))
    }

    /// Appends [`Op::RenameWorkspace`].
    #[must_use]
    pub fn rename_workspace(
        self,
        workspace: impl Into<WorkspaceRef>,
        name: impl Into<String>,
    ) -> Self {
        self.with(Op::RenameWorkspace(workspace.into(), name.into()))
    }

    /// Appends [`Op::SetWorkspaceExternalId`].
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

    /// Appends [`Op::ArchiveWorkspace`].
    #[must_use]
    pub fn archive_workspace(self, workspace: impl Into<WorkspaceRef>) -> Self {
        self.with(Op::ArchiveWorkspace(workspace.into()))
    }

    /// Appends [`Op::RestoreWorkspace`].
    #[must_use]
    pub fn restore_workspace(self, workspace: impl Into<WorkspaceRef>) -> Self {
        self.with(Op::RestoreWorkspace(workspace.into()))
    }

    /// Appends [`Op::DeleteWorkspace`].
    #[must_use]
    pub fn delete_workspace(self, workspace: impl Into<WorkspaceRef>) -> Self {
        self.with(Op::DeleteWorkspace(workspace.into()))
    }

    /// Appends [`Op::AddMember`].
    #[must_use]
    pub fn add_member(
        self,
        workspace: impl Into<WorkspaceRef>,
        user: impl Into<UserRef>,
        role: Role,
    ) -> Self {
        self.with(Op::AddMember(workspace.into(), user.into(), role))
    }

    /// Appends [`Op::SetRole`].
    #[must_use]
    pub fn set_role(
        self,
        workspace: impl Into<WorkspaceRef>,
        user: impl Into<UserRef>,
        role: Role,
    ) -> Self {
        self.with(Op::SetRole(workspace.into(), user.into(), role))
    }

    /// Appends [`Op::RemoveMember`].
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

impl FromIterator<Op> for Batch {
    fn from_iter<I: IntoIterator<Item = Op>>(ops: I) -> Self {
        let mut batch = Self::new();
        batch.extend(ops);
        batch
    }
}

impl Extend<Op> for Batch {
    fn extend<I: IntoIterator<Item = Op>>(&mut self, ops: I) {
        self.steps.extend(ops.into_iter().map(|op| Step {
            op,
            if_version: None,
        }));
    }
}

impl Step {
    /// Checks that the record has the version that the step asks for.
    pub(crate) fn check_version(&self, found: u64) -> Result<()> {
        match self.if_version {
            Some(expected) if expected != found => Err(Error::conflict(expected, found)),
            _ => Ok(()),
        }
    }
}
