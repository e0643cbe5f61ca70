//! What an error says.

use std::ffi::c_char;

use super::arguments::Out;
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;
use crate::error::ErrorKind;

/// The name of a status, such as "HC_STATUS_NO_FREE_SEAT", for logs.
///
/// @param status Any number.
/// @return A NUL-terminated text that is valid for ever, not to be freed;
///         "HC_STATUS_UNKNOWN" for a number that is no status.
#[unsafe(no_mangle)]
pub extern "C" fn hc_status_name(status: i32) -> *const c_char {
    guard::plain(std::ptr::null(), || {
        let known = HcStatus::ALL
            .iter()
            .find(|(known, _)| *known as i32 == status);
        known
            .map_or(c"HC_STATUS_UNKNOWN", |(_, name)| *name)
            .as_ptr()
    })
}

/// The status that the failed call returned.
///
/// @param error The error; HC_STATUS_NULL_ARGUMENT is returned for NULL.
/// @return The status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_status(error: *const HcError) -> HcStatus {
    // SAFETY: by the contract, `error` is NULL or live.
    unsafe { guard::ask(error, HcStatus::NullArgument, |error| Some(error.status())) }
}

/// What went wrong and what to do about it, in one line of English.
///
/// @return The text; an empty one for NULL, so that it can always be printed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_message(error: *const HcError) -> *const c_char {
    let none = c"".as_ptr();
    // SAFETY: by the contract, `error` is NULL or live.
    unsafe { guard::ask(error, none, |error| Some(error.message().as_ptr())) }
}

/// Whether the same call may succeed when it is made again as it is: after a
/// lost race, or when another process has the file.
///
/// @return 1 if it may, otherwise 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_is_retryable(error: *const HcError) -> i32 {
    let answer = |error: &HcError| Some(error.is_retryable().into());
    // SAFETY: by the contract, `error` is NULL or live.
    unsafe { guard::ask(error, 0, answer) }
}

/// The numbers behind #HC_STATUS_NO_FREE_SEAT.
///
/// @param limit Set to the seats of the license; NULL if not wanted.
/// @param active Set to the users who were active; NULL if not wanted.
/// @param requested Set to how many more would have been; NULL if not wanted.
/// @return 1 if the numbers were written; 0, and nothing is written, if the
///         error has another status.
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
        guard::ask(error, 0, |error| match error.cause()?.kind() {
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
/// @param expected Set to the version the caller expected; NULL if not wanted.
/// @param found Set to the version that was found; NULL if not wanted.
/// @return 1 if the numbers were written; 0, and nothing is written, if the
///         error has another status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_versions(
    error: *const HcError,
    expected: *mut u64,
    found: *mut u64,
) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and the places are NULL or
    // can be written to.
    unsafe {
        guard::ask(error, 0, |error| match error.cause()?.kind() {
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
/// @param index Set to the index; NULL if not wanted.
/// @return 1 if there is one and it was written; 0, and nothing is written, if
///         the call was refused as a whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_op_index(error: *const HcError, index: *mut u64) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and `index` is NULL or can
    // be written to.
    unsafe {
        guard::ask(error, 0, |error| {
            let at = error.cause()?.op_index()?;
            Out::optional(index).write(at as u64);
            Some(1)
        })
    }
}

/// The number behind #HC_STATUS_HISTORY_TRIMMED: read all users and workspaces
/// again, then the changes that come after this one.
///
/// @param resume_after Set to the number of the last change that was trimmed; NULL if not
///        wanted.
/// @return 1 if the number was written; 0, and nothing is written, if the error
///         has another status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_resume_after(
    error: *const HcError,
    resume_after: *mut u64,
) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and `resume_after` is NULL
    // or can be written to.
    unsafe {
        guard::ask(error, 0, |error| match error.cause()?.kind() {
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
/// @param latest Set to the number of the latest change; NULL if not wanted.
/// @return 1 if the number was written; 0, and nothing is written, if the error
///         has another status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_latest_change(
    error: *const HcError,
    latest: *mut u64,
) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and `latest` is NULL or can
    // be written to.
    unsafe {
        guard::ask(error, 0, |error| match error.cause()?.kind() {
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
/// @param bytes Set to the bytes that the buffer must have for the next record; NULL if
///        not wanted.
/// @return 1 if the number was written; 0, and nothing is written, if the error
///         has another status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_buffer_bytes(
    error: *const HcError,
    bytes: *mut usize,
) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and `bytes` is NULL or can
    // be written to.
    unsafe {
        guard::ask(error, 0, |error| {
            Out::optional(bytes).write(error.buffer_bytes()?);
            Some(1)
        })
    }
}

/// Frees an error, and with it its message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_free(error: *mut HcError) {
    // SAFETY: by the contract, `error` is NULL or live, and given up.
    unsafe { guard::free(error) }
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    #[test]
    fn every_status_of_the_header_has_its_name() {
        let header = include_str!("../../include/headcount.h");
        let statuses = header.lines().filter_map(|line| {
            let (name, value) = line.trim().strip_suffix(',')?.split_once(" = ")?;
            let value = value.parse::<i32>().ok()?;
            name.starts_with("HC_STATUS_").then_some((name, value))
        });
        let mut count = 0;
        for (name, value) in statuses {
            // SAFETY: the function returns a NUL-terminated text.
            let named = unsafe { CStr::from_ptr(hc_status_name(value)) };
            assert_eq!(named.to_str().unwrap(), name);
            count += 1;
        }
        assert_eq!(count, HcStatus::ALL.len());
    }
}
