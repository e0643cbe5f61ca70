//! Converts redb's errors to this library's. Every message names the file.

mod log;

use std::path::Path;
use std::sync::Arc;
use std::{fmt, io};

use ::redb::{CommitError, DatabaseError, StorageError};

use super::holder;
use super::staging::BYTES_MAX;
use crate::error::{Error, ErrorKind};

/// The beginning of redb 4.6's message about a newer format, for which it has no separate
/// error.
const NEWER_FORMAT: &str = "Expected file format version";

/// The name of the file in messages, and the constructors of all errors.
#[derive(Clone)]
pub(super) struct Name(Arc<str>);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl Name {
    /// A name for something without a path.
    pub(super) fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name of the file at `path`.
    pub(super) fn of_path(path: &Path) -> Self {
        Self::new(&path.display().to_string())
    }

    /// Any error of redb's, at any time after the file was opened.
    pub(super) fn error(&self, error: impl Into<::redb::Error>) -> Error {
        use ::redb::Error as Redb;

        let error = error.into();
        let name = &self.0;
        let (kind, message) = match &error {
            Redb::DatabaseAlreadyOpen | Redb::LockProtocolMismatch => (
                ErrorKind::AlreadyOpen,
                format!(
                    "`{name}` is already open by {}; close it there first",
                    holder::in_words(Path::new(&**name))
                ),
            ),
            Redb::UpgradeRequired(version) => (
                ErrorKind::UnsupportedFormat,
                format!(
                    "`{name}` is in redb's old file format {version}; upgrade it to format 3 with redb 2.6"
                ),
            ),
            Redb::Corrupted(what) if what.starts_with(NEWER_FORMAT) => (
                ErrorKind::UnsupportedFormat,
                format!(
                    "`{name}` was written by a newer release; open it with that or a later one"
                ),
            ),
            Redb::Corrupted(what) => (
                ErrorKind::Corrupted,
                format!(
                    "`{name}` is damaged: {}; restore it from a backup",
                    damage(what)
                ),
            ),
            Redb::TableDoesNotExist(_)
            | Redb::TableTypeMismatch { .. }
            | Redb::TableIsMultimap(_)
            | Redb::TypeDefinitionChanged { .. } => {
                return self.foreign("is the redb database of another program", error);
            }
            Redb::ValueTooLarge(bytes) => (
                ErrorKind::TooLarge,
                format!(
                    "an entry of {bytes} bytes does not fit into `{name}`; the limit is {} GiB, so store less",
                    BYTES_MAX >> 30
                ),
            ),
            Redb::DatabaseClosed => return self.closed(),
            Redb::PreviousIo | Redb::LockPoisoned(_) => (
                ErrorKind::Io,
                format!("an earlier access to `{name}` failed; close it and open it again"),
            ),
            Redb::TransactionPoisoned => (
                ErrorKind::Io,
                format!(
                    "a write to `{name}` failed, so none of its transaction was kept; try again"
                ),
            ),
            _ => (
                ErrorKind::Io,
                format!(
                    "access to `{name}` failed: {}; check the disk, then close it and open it again",
                    in_words(&error)
                ),
            ),
        };
        let made = Error::new(kind, message);
        match error {
            Redb::Io(cause) => made.with_source(cause),
            error => made.with_source(error),
        }
    }

    /// The file could not be opened.
    pub(super) fn open_failed(&self, error: DatabaseError) -> Error {
        let DatabaseError::Storage(StorageError::Io(cause)) = &error else {
            return self.error(error);
        };
        // redb reports foreign bytes as the former, and a file too short for its header as
        // the latter.
        if !matches!(
            cause.kind(),
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
        ) {
            return self.error(error);
        }
        let what = "is not a directory of users: its first bytes are those of another kind of file";
        self.foreign(what, error)
    }

    /// The file is that of another program.
    fn foreign(&self, what: &str, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
        Error::foreign_file(format!("`{}` {what}; check the path", self.0), cause)
    }

    /// A commit failed, and may or may not be in the file.
    pub(super) fn commit_failed(&self, error: CommitError) -> Error {
        let error = ::redb::Error::from(error);
        let made = Error::new(
            ErrorKind::OutcomeUnknown,
            format!(
                "a commit to `{}` failed: {}; close it and open it again to see whether it took effect",
                self.0,
                in_words(&error)
            ),
        );
        match error {
            ::redb::Error::Io(cause) => made.with_source(cause),
            error => made.with_source(error),
        }
    }

    /// A commit succeeded, but then the file could not be read.
    pub(super) fn commit_unread(&self, cause: Error) -> Error {
        Error::new(
            ErrorKind::OutcomeUnknown,
            format!(
                "the state of `{}` after a commit can't be read: {cause}; close it and open it again to see whether the commit took effect",
                self.0
            ),
        )
        .with_source(cause)
    }

    /// An earlier write failed because of `cause`; this one was not begun.
    pub(super) fn poisoned(&self, cause: Option<&Error>) -> Error {
        let cause = cause.map_or("a write failed".to_owned(), Error::to_string);
        Error::new(
            ErrorKind::Io,
            format!(
                "`{}` accepts no writes after an earlier failure; close it and open it again: {cause}",
                self.0
            ),
        )
    }

    /// A copy has pages of several commits.
    pub(super) fn torn_copy(&self, error: DatabaseError) -> Error {
        Error::new(
            ErrorKind::Corrupted,
            format!(
                "`{}` is a copy that was made while the original was in use, and is incomplete; make a backup instead, or copy the file of a closed directory",
                self.0
            ),
        )
        .with_source(error)
    }

    /// The file at the path was replaced, renamed or deleted.
    pub(super) fn replaced(&self) -> Error {
        Error::new(
            ErrorKind::FileReplaced,
            format!(
                "`{}` was replaced, renamed or deleted while it was open, so nothing more is written; close it and open the right file",
                self.0
            ),
        )
    }

    /// The operating system could not start a thread.
    pub(super) fn no_thread(&self, error: io::Error) -> Error {
        Error::new(
            ErrorKind::Io,
            format!(
                "can't start a thread for `{}`: {error}; end other threads",
                self.0
            ),
        )
        .with_source(error)
    }

    /// A value is damaged.
    pub(super) fn value_damaged(&self) -> Error {
        self.damaged("a value doesn't match its checksum")
    }

    /// redb panicked on damaged data. Its message is for developers, and becomes the cause.
    pub(super) fn panicked(&self, message: &str) -> Error {
        self.damaged("its pages contradict each other")
            .with_source(io::Error::other(message.to_owned()))
    }

    /// A commit panicked on damaged data, and may or may not be in the file.
    pub(super) fn commit_panicked(&self, cause: Error) -> Error {
        Error::new(
            ErrorKind::OutcomeUnknown,
            format!(
                "a commit to `{}` failed, which is damaged; restore it from a backup",
                self.0
            ),
        )
        .with_source(cause)
    }

    /// The database contradicts itself.
    pub(super) fn damaged(&self, what: &str) -> Error {
        Error::new(
            ErrorKind::Corrupted,
            format!("`{}` is damaged: {what}; restore it from a backup", self.0),
        )
    }

    /// The file was released, but not closed cleanly.
    pub(super) fn close_failed(&self, error: DatabaseError) -> Error {
        let error = ::redb::Error::from(error);
        Error::new(
            ErrorKind::Io,
            format!(
                "`{}` was not closed cleanly: {}; all commits are in it, and the next open takes longer",
                self.0,
                in_words(&error)
            ),
        )
        .with_source(error)
    }

    /// It was closed.
    pub(super) fn closed(&self) -> Error {
        Error::new(
            ErrorKind::Closed,
            format!("`{}` was closed; open it again", self.0),
        )
    }

    /// The operating system refused.
    pub(super) fn io(&self, error: io::Error) -> Error {
        let advice = match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "this process must be able to read and write it"
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space",
            _ => "check the path and the disk",
        };
        let message = format!("can't open `{}`: {error}; {advice}", self.0);
        Error::new(ErrorKind::Io, message).with_source(error)
    }

    /// There is no file.
    pub(super) fn absent(&self, error: io::Error) -> Error {
        Error::new(
            ErrorKind::Io,
            format!(
                "there is no file `{}`; check the path, or ask for it to be created",
                self.0
            ),
        )
        .with_source(error)
    }

    /// The file exists, but is empty.
    pub(super) fn never_created(&self) -> Error {
        Error::new(
            ErrorKind::Io,
            format!(
                "`{}` is empty; check the path, or ask for it to be created",
                self.0
            ),
        )
    }

    /// The parent directory doesn't exist.
    pub(super) fn no_parent(&self, parent: &Path, error: io::Error) -> Error {
        Error::new(
            ErrorKind::Io,
            format!(
                "can't create `{}`: there is no `{}`; create that first",
                self.0,
                parent.display()
            ),
        )
        .with_source(error)
    }

    /// The path is a directory.
    pub(super) fn is_a_directory(&self, error: io::Error) -> Error {
        Error::new(
            ErrorKind::Io,
            format!(
                "`{0}` is a directory; name a file in it, such as `{0}/users.redb`",
                self.0
            ),
        )
        .with_source(error)
    }

    /// The path is a device or a pipe.
    pub(super) fn not_a_file(&self) -> Error {
        Error::new(
            ErrorKind::Io,
            format!("`{}` is not a regular file; name another", self.0),
        )
    }

    /// The new file would not survive a power cut.
    pub(super) fn entry_not_synced(&self, error: io::Error) -> Error {
        Error::new(
            ErrorKind::Io,
            format!(
                "can't make the new file `{}` durable: {error}; check its directory",
                self.0
            ),
        )
        .with_source(error)
    }
}

/// A failure of redb's in words for people: its own are for developers, and stay the cause.
fn in_words(error: &::redb::Error) -> String {
    match error {
        ::redb::Error::Io(cause) => cause.to_string(),
        ::redb::Error::Corrupted(what) => damage(what).to_owned(),
        ::redb::Error::PreviousIo => "an earlier access to it failed".to_owned(),
        other => other.to_string(),
    }
}

/// The damage that redb describes, in words for people.
fn damage(what: &str) -> &'static str {
    if what.starts_with("File truncated") {
        "it is shorter than it was when it was closed, so a part of it is missing"
    } else if what.starts_with("File length") {
        "something was cut off from it, or added to it"
    } else {
        "its pages contradict each other"
    }
}
