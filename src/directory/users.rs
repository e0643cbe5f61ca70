//! Changing users, one at a time.

use std::sync::Arc;

use super::Directory;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Applied, Batch, NewUser, Op, Subject, User, UserId, UserRef, UserUpdate};

/// Changing users.
impl Directory {
    /// Creates a user, who is active and takes a seat unless [`NewUser::active`] is `false`.
    ///
    /// # Errors
    ///
    /// [`EmailRequired`](ErrorKind::EmailRequired), [`InvalidEmail`](ErrorKind::InvalidEmail),
    /// [`InternationalEmail`](ErrorKind::InternationalEmail),
    /// [`InvalidUsername`](ErrorKind::InvalidUsername) and
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for malformed parts;
    /// [`EmailTaken`](ErrorKind::EmailTaken), [`UsernameTaken`](ErrorKind::UsernameTaken),
    /// [`IdTaken`](ErrorKind::IdTaken), [`ExternalIdTaken`](ErrorKind::ExternalIdTaken);
    /// [`NoFreeSeat`](ErrorKind::NoFreeSeat).
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").given_name("Ann"))?;
    /// assert!(ann.is_active());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn create_user(&self, user: impl Into<NewUser>) -> Result<Arc<User>> {
        self.apply_to_user(Op::CreateUser(user.into()))
    }

    /// Changes fields of a user and returns the user as it is afterwards.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound); those of [`create_user`](Self::create_user) for
    /// malformed and taken parts; [`Conflict`](ErrorKind::Conflict) if the user has another
    /// [version](UserUpdate::if_version); [`LastAdmin`](ErrorKind::LastAdmin).
    ///
    /// ```
    /// use headcount::{Directory, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let ann = directory.update_user("ann@ex.co", UserUpdate::new().given_name("Ann"))?;
    /// assert_eq!(ann.given_name(), Some("Ann"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn update_user(&self, user: impl Into<UserRef>, update: UserUpdate) -> Result<Arc<User>> {
        self.apply_to_user(Op::UpdateUser(user.into(), update))
    }

    /// Makes a user active, which takes a seat; does nothing if the user is active already.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound),
    /// [`NoFreeSeat`](ErrorKind::NoFreeSeat).
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").active(false))?;
    /// assert!(directory.activate_user("ann@ex.co")?.is_active());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn activate_user(&self, user: impl Into<UserRef>) -> Result<Arc<User>> {
        self.apply_to_user(Op::ActivateUser(user.into()))
    }

    /// Makes a user inactive, which frees a seat; does nothing if the user is inactive already.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound), [`LastAdmin`](ErrorKind::LastAdmin),
    /// [`OwnAccount`](ErrorKind::OwnAccount) for the [actor](Self::acting_as);
    /// [`LastOwner`](ErrorKind::LastOwner), unless a batch
    /// [allows it](Batch::allow_ownerless).
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert!(!directory.deactivate_user("ann@ex.co")?.is_active());
    /// assert_eq!(directory.seats()?.free(), Some(5));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn deactivate_user(&self, user: impl Into<UserRef>) -> Result<Arc<User>> {
        self.apply_to_user(Op::DeactivateUser(user.into()))
    }

    /// Deletes a user for good and returns the id, which can't be used again while the history
    /// contains the deletion: see [`trim_changes`](Self::trim_changes). The email and the
    /// username become free. To keep the user, use [`deactivate_user`](Self::deactivate_user).
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound), [`LastAdmin`](ErrorKind::LastAdmin),
    /// [`OwnAccount`](ErrorKind::OwnAccount) for the [actor](Self::acting_as);
    /// [`LastOwner`](ErrorKind::LastOwner), unless a batch
    /// [allows it](Batch::allow_ownerless).
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.delete_user("ann@ex.co")?;
    /// assert!(directory.user("ann@ex.co")?.is_none());
    /// # Ok::<(), headcount::Error>(())
    /// ```
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

/// The user that the only operation of a batch concerned.
fn subject_user(applied: &Applied) -> Result<UserId> {
    match applied.outcomes.first().map(|outcome| outcome.subject) {
        Some(Subject::User(id)) => Ok(id),
        _ => Err(Error::new(
            ErrorKind::InvalidArgument,
            "the operation is not about a user",
        )),
    }
}
