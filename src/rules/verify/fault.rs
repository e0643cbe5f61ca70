//! Faults of a directory, and their remedies.

use std::borrow::Cow;
use std::fmt;

use crate::codec::keys::KeyKind;
use crate::model::{UserId, WorkspaceId};

/// What kind of fault a [`Fault`] is. A later release may add kinds.
///
/// ```
/// use headcount::{Directory, FaultKind};
///
/// let inspection = Directory::in_memory()?.find_faults(100)?;
/// let is_damaged = |kind| matches!(kind, FaultKind::Damaged | FaultKind::Malformed);
/// assert!(!inspection.faults.iter().any(|fault| is_damaged(fault.kind)));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum FaultKind {
    /// The stored bytes are not those that were written: the checksum is wrong.
    Damaged,
    /// A key or a value can't be decoded.
    Malformed,
    /// An entry that a record requires is missing.
    Missing,
    /// An entry contradicts its record.
    Wrong,
    /// An entry that no record requires.
    Leftover,
    /// Two records share something that must be unique: an id, a username, a name.
    Duplicate,
    /// A record refers to a user or a workspace that doesn't exist.
    Dangling,
    /// The id of an existing user is marked as that of a deleted user.
    NotDeleted,
    /// A counter is wrong.
    Counter,
    /// Changes are missing between two others.
    Gap,
    /// A key of a kind that this release doesn't know.
    Unknown,
}

impl FaultKind {
    /// The name of the kind in programs and JSON. It never changes.
    ///
    /// ```
    /// use headcount::FaultKind;
    ///
    /// assert_eq!(FaultKind::NotDeleted.name(), "not_deleted");
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Malformed => "malformed",
            Self::Missing => "missing",
            Self::Wrong => "wrong",
            Self::Leftover => "leftover",
            Self::Duplicate => "duplicate",
            Self::Dangling => "dangling",
            Self::NotDeleted => "not_deleted",
            Self::Counter => "counter",
            Self::Gap => "gap",
            Self::Unknown => "unknown",
        }
    }
}

/// One thing that is wrong with a directory. It names ids and kinds of entries, never an
/// email, a name or other personal data, so it can be logged.
///
/// ```
/// use headcount::Directory;
///
/// let inspection = Directory::in_memory()?.find_faults(100)?;
/// for fault in &inspection.faults {
///     eprintln!("{fault}"); // such as: missing username, user 0195…: …
/// }
/// assert!(inspection.faults.is_empty());
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// The kind of entry that it concerns: `user`, `username`, `membership` and so on.
    pub entry: Cow<'static, str>,
    /// The user that it concerns, if known.
    pub user: Option<UserId>,
    /// The workspace that it concerns, if it concerns one.
    pub workspace: Option<WorkspaceId>,
    /// The number of the change that it concerns, if it concerns one.
    pub change: Option<u64>,
    /// One line with the expected and the actual state.
    pub detail: String,
}

impl Fault {
    pub(super) fn new(kind: FaultKind, entry: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            entry: Cow::Borrowed(entry),
            user: None,
            workspace: None,
            change: None,
            detail: detail.into(),
        }
    }

    pub(super) fn user(mut self, user: impl Into<Option<UserId>>) -> Self {
        self.user = user.into();
        self
    }

    pub(super) fn workspace(mut self, workspace: impl Into<Option<WorkspaceId>>) -> Self {
        self.workspace = workspace.into();
        self
    }

    pub(super) fn change(mut self, change: impl Into<Option<u64>>) -> Self {
        self.change = change.into();
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name().replace('_', " "), self.entry)?;
        if let Some(user) = self.user {
            write!(f, ", user {user}")?;
        }
        if let Some(workspace) = self.workspace {
            write!(f, ", workspace {workspace}")?;
        }
        if let Some(change) = self.change {
            write!(f, ", change {change}")?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// The remedy for a fault.
pub(in crate::rules) enum Fix {
    /// Sets a key.
    Put(Vec<u8>, Vec<u8>),
    /// Removes an entry that can be derived again, or that nothing requires.
    Remove(Vec<u8>),
    /// Removes an entry that can't be derived again; the stored bytes are saved elsewhere.
    SetAside(Vec<u8>, Vec<u8>),
    /// Trims the changes up to this one, so that followers read everything again.
    Trim(u64),
}

/// All kinds of keys, in order.
pub(super) const KINDS: [KeyKind; 22] = [
    KeyKind::Meta,
    KeyKind::User,
    KeyKind::Id,
    KeyKind::Username,
    KeyKind::Inactive,
    KeyKind::Admin,
    KeyKind::Domain,
    KeyKind::Created,
    KeyKind::Updated,
    KeyKind::LookAlike,
    KeyKind::ExternalId,
    KeyKind::Workspace,
    KeyKind::WorkspaceName,
    KeyKind::DefaultWorkspace,
    KeyKind::Member,
    KeyKind::Membership,
    KeyKind::WorkspaceExternalId,
    KeyKind::Seen,
    KeyKind::Change,
    KeyKind::Request,
    KeyKind::SeatDay,
    KeyKind::Extra,
];

/// The kind of a key.
pub(super) fn kind_of(key: &[u8]) -> Option<KeyKind> {
    let first = *key.first()?;
    KINDS.into_iter().find(|kind| *kind as u8 == first)
}

/// The name of a kind in [`Fault::entry`].
pub(in crate::rules) const fn name_of(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Meta => "meta",
        KeyKind::User => "user",
        KeyKind::Id => "id",
        KeyKind::Username => "username",
        KeyKind::Inactive => "inactive",
        KeyKind::Admin => "admin",
        KeyKind::Domain => "domain",
        KeyKind::Created => "created",
        KeyKind::Updated => "updated",
        KeyKind::LookAlike => "look_alike",
        KeyKind::ExternalId => "external_id",
        KeyKind::Workspace => "workspace",
        KeyKind::WorkspaceName => "workspace_name",
        KeyKind::DefaultWorkspace => "default_workspace",
        KeyKind::Member => "member",
        KeyKind::Membership => "membership",
        KeyKind::WorkspaceExternalId => "workspace_external_id",
        KeyKind::Seen => "last_seen",
        KeyKind::Change => "change",
        KeyKind::Request => "request",
        KeyKind::SeatDay => "seat_day",
        KeyKind::Extra => "extra",
    }
}
