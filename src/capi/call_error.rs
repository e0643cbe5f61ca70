//! Why a function fails.

use std::borrow::Cow;
use std::error::Error as _;

use super::status::HcStatus;
use crate::error::{Error, ErrorKind};

/// Why a function fails, before the caller asks for details.
pub(super) enum CallError {
    /// An error of the library.
    Library(Error),
    /// The call itself is wrong.
    Call(HcStatus, Cow<'static, str>),
    /// A buffer is too small for the next record.
    Buffer {
        /// The required size.
        needed_bytes: usize,
    },
}

impl CallError {
    pub(super) fn status(&self) -> HcStatus {
        match self {
            Self::Library(error) => error.kind().into(),
            Self::Call(status, _) => *status,
            Self::Buffer { .. } => HcStatus::BufferTooSmall,
        }
    }

    /// Logs a failure of the system or of the file, because the caller may not ask for it.
    /// Messages of these kinds contain file names, but no email addresses.
    pub(super) fn log(&self) {
        let Self::Library(error) = self else { return };
        let is_told = matches!(
            error.kind(),
            ErrorKind::Io
                | ErrorKind::OutcomeUnknown
                | ErrorKind::FileReplaced
                | ErrorKind::LogMissing
                | ErrorKind::LogForeign
        );
        if is_told {
            let mut said = vec![error.to_string()];
            let mut cause = error.source();
            while let Some(error) = cause {
                said.push(error.to_string());
                cause = error.source();
            }
            log::warn!("{}", said.join(": "));
        }
    }

    pub(super) fn argument(message: String) -> Self {
        Self::Call(HcStatus::InvalidArgument, message.into())
    }

    pub(super) fn null(name: &'static str) -> Self {
        let message = format!("{name} is NULL and must not be");
        Self::Call(HcStatus::NullArgument, message.into())
    }

    pub(super) fn utf8(name: &'static str, valid_bytes: usize) -> Self {
        let message = format!("{name} is not UTF-8 from byte {valid_bytes} on");
        Self::Call(HcStatus::InvalidUtf8, message.into())
    }

    pub(super) fn queue_full(submitted: usize) -> Self {
        let message = format!("{submitted} batches are submitted; try again after a callback");
        Self::Call(HcStatus::QueueFull, message.into())
    }

    pub(super) fn panicked() -> Self {
        let message = "a bug in the library: the details are on stderr; free the handle, it \
                       can't be used any more";
        Self::Call(HcStatus::Internal, message.into())
    }

    pub(super) fn poisoned(name: &'static str) -> Self {
        let message = format!(
            "an earlier call on this {name} failed with HC_STATUS_INTERNAL; close and free it"
        );
        Self::Call(HcStatus::Poisoned, message.into())
    }

    pub(super) fn forked(name: &'static str) -> Self {
        let message = format!(
            "this {name} was made by the parent process and can't be used after fork(); open \
             another one here"
        );
        Self::Call(HcStatus::Forked, message.into())
    }
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}
