//! The one error type of the library.
//!
//! An [`Error`] has a coarse, public [`ErrorKind`] to branch on and a message
//! that tells a person what to do. Cloning one is cheap.

#[cfg(feature = "serde")]
mod json;

use std::fmt;
use std::sync::Arc;

/// The result of every fallible call of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed, and what to do about it.
///
/// Nothing was changed, unless the kind is [`ErrorKind::OutcomeUnknown`].
///
/// ```
/// use headcount::{Directory, ErrorKind, NewUser};
///
/// let directory = Directory::in_memory()?;
/// let error = directory.create_user(NewUser::new("not an address")).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidEmail);
/// println!("{error}");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    op_index: Option<usize>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// What kind of failure an [`Error`] is. New kinds may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not an email address that this directory accepts.
    InvalidEmail,
    /// The part before the `@` has letters outside ASCII (RFC 6531), which are
    /// not supported yet.
    InternationalEmail,
    /// A user needs an email address and none was given.
    EmailRequired,
    /// The text is not a usable username.
    InvalidUsername,
    /// Another argument is malformed or too long: a name, an attribute, an id,
    /// a license.
    InvalidArgument,
    /// Another user has this email, as email or username.
    EmailTaken,
    /// Another user has this username, as username or email.
    UsernameTaken,
    /// A user with this id exists, or existed and was deleted.
    IdTaken,
    /// No user has this id, email or username.
    UserNotFound,
    /// No workspace has this id or name.
    WorkspaceNotFound,
    /// Another workspace has this name.
    WorkspaceNameTaken,
    /// Another user has this external id of the provisioner, or another workspace where
    /// it is given to one.
    ExternalIdTaken,
    /// The workspace is archived; restore it first.
    WorkspaceArchived,
    /// The user is not a member of the workspace.
    MemberNotFound,
    /// The user is a member already, in another role.
    RoleDiffers,
    /// The request would leave a workspace without an active owner.
    LastOwner,
    /// A user's own default workspace can't be taken from the user.
    DefaultWorkspace,
    /// The request needs more seats than the license has free.
    NoFreeSeat {
        /// Seats of the license.
        limit: u64,
        /// Active users before the request.
        active: u64,
        /// How many more active users the request would have made.
        requested: u64,
    },
    /// The request would leave the directory without an active admin.
    LastAdmin,
    /// Users can't deactivate or delete themselves.
    OwnAccount,
    /// The record changed since the caller read it, or another writer won.
    Conflict {
        /// The version the caller expected.
        expected: u64,
        /// The version that was found.
        found: u64,
    },
    /// The changes asked for were trimmed. Read all users again, then the changes
    /// that come after `resume_after`.
    HistoryTrimmed {
        /// The number of the last change that was trimmed.
        resume_after: u64,
    },
    /// No change has this number yet: the caller's position is ahead of the directory,
    /// as after a restore from a backup. Read all users again, then the changes that
    /// come after `latest`.
    ChangeNotYet {
        /// The number of the latest change.
        latest: u64,
    },
    /// The request id belongs to another batch, which was applied. Draw a new one.
    RequestIdReused,
    /// Another process, or another handle of this one, has the file open.
    AlreadyOpen,
    /// The directory was opened in a process that forked, and this is the child.
    Forked,
    /// The directory was opened for reading only.
    ReadOnly,
    /// The file was not closed, and the log that belongs to it is missing or too
    /// short: acknowledged writes may be lost.
    LogMissing,
    /// The log beside the file belongs to another use of it, or to another file.
    LogForeign,
    /// The file was replaced, renamed or deleted while the directory was open.
    FileReplaced,
    /// The file was written by a newer release.
    UnsupportedFormat,
    /// The stored bytes contradict themselves, or the file isn't a directory.
    Corrupted,
    /// The request is larger than one transaction may be.
    TooLarge,
    /// A commit failed half way: only reopening tells whether it took effect.
    OutcomeUnknown,
    /// The directory was closed.
    Closed,
    /// The operating system refused to read or write.
    Io,
}

impl ErrorKind {
    /// What programs call it, in JSON and over HTTP: `no_free_seat` and the like. A name
    /// never changes.
    ///
    /// ```
    /// use headcount::ErrorKind;
    ///
    /// assert_eq!(ErrorKind::LastAdmin.name(), "last_admin");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidEmail => "invalid_email",
            Self::InternationalEmail => "international_email",
            Self::EmailRequired => "email_required",
            Self::InvalidUsername => "invalid_username",
            Self::InvalidArgument => "invalid_argument",
            Self::EmailTaken => "email_taken",
            Self::UsernameTaken => "username_taken",
            Self::IdTaken => "id_taken",
            Self::UserNotFound => "user_not_found",
            Self::WorkspaceNotFound => "workspace_not_found",
            Self::WorkspaceNameTaken => "workspace_name_taken",
            Self::ExternalIdTaken => "external_id_taken",
            Self::WorkspaceArchived => "workspace_archived",
            Self::MemberNotFound => "member_not_found",
            Self::RoleDiffers => "role_differs",
            Self::LastOwner => "last_owner",
            Self::DefaultWorkspace => "default_workspace",
            Self::NoFreeSeat { .. } => "no_free_seat",
            Self::LastAdmin => "last_admin",
            Self::OwnAccount => "own_account",
            Self::Conflict { .. } => "conflict",
            Self::HistoryTrimmed { .. } => "history_trimmed",
            Self::AlreadyOpen => "already_open",
            Self::UnsupportedFormat => "unsupported_format",
            Self::Corrupted => "corrupted",
            Self::TooLarge => "too_large",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Closed => "closed",
            Self::Io => "io",
            Self::Forked => "forked",
            Self::ReadOnly => "read_only",
            Self::LogMissing => "log_missing",
            Self::LogForeign => "log_foreign",
            Self::FileReplaced => "file_replaced",
            Self::ChangeNotYet { .. } => "change_not_yet",
            Self::RequestIdReused => "request_id_reused",
        }
    }
}

impl Error {
    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Which operation of a [`Batch`](crate::Batch) was refused, counted from
    /// zero; `None` when it was the batch as a whole.
    pub fn op_index(&self) -> Option<usize> {
        self.0.op_index
    }

    /// Whether waiting and repeating the same call can help: true only for
    /// [`AlreadyOpen`](ErrorKind::AlreadyOpen), until the other process or handle closes the
    /// file.
    ///
    /// A [refusal](Self::is_refusal) stands until somebody changes the request or the
    /// directory; after [`OutcomeUnknown`](ErrorKind::OutcomeUnknown), reopen the directory
    /// and read it first; after [`Io`](ErrorKind::Io), remove the cause, such as a full disk.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::Directory;
    ///
    /// let first = Directory::open(&path)?;
    /// assert!(Directory::open(&path).unwrap_err().is_retryable());
    /// first.close()?;
    /// Directory::open(&path)?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.kind, ErrorKind::AlreadyOpen)
    }

    /// Whether the request was refused for what it asks for: it is malformed, it names
    /// something that isn't there, or the rules forbid it. `false` means that the directory
    /// could not do its work: the file, the disk or the handle is at fault.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// assert!(directory.delete_user("ann@ex.co").unwrap_err().is_refusal());
    /// directory.clone().close()?;
    /// assert!(!directory.delete_user("ann@ex.co").unwrap_err().is_refusal());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn is_refusal(&self) -> bool {
        match self.0.kind {
            ErrorKind::InvalidEmail
            | ErrorKind::InternationalEmail
            | ErrorKind::EmailRequired
            | ErrorKind::InvalidUsername
            | ErrorKind::InvalidArgument
            | ErrorKind::EmailTaken
            | ErrorKind::UsernameTaken
            | ErrorKind::IdTaken
            | ErrorKind::UserNotFound
            | ErrorKind::WorkspaceNotFound
            | ErrorKind::WorkspaceNameTaken
            | ErrorKind::ExternalIdTaken
            | ErrorKind::WorkspaceArchived
            | ErrorKind::MemberNotFound
            | ErrorKind::RoleDiffers
            | ErrorKind::LastOwner
            | ErrorKind::DefaultWorkspace
            | ErrorKind::NoFreeSeat { .. }
            | ErrorKind::LastAdmin
            | ErrorKind::OwnAccount
            | ErrorKind::Conflict { .. }
            | ErrorKind::HistoryTrimmed { .. }
            | ErrorKind::ChangeNotYet { .. }
            | ErrorKind::RequestIdReused
            | ErrorKind::TooLarge => true,
            ErrorKind::AlreadyOpen
            | ErrorKind::Forked
            | ErrorKind::ReadOnly
            | ErrorKind::LogMissing
            | ErrorKind::LogForeign
            | ErrorKind::FileReplaced
            | ErrorKind::UnsupportedFormat
            | ErrorKind::Corrupted
            | ErrorKind::OutcomeUnknown
            | ErrorKind::Closed
            | ErrorKind::Io => false,
        }
    }

    /// An error of a caller's own, such as a record for
    /// [`Directory::load`](crate::Directory::load) that could not be read.
    ///
    /// ```
    /// use headcount::{Directory, Error, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// let unreadable = Error::new(ErrorKind::Io, "line 7 can't be read");
    /// let refused = directory.load([Err(unreadable)]).unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::Io);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            op_index: None,
            source: None,
        }))
    }

    pub(crate) fn with_source(
        self,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        inner.source = Some(Arc::new(source));
        Self(Arc::new(inner))
    }

    /// The same error, with `before` in front of its message.
    #[cfg(feature = "serde")]
    pub(crate) fn behind(self, before: impl fmt::Display) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        inner.message = format!("{before}: {}", inner.message);
        Self(Arc::new(inner))
    }

    /// The cause, if it is a `T`.
    pub(crate) fn cause<T: std::error::Error + 'static>(&self) -> Option<&T> {
        self.0.source.as_deref()?.downcast_ref()
    }

    pub(crate) fn at_op(self, index: usize) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        inner.op_index = Some(index);
        Self(Arc::new(inner))
    }

    pub(crate) fn conflict(expected: u64, found: u64) -> Self {
        Self::new(
            ErrorKind::Conflict { expected, found },
            format!(
                "the record is at version {found}, not {expected}; read it again and repeat the change"
            ),
        )
    }

    pub(crate) fn corrupted(what: impl fmt::Display) -> Self {
        Self::new(
            ErrorKind::Corrupted,
            format!("the directory is damaged: {what}; restore it from a backup"),
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {
    /// The cause, which can be downcast: for [`ErrorKind::Io`] it is a
    /// [`std::io::Error`], where the operating system gave one.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.0.source.as_deref() {
            Some(cause) => Some(cause),
            None => None,
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
