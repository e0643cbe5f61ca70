//! A batch: operations that succeed or fail together, and what came of them.

use std::collections::HashMap;
use std::sync::Arc;

use super::{License, NewUser, User, UserId, UserRef, UserUpdate};

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
}

/// Operations that succeed or fail together.
///
/// Each operation sees what the ones before it did. Seats and admins are judged
/// once, at the end, on the net result: in a full house one user can leave and
/// another come in.
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
    pub(crate) ops: Vec<Op>,
    pub(crate) actor: Option<UserId>,
}

impl Batch {
    /// A batch of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends an operation.
    pub fn push(&mut self, op: Op) {
        self.ops.push(op);
    }

    /// The operations, in order.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// Says who makes these changes. They can't deactivate or delete themselves.
    #[must_use]
    pub fn actor(mut self, actor: UserId) -> Self {
        self.actor = Some(actor);
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

    fn with(mut self, op: Op) -> Self {
        self.ops.push(op);
        self
    }

    /// Draws the ids of the users to create, so that applying the batch draws
    /// nothing and can be repeated.
    pub(crate) fn draw_ids(&mut self) {
        for op in &mut self.ops {
            if let Op::CreateUser(user) = op {
                user.draw_id();
            }
        }
    }
}

impl FromIterator<Op> for Batch {
    fn from_iter<I: IntoIterator<Item = Op>>(ops: I) -> Self {
        Self {
            ops: ops.into_iter().collect(),
            actor: None,
        }
    }
}

impl Extend<Op> for Batch {
    fn extend<I: IntoIterator<Item = Op>>(&mut self, ops: I) {
        self.ops.extend(ops);
    }
}

/// What became of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// What it was about.
    pub subject: Subject,
    /// Whether it changed anything: activating an active user does not.
    pub changed: bool,
    /// The version of the record afterwards; 0 where it was deleted.
    pub version: u64,
}

/// What an operation was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// This user.
    User(UserId),
    /// The license.
    License,
}

/// What became of a [`Batch`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Applied {
    /// The number of the [`Change`](super::Change) it made; `None` when nothing
    /// changed.
    pub sequence: Option<u64>,
    /// What became of each operation, in order.
    pub outcomes: Vec<Outcome>,
    /// The users it was about, as they are afterwards; `None` for deleted ones.
    pub(crate) users: HashMap<UserId, Option<Arc<User>>>,
}

impl Applied {
    /// A user that the batch was about, as the batch left it.
    pub fn user(&self, id: UserId) -> Option<&Arc<User>> {
        self.users.get(&id)?.as_ref()
    }
}
