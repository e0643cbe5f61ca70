//! The operations that a batch is made of.

use super::{License, NewUser, NewWorkspace, Role, UserRef, UserUpdate, WorkspaceRef};
use crate::error::{Error, Result};

/// One operation of a [`Batch`](super::Batch), as a value: for operations that come from a
/// file or a queue. In code, the methods of [`Batch`](super::Batch) are shorter.
///
/// ```
/// use headcount::{Batch, Directory, Op, Outcome};
///
/// let directory = Directory::in_memory()?;
/// let ops = ["ann@ex.co", "bob@ex.co"].map(|email| Op::CreateUser(email.into()));
/// let applied = directory.apply(Batch::from_iter(ops))?;
/// assert!(applied.outcomes.iter().all(|outcome| outcome.changed));
/// # Ok::<(), headcount::Error>(())
/// ```
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
    /// Creates a user's default workspace; no effect if there is one.
    DefaultWorkspace(UserRef),
    /// Gives a workspace another name.
    RenameWorkspace(WorkspaceRef, String),
    /// Sets or, with `None`, removes the id that a provisioner, named first, has for a
    /// workspace.
    SetWorkspaceExternalId(WorkspaceRef, String, Option<String>),
    /// Archives a workspace; no effect on an archived one.
    ArchiveWorkspace(WorkspaceRef),
    /// Restores an archived workspace; no effect on one that isn't archived.
    RestoreWorkspace(WorkspaceRef),
    /// Deletes a workspace and its memberships for good.
    DeleteWorkspace(WorkspaceRef),
    /// Adds a member; no effect on one who has that role.
    AddMember(WorkspaceRef, UserRef, Role),
    /// Gives a member this role; no effect on one who has it.
    SetRole(WorkspaceRef, UserRef, Role),
    /// Removes a member.
    RemoveMember(WorkspaceRef, UserRef),
}

/// An operation of a [`Batch`](super::Batch), and the version that its record must have before it.
///
/// With the feature `serde`, it is a JSON object, and each item of `operations` in the JSON
/// of a batch: the name of the operation in snake case in the field `op`, and its arguments
/// in fields beside it. Users are named by texts, workspaces by texts or numbers. Fields of
/// an update that are left out stay as they are; null removes a field. Unknown fields are
/// refused.
///
/// ```
/// use headcount::{Op, Step};
///
/// # #[cfg(feature = "serde")] {
/// let text = r#"{"op": "activate_user", "user": "ann@ex.co", "if_version": 3}"#;
/// let step: Step = serde_json::from_str(text)?;
/// assert!(matches!(step.op, Op::ActivateUser(_)));
/// assert_eq!(step.if_version, Some(3));
/// # }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// What to do.
    pub op: Op,
    /// The required version of the user, workspace, membership or license that the
    /// operation changes. If the record has another version, the batch is refused with
    /// [`Conflict`](crate::ErrorKind::Conflict). It has no effect on operations that create
    /// something.
    pub if_version: Option<u64>,
}

impl Op {
    /// Whether it appoints or dismisses an admin or sets the license: operations that platforms
    /// usually reserve for administrators.
    ///
    /// ```
    /// use headcount::{License, NewUser, Op};
    ///
    /// assert!(Op::SetLicense(License::Enterprise).is_privileged());
    /// assert!(Op::CreateUser(NewUser::new("ann@ex.co").admin(true)).is_privileged());
    /// assert!(!Op::CreateUser(NewUser::new("ann@ex.co")).is_privileged());
    /// ```
    pub fn is_privileged(&self) -> bool {
        match self {
            Self::CreateUser(user) => user.draft().is_ok_and(|draft| draft.details.admin),
            Self::UpdateUser(_, update) => update.sets_admin(),
            Self::SetLicense(_) => true,
            _ => false,
        }
    }
}

impl From<Op> for Step {
    fn from(op: Op) -> Self {
        Self {
            op,
            if_version: None,
        }
    }
}

impl Step {
    /// Checks that the record has the version that the step requires.
    pub(crate) fn check_version(&self, found: u64) -> Result<()> {
        match self.if_version {
            Some(expected) if expected != found => Err(Error::conflict(expected, found)),
            _ => Ok(()),
        }
    }
}
