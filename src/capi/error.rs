//! Reading an error.

use std::ffi::c_char;

use super::failure::HcError;
use super::guard;
use super::status::HcStatus;

/// The name of a status, such as "HC_STATUS_NO_FREE_SEAT", for logs.
///
/// @return A constant text, not to be freed; "HC_STATUS_UNKNOWN" for any other number.
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

/// @return The status that the failed call returned; HC_STATUS_NULL_ARGUMENT for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_status(error: *const HcError) -> HcStatus {
    // SAFETY: by the contract, `error` is NULL or live.
    unsafe { guard::ask(error, HcStatus::NullArgument, |error| Some(error.status())) }
}

/// @return What went wrong and what to do, in one line of English; an empty text for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_message(error: *const HcError) -> *const c_char {
    let none = c"".as_ptr();
    // SAFETY: by the contract, `error` is NULL or live.
    unsafe { guard::ask(error, none, |error| Some(error.message().as_ptr())) }
}

/// Frees an error and its message.
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
            let (name, value) = line.trim().split_once(" = ")?;
            let value = value.split(',').next()?.parse::<i32>().ok()?;
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
