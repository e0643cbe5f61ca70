//! The outcome of a batch.

use std::sync::Arc;

use wincode::{SchemaRead, SchemaWrite};

use super::{User, UserId, WorkspaceId};

/// What one operation of a batch did.
///
/// ```
/// use headcount::{Batch, Directory};
///
/// let directory = Directory::in_memory()?;
/// let batch = Batch::new().create_user("ann@ex.co").activate_user("ann@ex.co");
/// let outcomes = directory.apply(batch)?.outcomes;
/// assert_eq!((outcomes[0].changed, outcomes[0].version), (true, 1));
/// assert_eq!((outcomes[1].changed, outcomes[1].version), (false, 1)); // active already
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Outcome {
    /// The record that it concerned.
    pub subject: Subject,
    /// Whether it changed anything: activating an active user does not.
    pub changed: bool,
    /// The version of the record afterwards; 0 if it was deleted.
    pub version: u64,
}

impl Outcome {
    pub(crate) fn changed(subject: Subject, version: u64) -> Self {
        Self {
            subject,
            changed: true,
            version,
        }
    }

    pub(crate) fn unchanged(subject: Subject, version: u64) -> Self {
        Self {
            subject,
            changed: false,
            version,
        }
    }
}

/// The record that an operation concerned.
///
/// ```
/// use headcount::{Batch, Directory, License, Subject};
///
/// let directory = Directory::in_memory()?;
/// let batch = Batch::new().create_user("ann@ex.co").set_license(License::Enterprise);
/// let outcomes = directory.apply(batch)?.outcomes;
/// let ann = directory.user("ann@ex.co")?.unwrap();
/// assert_eq!(outcomes[0].subject, Subject::User(ann.id()));
/// assert_eq!(outcomes[1].subject, Subject::License);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[non_exhaustive]
pub enum Subject {
    /// This user.
    User(UserId),
    /// The license.
    License,
    /// This workspace.
    Workspace(WorkspaceId),
    /// The membership of this user in this workspace.
    Member(WorkspaceId, UserId),
}

/// What a [`Batch`](super::Batch) did.
///
/// It serializes without users. If it is deserialized from JSON with `users`, such as a
/// response of the server, [`user`](Self::user) finds them.
///
/// ```
/// use headcount::{Batch, Directory};
///
/// let directory = Directory::in_memory()?;
/// let created = directory.apply(Batch::new().create_user("ann@ex.co"))?;
/// assert_eq!((created.sequence, created.outcomes.len()), (Some(1), 1));
/// let unchanged = directory.apply(Batch::new().activate_user("ann@ex.co"))?;
/// assert_eq!(unchanged.sequence, None);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Applied {
    /// The number of the [`Change`](super::Change) it made; `None` when nothing
    /// changed.
    pub sequence: Option<u64>,
    /// The outcome of each operation, in order.
    pub outcomes: Vec<Outcome>,
    /// Whether this is the outcome of an earlier batch with the same request id,
    /// and nothing was done now.
    pub replayed: bool,
    /// The workspaces that it left without an active owner, which only a batch that
    /// [allows it](super::Batch::allow_ownerless) does. Empty in a replayed outcome.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub ownerless: Vec<WorkspaceId>,
    /// The users that the batch concerned, as it left them; `None` for deleted ones.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing))]
    pub(crate) users: UsersAfter,
}

impl Applied {
    /// A user whom the batch concerned, as the batch left it. `None` for other users, for deleted
    /// users, and always in a [replayed](Self::replayed) outcome.
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let applied = directory.apply(Batch::new().deactivate_user("ann@ex.co"))?;
    /// assert!(!applied.user(ann.id()).unwrap().is_active());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn user(&self, id: UserId) -> Option<&Arc<User>> {
        self.users.get(id)
    }
}

/// What a stream of operations did as a whole: see
/// [`apply_stream`](crate::Directory::apply_stream).
///
/// ```
/// use headcount::{Directory, Op, OpStream};
///
/// let directory = Directory::in_memory()?;
/// let ops = OpStream::new([Op::CreateUser("ann@ex.co".into())]);
/// let applied = directory.apply_stream(ops, |_| {})?;
/// assert_eq!((applied.sequence, applied.ownerless.len()), (Some(1), 0));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct AppliedStream {
    /// The number of the [`Change`](super::Change) it made; `None` when nothing
    /// changed.
    pub sequence: Option<u64>,
    /// The workspaces that it left without an active owner, which only a stream that
    /// [allows it](crate::OpStream::allow_ownerless) does.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub ownerless: Vec<WorkspaceId>,
}

/// Users as a batch left them, ordered by id; `None` for deleted ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct UsersAfter(Vec<(UserId, Option<Arc<User>>)>);

impl UsersAfter {
    pub(crate) fn get(&self, id: UserId) -> Option<&Arc<User>> {
        let place = self.0.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.0[place].1.as_ref()
    }

    /// The number of users, including deleted ones.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The users, without their ids.
    #[cfg(test)]
    pub(crate) fn into_values(self) -> impl Iterator<Item = Option<Arc<User>>> {
        self.0.into_iter().map(|(_, user)| user)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for UsersAfter {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let users = Vec::<User>::deserialize(from)?.into_iter();
        Ok(users
            .map(|user| (user.id(), Some(Arc::new(user))))
            .collect())
    }
}

impl FromIterator<(UserId, Option<Arc<User>>)> for UsersAfter {
    fn from_iter<I: IntoIterator<Item = (UserId, Option<Arc<User>>)>>(users: I) -> Self {
        let mut users = Vec::from_iter(users);
        users.sort_unstable_by_key(|(id, _)| *id);
        Self(users)
    }
}
