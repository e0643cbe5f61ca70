//! Changing users, one at a time.

use std::sync::Arc;

use super::Directory;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Applied, Batch, NewUser, Op, Subject, User, UserId, UserRef, UserUpdate};

/// Changing users.
impl Directory {
    /// Creates a user, active and so in need of a seat unless it says otherwise.
    ///
    /// # Errors
    ///
    /// [`EmailRequired`](ErrorKind::EmailRequired) and the kinds for malformed
    /// parts; [`EmailTaken`](ErrorKind::EmailTaken),
    /// [`UsernameTaken`](ErrorKind::UsernameTaken), [`IdTaken`](ErrorKind::IdTaken),
    /// [`ExternalIdTaken`](ErrorKind::ExternalIdTaken);
    /// [`NoFreeSeat`](ErrorKind::NoFreeSeat).
    pub fn create_user(&self, user: impl Into<NewUser>) -> Result<Arc<User>> {
        self.apply_to_user(Op::CreateUser(user.into()))
    }

    /// Changes fields of a user and returns the user as it is then.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound); the kinds for malformed or taken
    /// parts; [`Conflict`](ErrorKind::Conflict) for another version;
    /// [`LastAdmin`](ErrorKind::LastAdmin).
    pub fn update_user(&self, user: impl Into<UserRef>, update: UserUpdate) -> Result<Arc<User>> {
        self.apply_to_user(Op::UpdateUser(user.into(), update))
    }

    /// Makes a user active; nothing happens to one who is.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound),
    /// [`NoFreeSeat`](ErrorKind::NoFreeSeat).
    pub fn activate_user(&self, user: impl Into<UserRef>) -> Result<Arc<User>> {
        self.apply_to_user(Op::ActivateUser(user.into()))
    }

    /// Makes a user inactive, which frees a seat; nothing happens to one who is.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound), [`LastAdmin`](ErrorKind::LastAdmin),
    /// [`OwnAccount`](ErrorKind::OwnAccount); [`LastOwner`](ErrorKind::LastOwner),
    /// unless a [`Batch`] allows it.
    pub fn deactivate_user(&self, user: impl Into<UserRef>) -> Result<Arc<User>> {
        self.apply_to_user(Op::DeactivateUser(user.into()))
    }

    /// Deletes a user for good and returns the id, which is not given again as long as the
    /// change that deletes the user is kept: see [`trim_changes`](Self::trim_changes).
    /// The email and the username are free for others. To keep the user, use
    /// [`deactivate_user`](Self::deactivate_user).
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound), [`LastAdmin`](ErrorKind::LastAdmin),
    /// [`OwnAccount`](ErrorKind::OwnAccount); [`LastOwner`](ErrorKind::LastOwner),
    /// unless a [`Batch`] allows it.
    pub fn delete_user(&self, user: impl Into<UserRef>) -> Result<UserId> {
        let applied = self.apply(Batch::from_iter([Op::DeleteUser(user.into())]))?;
        subject_user(&applied)
    }

    fn apply_to_user(&self, op: Op) -> Result<Arc<User>> {
        let applied = self.apply(Batch::from_iter([op]))?;
        let id = subject_user(&applied)?;
        applied
            .user(id)
            .cloned()
            .ok_or_else(|| UserRef::from(id).not_found())
    }
}

/// The user that a batch of one operation was about.
fn subject_user(applied: &Applied) -> Result<UserId> {
    match applied.outcomes.first().map(|outcome| outcome.subject) {
        Some(Subject::User(id)) => Ok(id),
        _ => Err(Error::new(
            ErrorKind::InvalidArgument,
            "the operation is not about a user",
        )),
    }
}
