//! Errors: why a call failed.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char};

use super::arguments::Out;
use super::guard::{self, Handle, Latch};
use super::status::HcStatus;
use crate::error::{Error, ErrorKind};

/// Why a call failed: a status, a message for people, and numbers where there
/// are any. Yours to free with hc_error_free().
///
/// @since 0.1.0
pub struct HcError {
    latch: Latch,
    status: HcStatus,
    message: CString,
    /// The library's own error; none for what only C can do wrong.
    cause: Option<Error>,
    /// How large a buffer must be that was too small.
    buffer_bytes: Option<usize>,
}

impl Handle for HcError {
    const NAME: &'static str = "error";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl From<Refusal> for HcError {
    fn from(refusal: Refusal) -> Self {
        let status = refusal.status();
        let buffer_bytes = match refusal {
            Refusal::Buffer { needed_bytes } => Some(needed_bytes),
            _ => None,
        };
        let (message, cause) = match refusal {
            Refusal::Library(error) => (error.to_string(), Some(error)),
            Refusal::Call(_, message) => (message.into_owned(), None),
            Refusal::Buffer { needed_bytes } => (
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

    pub(super) fn buffer_bytes(&self) -> Option<usize> {
        self.buffer_bytes
    }
}

/// Why a function stops, before anybody asked for the details.
pub(super) enum Refusal {
    /// The library refused.
    Library(Error),
    /// The call itself is wrong.
    Call(HcStatus, Cow<'static, str>),
    /// A buffer is too small for the next record.
    Buffer {
        /// How large it must be.
        needed_bytes: usize,
    },
}

impl Refusal {
    pub(super) fn status(&self) -> HcStatus {
        match self {
            Self::Library(error) => error.kind().into(),
            Self::Call(status, _) => *status,
            Self::Buffer { .. } => HcStatus::BufferTooSmall,
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

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

/// The status that the failed call returned.
///
/// @param error The error; HC_STATUS_NULL_ARGUMENT is returned for NULL.
/// @return The status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_status(error: *const HcError) -> HcStatus {
    // SAFETY: by the contract, `error` is NULL or live.
    unsafe { guard::ask(error, HcStatus::NullArgument, |error| Some(error.status)) }
}

/// What went wrong and what to do about it, in one line of English.
///
/// @param error The error, or NULL.
/// @return A NUL-terminated text that is valid until the error is freed; an
///         empty one for NULL, so that it can always be printed.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_message(error: *const HcError) -> *const c_char {
    let none = c"".as_ptr();
    // SAFETY: by the contract, `error` is NULL or live.
    unsafe { guard::ask(error, none, |error| Some(error.message.as_ptr())) }
}

/// Whether the same call may succeed when it is made again as it is: after a
/// lost race, or when another process has the file.
///
/// @param error The error, or NULL.
/// @return 1 if it may, otherwise 0.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_is_retryable(error: *const HcError) -> i32 {
    let answer = |error: &HcError| error.cause.as_ref().map(|e| i32::from(e.is_retryable()));
    // SAFETY: by the contract, `error` is NULL or live.
    unsafe { guard::ask(error, 0, answer) }
}

/// The numbers behind #HC_STATUS_NO_FREE_SEAT.
///
/// @param error     The error, or NULL.
/// @param limit     Set to the seats of the license; NULL if not wanted.
/// @param active    Set to the users who were active; NULL if not wanted.
/// @param requested Set to how many more would have been; NULL if not wanted.
/// @return 1 if the numbers were written; 0, and nothing is written, if the
///         error has another status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_seats(
    error: *const HcError,
    limit: *mut u64,
    active: *mut u64,
    requested: *mut u64,
) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and the places are NULL or
    // can be written to.
    unsafe {
        guard::ask(error, 0, |error| match error.cause.as_ref()?.kind() {
            ErrorKind::NoFreeSeat {
                limit: seats,
                active: users,
                requested: more,
            } => {
                Out::optional(limit).write(seats);
                Out::optional(active).write(users);
                Out::optional(requested).write(more);
                Some(1)
            }
            _ => None,
        })
    }
}

/// The numbers behind #HC_STATUS_CONFLICT.
///
/// @param error    The error, or NULL.
/// @param expected Set to the version the caller expected; NULL if not wanted.
/// @param found    Set to the version that was found; NULL if not wanted.
/// @return 1 if the numbers were written; 0, and nothing is written, if the
///         error has another status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_versions(
    error: *const HcError,
    expected: *mut u64,
    found: *mut u64,
) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and the places are NULL or
    // can be written to.
    unsafe {
        guard::ask(error, 0, |error| match error.cause.as_ref()?.kind() {
            ErrorKind::Conflict {
                expected: theirs,
                found: ours,
            } => {
                Out::optional(expected).write(theirs);
                Out::optional(found).write(ours);
                Some(1)
            }
            _ => None,
        })
    }
}

/// Which operation of the call was refused, counted from 0.
///
/// @param error The error, or NULL.
/// @param index Set to the index; NULL if not wanted.
/// @return 1 if there is one and it was written; 0, and nothing is written, if
///         the call was refused as a whole.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_op_index(error: *const HcError, index: *mut u64) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and `index` is NULL or can
    // be written to.
    unsafe {
        guard::ask(error, 0, |error| {
            let at = error.cause.as_ref()?.op_index()?;
            Out::optional(index).write(at as u64);
            Some(1)
        })
    }
}

/// The number behind #HC_STATUS_HISTORY_TRIMMED: read all users and workspaces
/// again, then the changes that come after this one.
///
/// @param error        The error, or NULL.
/// @param resume_after Set to the number of the last change that was trimmed;
///                     NULL if not wanted.
/// @return 1 if the number was written; 0, and nothing is written, if the error
///         has another status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_resume_after(
    error: *const HcError,
    resume_after: *mut u64,
) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and `resume_after` is NULL
    // or can be written to.
    unsafe {
        guard::ask(error, 0, |error| match error.cause.as_ref()?.kind() {
            ErrorKind::HistoryTrimmed { resume_after: last } => {
                Out::optional(resume_after).write(last);
                Some(1)
            }
            _ => None,
        })
    }
}

/// The number behind #HC_STATUS_CHANGE_NOT_YET: read all users and workspaces again,
/// then the changes that come after this one.
///
/// @param error  The error, or NULL.
/// @param latest Set to the number of the latest change; NULL if not wanted.
/// @return 1 if the number was written; 0, and nothing is written, if the error
///         has another status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_latest_change(
    error: *const HcError,
    latest: *mut u64,
) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and `latest` is NULL or can
    // be written to.
    unsafe {
        guard::ask(error, 0, |error| match error.cause.as_ref()?.kind() {
            ErrorKind::ChangeNotYet { latest: last } => {
                Out::optional(latest).write(last);
                Some(1)
            }
            _ => None,
        })
    }
}

/// The number behind #HC_STATUS_BUFFER_TOO_SMALL.
///
/// @param error The error, or NULL.
/// @param bytes Set to the bytes that the buffer must have for the next record;
///              NULL if not wanted.
/// @return 1 if the number was written; 0, and nothing is written, if the error
///         has another status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_buffer_bytes(
    error: *const HcError,
    bytes: *mut usize,
) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and `bytes` is NULL or can
    // be written to.
    unsafe {
        guard::ask(error, 0, |error| {
            Out::optional(bytes).write(error.buffer_bytes?);
            Some(1)
        })
    }
}

/// Frees an error, and with it its message.
///
/// @param error The error; nothing happens for NULL.
/// @note Not while another thread uses the error.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_free(error: *mut HcError) {
    // SAFETY: by the contract, `error` is NULL or live, and given up.
    unsafe { guard::free(error) }
}
