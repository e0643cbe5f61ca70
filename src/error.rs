//! The one error type of the library.
//!
//! An [`Error`] has a coarse, public [`ErrorKind`] to branch on and a message
//! that tells a person what to do. Cloning one is cheap.

#[cfg(feature = "serde")]
mod json;
mod kind;

use std::fmt;
use std::sync::Arc;

pub use self::kind::ErrorKind;

/// The result of every fallible call of this library.
///
/// ```
/// use headcount::{Directory, Result};
///
/// fn active_users(directory: &Directory) -> Result<u64> {
///     Ok(directory.seats()?.active)
/// }
/// assert_eq!(active_users(&Directory::in_memory()?)?, 0);
/// # Ok::<(), headcount::Error>(())
/// ```
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

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    op_index: Option<usize>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// What kind of failure this is.
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// let error = directory.activate_user("nobody@ex.co").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::UserNotFound);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The index, from zero, of the operation of a [`Batch`](crate::Batch) that was refused;
    /// `None` if no single operation is the cause.
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// let batch = Batch::new().create_user("ann@ex.co").activate_user("nobody@ex.co");
    /// assert_eq!(directory.apply(batch).unwrap_err().op_index(), Some(1));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn op_index(&self) -> Option<usize> {
        self.0.op_index
    }

    /// Whether repeating the same call later can help: true only for
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

    /// Whether the request itself is at fault: it is malformed, it names something that doesn't
    /// exist, or the rules forbid it. `false` means that the directory could not do its work: the
    /// file, the disk or the handle is at fault.
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

    /// Whether the file is sound, but belongs to another program: its first bytes, or the tables in
    /// it, are not those of a directory. The kind is [`Corrupted`](ErrorKind::Corrupted); nothing
    /// was written to the file, and nothing should be.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("notes.txt");
    /// use headcount::Directory;
    ///
    /// std::fs::write(&path, "not a directory of users")?;
    /// assert!(Directory::open(&path).unwrap_err().is_foreign_file());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn is_foreign_file(&self) -> bool {
        self.cause::<ForeignFile>().is_some()
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

    /// The same error with its cause, which [`source`](std::error::Error::source) returns and which
    /// can be downcast.
    ///
    /// ```
    /// use std::error::Error as _;
    /// use headcount::{Error, ErrorKind};
    ///
    /// let cause = std::io::Error::from(std::io::ErrorKind::TimedOut);
    /// let error = Error::new(ErrorKind::Io, "the server doesn't answer").with_source(cause);
    /// assert!(error.source().unwrap().is::<std::io::Error>());
    /// ```
    #[must_use]
    pub fn with_source(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
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

    /// A file that belongs to another program.
    pub(crate) fn foreign_file(
        what: impl Into<String>,
        cause: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::new(ErrorKind::Corrupted, what).with_source(ForeignFile(Box::new(cause)))
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

/// Marks the error of a file that belongs to another program.
#[derive(Debug)]
struct ForeignFile(Box<dyn std::error::Error + Send + Sync>);

impl fmt::Display for ForeignFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the file belongs to another program")
    }
}

impl std::error::Error for ForeignFile {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
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
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("op_index", &self.0.op_index)
            .field("source", &self.0.source)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_on_an_error_shows_its_kind_and_message() {
        let error = Error::new(ErrorKind::UserNotFound, "no user has this id").at_op(3);
        let expected = "Error { kind: UserNotFound, message: \"no user has this id\", \
                        op_index: Some(3), source: None }";
        assert_eq!(format!("{error:?}"), expected);
    }
}
