//! Converts errors of the log, and a full disk, to this library's errors.

use std::io;

use super::Name;
use crate::engine::redb::log::ReplayError;
use crate::error::{Error, ErrorKind};

impl Name {
    /// A commit could not be written to the log, and may or may not be in it.
    pub(in crate::engine::redb) fn log_failed(&self, error: io::Error) -> Error {
        Error::new(
            ErrorKind::OutcomeUnknown,
            format!(
                "a write to the log of `{}` failed: {error}; check the disk, then close it and open it again to see whether it took effect",
                self.0
            ),
        )
        .with_source(error)
    }

    /// The writes since the last checkpoint can't be read.
    pub(in crate::engine::redb) fn replay_failed(&self, error: ReplayError) -> Error {
        match error {
            ReplayError::Io(error) => self.io(error),
            ReplayError::Damaged(what) => Error::new(
                ErrorKind::Corrupted,
                format!(
                    "the log of `{0}` is damaged: {what}; restore a backup, or open `{0}` with its log salvaged, without that commit and all after it",
                    self.0
                ),
            ),
            ReplayError::Missing(what) => Error::new(
                ErrorKind::LogMissing,
                format!(
                    "`{0}` was not closed and its log is missing or too short: {what}; bring back its files `{0}-log0`, `-log1` and `-log2`, as many as there were, from where it was moved or copied from (or by which other name it was opened), or open it with its log salvaged, without the commits that were only there",
                    self.0
                ),
            ),
            ReplayError::Foreign(what) => Error::new(
                ErrorKind::LogForeign,
                format!(
                    "the log beside `{0}` belongs to another use of it or to another file: {what}; bring back the file that belongs to the log, or open `{0}` with its log salvaged, without the commits in that log, which is set aside",
                    self.0
                ),
            ),
        }
    }

    /// The log could not be created; nothing was written.
    pub(in crate::engine::redb) fn log_not_made(&self, error: io::Error) -> Error {
        Error::new(
            ErrorKind::Io,
            format!(
                "can't make the log beside `{}`: {error}; nothing was written; free some space or check its directory, and try again",
                self.0
            ),
        )
        .with_source(error)
    }

    /// A checkpoint has no space, so no more commits fit into the log.
    pub(in crate::engine::redb) fn no_space(&self, error: io::Error) -> Error {
        Error::new(
            ErrorKind::Io,
            format!(
                "there is no space for `{}`: {error}; nothing was written, and all that was before is kept; free some space, and try again",
                self.0
            ),
        )
        .with_source(error)
    }

    /// A write may need more space than there is.
    pub(in crate::engine::redb) fn too_little_space(&self, needed: u64, available: u64) -> Error {
        Error::new(
            ErrorKind::Io,
            format!(
                "this needs up to {} KiB of space for `{}`, and the disk has {} KiB; nothing was written; free some space, and try again",
                needed.div_ceil(1024),
                self.0,
                available / 1024
            ),
        )
        .with_source(io::Error::from(io::ErrorKind::StorageFull))
    }

    /// The log was taken over, but could not be removed.
    pub(in crate::engine::redb) fn log_not_removed(&self, error: io::Error) -> Error {
        Error::new(
            ErrorKind::Io,
            format!(
                "can't remove the log of `{}`: {error}; nothing is lost, check its directory",
                self.0
            ),
        )
        .with_source(error)
    }
}
