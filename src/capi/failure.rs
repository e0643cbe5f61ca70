//! The error that a call returns to C.

use std::ffi::{CStr, CString};

use super::call_error::CallError;
use super::handle::{Handle, Latch};
use super::status::HcStatus;
use crate::error::Error;

/// Why a call failed: a status, a message for people, and numbers where there are any.
pub struct HcError {
    latch: Latch,
    status: HcStatus,
    message: CString,
    /// The library's error; `None` for a mistake that only C can make.
    cause: Option<Error>,
    /// The required size of a buffer that was too small.
    buffer_bytes: Option<usize>,
}

impl Handle for HcError {
    const NAME: &'static str = "error";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl From<CallError> for HcError {
    fn from(refusal: CallError) -> Self {
        let status = refusal.status();
        let buffer_bytes = match refusal {
            CallError::Buffer { needed_bytes } => Some(needed_bytes),
            _ => None,
        };
        let (message, cause) = match refusal {
            CallError::Library(error) => (error.to_string(), Some(error)),
            CallError::Call(_, message) => (message.into_owned(), None),
            CallError::Buffer { needed_bytes } => (
                format!("the next record needs a buffer of {needed_bytes} bytes"),
                None,
            ),
        };
        let mut message = message.into_bytes();
        message.retain(|byte| *byte != 0);
        Self {
            latch: Latch::of_any_process(),
            status,
            message: CString::new(message).unwrap_or_default(),
            cause,
            buffer_bytes,
        }
    }
}

impl HcError {
    pub(super) fn status(&self) -> HcStatus {
        self.status
    }

    pub(super) fn message(&self) -> &CStr {
        &self.message
    }

    pub(super) fn cause(&self) -> Option<&Error> {
        self.cause.as_ref()
    }

    pub(super) fn is_retryable(&self) -> bool {
        self.status == HcStatus::QueueFull || self.cause.as_ref().is_some_and(Error::is_retryable)
    }

    pub(super) fn buffer_bytes(&self) -> Option<usize> {
        self.buffer_bytes
    }
}
