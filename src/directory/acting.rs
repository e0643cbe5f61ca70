//! Handles that record who writes, and through which door.

use std::sync::Arc;

use super::Directory;
use crate::model::UserId;

impl Directory {
    /// A handle whose writes are made by `actor`, who is recorded in each
    /// [`Change`](crate::Change). With it, the actor can't deactivate or delete themself:
    /// [`OwnAccount`](crate::ErrorKind::OwnAccount). The actor need not be a user of the directory.
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").admin(true))?;
    /// directory.create_user(NewUser::new("bob@ex.co").admin(true))?;
    /// let as_ann = directory.acting_as(ann.id());
    /// assert_eq!(as_ann.delete_user(&*ann).unwrap_err().kind(), ErrorKind::OwnAccount);
    /// as_ann.delete_user("bob@ex.co")?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn acting_as(&self, actor: UserId) -> Self {
        Self {
            actor: Some(actor),
            ..self.clone()
        }
    }

    /// A handle whose writes come through this door: a short name of the client or the interface,
    /// such as `rest` or `scim:okta`, which is recorded in each [`Change`](crate::Change). The host
    /// chooses the names: 1 to 32 ASCII letters, digits and `-_.:/`. With another name, each write
    /// fails with [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.through("rest").create_user("ann@ex.co")?;
    /// let change = directory.changes(0)?.next().unwrap()?;
    /// assert_eq!(change.door.as_deref(), Some("rest"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn through(&self, door: &str) -> Self {
        Self {
            door: Some(Arc::from(door)),
            ..self.clone()
        }
    }
}
