//! A batch: operations that succeed or fail together.

mod operations;

use std::sync::Arc;

use super::printable::quoted;
use super::{BatchDigest, RequestId, Step, UserId};
use crate::error::{Error, ErrorKind, Result};

/// Bytes of the name of a door.
const DOOR_BYTES_MAX: usize = 32;

/// Operations that succeed or fail together.
///
/// Each operation sees the effects of those before it. Uniqueness, seats, admins and owners of
/// workspaces are judged once, at the end, on the net result: in a full directory one user can
/// leave and another join, and an owner can hand over and leave.
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
    pub(crate) door: Option<Arc<str>>,
    pub(crate) request_id: Option<RequestId>,
    pub(crate) allow_ownerless: bool,
    /// Whether [`if_version`](Self::if_version) was called before the first operation.
    pub(super) has_stray_version: bool,
    /// The digest of the request, once the batch [was prepared](Self::prepare).
    pub(super) digest: Option<BatchDigest>,
}

impl Batch {
    /// An empty batch. Applying it changes nothing.
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// assert_eq!(directory.apply(Batch::new())?.sequence, None);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends an operation.
    ///
    /// ```
    /// use headcount::{Batch, Op};
    ///
    /// let mut batch = Batch::new();
    /// for email in ["ann@ex.co", "bob@ex.co"] {
    ///     batch.push(Op::DeactivateUser(email.into()));
    /// }
    /// assert_eq!(batch.len(), 2);
    /// ```
    pub fn push(&mut self, step: impl Into<Step>) {
        self.steps.push(step.into());
    }

    /// The operations, in their order.
    ///
    /// ```
    /// use headcount::{Batch, Op};
    ///
    /// let batch = Batch::new().activate_user("ann@ex.co").if_version(2);
    /// assert!(matches!(batch.steps()[0].op, Op::ActivateUser(_)));
    /// assert_eq!(batch.steps()[0].if_version, Some(2));
    /// ```
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How many operations there are.
    ///
    /// ```
    /// use headcount::Batch;
    ///
    /// let batch = Batch::new().activate_user("ann@ex.co").deactivate_user("bob@ex.co");
    /// assert_eq!(batch.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are no operations.
    ///
    /// ```
    /// use headcount::Batch;
    ///
    /// assert!(Batch::new().is_empty());
    /// assert!(!Batch::new().activate_user("ann@ex.co").is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Sets who makes these changes: [`Change::actor`](super::Change::actor). A batch in which
    /// the actor deactivates or deletes themself is refused with
    /// [`OwnAccount`](crate::ErrorKind::OwnAccount).
    ///
    /// ```
    /// use headcount::{Batch, Directory, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let batch = Batch::new().deactivate_user("ann@ex.co").actor(ann.id());
    /// assert_eq!(directory.apply(batch).unwrap_err().kind(), ErrorKind::OwnAccount);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn actor(mut self, actor: UserId) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Sets the door that the batch comes through: see
    /// [`Directory::through`](crate::Directory::through). It is not compared when a batch is sent
    /// again: a [request](Self::request_id) may be repeated through another door.
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.apply(Batch::new().create_user("ann@ex.co").door("import"))?;
    /// let change = directory.changes(0)?.next().unwrap()?;
    /// assert_eq!(change.door.as_deref(), Some("import"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn door(mut self, door: &str) -> Self {
        self.door = Some(Arc::from(door));
        self
    }

    /// Whether this can be the name of a [door](Self::door): 1 to 32 ASCII letters, digits
    /// and `-_.:/`.
    ///
    /// ```
    /// use headcount::Batch;
    ///
    /// assert!(Batch::is_door("scim:okta"));
    /// assert!(!Batch::is_door("the back door"));
    /// ```
    pub fn is_door(name: &str) -> bool {
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte);
        (1..=DOOR_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_fine)
    }

    /// Checks the parts that belong to no single operation: the name of the door, and versions.
    pub(crate) fn check_settings(&self) -> Result<()> {
        if self.has_stray_version {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "a version goes with the operation before it, and there is none; append the operation first",
            ));
        }
        self.door.as_deref().map_or(Ok(()), check_door)
    }

    /// Makes the batch safe to send again: if the same batch was applied with this id before,
    /// its outcome is returned and nothing is done, even after the directory was reopened. A
    /// batch that was refused leaves no trace.
    ///
    /// Two batches are the same if they ask for the same: the same operations in the same order,
    /// with the same texts and values as passed in, the same versions, [actor](Self::actor) and
    /// [`allow_ownerless`](Self::allow_ownerless). Calls whose order makes no difference, such as
    /// those for several attributes, may come in any order. What the directory draws, such as ids
    /// of new users and the time, is not compared; an id or a time that the caller passes is, so a
    /// retry has to pass the same one. An email in another case, or a user named by id instead of
    /// by email, makes it another batch.
    ///
    /// Another batch with a known id is refused with
    /// [`RequestIdReused`](crate::ErrorKind::RequestIdReused). For the comparison, a digest of 128
    /// bits is stored with the outcome, and none of the batch's texts.
    ///
    /// The id is kept as long as the batch's [`Change`](super::Change).
    ///
    /// ```
    /// use headcount::{Batch, Directory, ErrorKind, RequestId};
    ///
    /// let directory = Directory::in_memory()?;
    /// let id = RequestId::generate();
    /// let request = || Batch::new().create_user("ann@ex.co").request_id(id);
    /// let first = directory.apply(request())?;
    /// let again = directory.apply(request())?; // not refused: the email is not taken twice
    /// assert!(again.replayed);
    /// assert_eq!(again.outcomes, first.outcomes);
    ///
    /// let other = Batch::new().delete_user("ann@ex.co").request_id(id);
    /// assert_eq!(directory.apply(other).unwrap_err().kind(), ErrorKind::RequestIdReused);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn request_id(mut self, id: impl Into<RequestId>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Whether workspaces may be left without an active owner, as in offboarding: `false` by
    /// default. The [`Change`](super::Change) names each workspace that is.
    ///
    /// ```
    /// use headcount::{Batch, Directory, ErrorKind, NewWorkspace};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("models").owner("ann@ex.co"))?;
    /// let leave = Batch::new().deactivate_user("ann@ex.co");
    /// let refused = directory.apply(leave.clone()).unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::LastOwner);
    /// directory.apply(leave.allow_ownerless(true))?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn allow_ownerless(mut self, allow: bool) -> Self {
        self.allow_ownerless = allow;
        self
    }

    /// Makes the operation that was appended last depend on the version of the record that it
    /// changes: the user, the workspace, the membership or the license. If the record has
    /// another version, the batch is refused with [`Conflict`](crate::ErrorKind::Conflict).
    /// Operations that create something ignore it. On an empty batch it is a mistake: the batch is
    /// refused with [`InvalidArgument`](crate::ErrorKind::InvalidArgument), whatever follows.
    ///
    /// ```
    /// use headcount::{Batch, Directory, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let batch = Batch::new().deactivate_user("ann@ex.co").if_version(ann.version());
    /// directory.apply(batch.clone())?;
    /// let conflict = ErrorKind::Conflict { expected: 1, found: 2 };
    /// assert_eq!(directory.apply(batch).unwrap_err().kind(), conflict);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn if_version(mut self, version: u64) -> Self {
        match self.steps.last_mut() {
            Some(step) => step.if_version = Some(version),
            None => self.has_stray_version = true,
        }
        self
    }
}

/// Checks the name of a door.
pub(crate) fn check_door(door: &str) -> Result<()> {
    if Batch::is_door(door) {
        return Ok(());
    }
    let door: String = door.chars().take(DOOR_BYTES_MAX).collect();
    Err(Error::new(
        ErrorKind::InvalidArgument,
        format!(
            "{door} is not a door's name, which has 1 to {DOOR_BYTES_MAX} letters, digits and -_.:/",
            door = quoted(&door)
        ),
    ))
}

/// From operations, with or without versions.
impl<S: Into<Step>> FromIterator<S> for Batch {
    fn from_iter<I: IntoIterator<Item = S>>(steps: I) -> Self {
        let mut batch = Self::new();
        batch.extend(steps);
        batch
    }
}

impl<S: Into<Step>> Extend<S> for Batch {
    fn extend<I: IntoIterator<Item = S>>(&mut self, steps: I) {
        self.steps.extend(steps.into_iter().map(Into::into));
    }
}
