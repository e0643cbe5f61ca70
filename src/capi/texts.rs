//! Parsing and formatting texts without a directory, for forms, files and configuration.

use std::ffi::c_char;

use super::arguments::{self, Out};
use super::call_error::CallError;
use super::failure::HcError;
use super::guard;
use super::license::HcLicense;
use super::role::HcRole;
use super::status::HcStatus;
use crate::model::{Email, License, Role, Timestamp, Username};

/// Bytes of the longest key of an email or a username, with its NUL.
pub const HC_KEY_BYTES: usize = 256;

/// Bytes of the longest text of a time, with its NUL.
pub const HC_TIME_TEXT_BYTES: usize = 28;

/// Checks an email address, and returns its key, which is unique: two addresses belong to one user
/// exactly when their keys are equal. After the @, the key has the domain in lower case, as
/// A-labels.
///
/// @param key Where to write the key: room for #HC_KEY_BYTES. NULL if not wanted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_email_key(
    email: *const c_char,
    email_len: usize,
    key: *mut c_char,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, `email` has its length
    // and `key` its size.
    unsafe {
        guard::start(error, || {
            let email = Email::parse(arguments::text("email", email, email_len)?)?;
            write_text::<HC_KEY_BYTES>(key, email.key())
        })
    }
}

/// Checks a username that is not an email address, and returns its key, which is unique: two users
/// can't have usernames with equal keys.
///
/// @param key Where to write the key: room for #HC_KEY_BYTES. NULL if not wanted.
/// @return Also #HC_STATUS_INVALID_USERNAME.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_username_key(
    username: *const c_char,
    username_len: usize,
    key: *mut c_char,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, `username` has its
    // length and `key` its size.
    unsafe {
        guard::start(error, || {
            let username = arguments::text("username", username, username_len)?;
            write_text::<HC_KEY_BYTES>(key, Username::parse(username)?.key())
        })
    }
}

/// Parses a license from a text, in any case: "community", "enterprise" or a number of seats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_license_from_text(
    text: *const c_char,
    text_len: usize,
    license: *mut i32,
    seats: *mut u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `text` has its
    // length.
    unsafe {
        guard::start(error, || {
            let kind = Out::required("license", license)?;
            let number = Out::required("seats", seats)?;
            let license: License = arguments::text("text", text, text_len)?.parse()?;
            kind.write(HcLicense::kind_of(license) as i32);
            number.write(match license {
                License::Seats(seats) => seats,
                License::Community | License::Enterprise => 0,
            });
            Ok(())
        })
    }
}

/// Parses a role from a text, in any case: "owner", "user", or its older name "collaborator".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_role_from_text(
    text: *const c_char,
    text_len: usize,
    role: *mut i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `text` has its
    // length.
    unsafe {
        guard::start(error, || {
            let place = Out::required("role", role)?;
            let role: Role = arguments::text("text", text, text_len)?.parse()?;
            place.write(HcRole::of(role) as i32);
            Ok(())
        })
    }
}

/// Formats a time as RFC 3339 in UTC.
///
/// @param micros The time.
/// @param text Where to write a text such as "2024-07-11T16:55:59.173Z": room for
///        #HC_TIME_TEXT_BYTES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_time_to_text(
    micros: u64,
    text: *mut c_char,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live, and `text` has its
    // size.
    unsafe {
        guard::start(error, || {
            if text.is_null() {
                return Err(CallError::null("text"));
            }
            let moment = Timestamp::from_unix_micros(micros)?;
            write_text::<HC_TIME_TEXT_BYTES>(text, &moment.to_string())
        })
    }
}

/// Parses a time from a text: RFC 3339 in any time zone.
///
/// @param micros Set to the time, which is in 1970 or later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_time_from_text(
    text: *const c_char,
    text_len: usize,
    micros: *mut u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `text` has its
    // length.
    unsafe {
        guard::start(error, || {
            let place = Out::required("micros", micros)?;
            let moment: Timestamp = arguments::text("text", text, text_len)?.parse()?;
            place.write(moment.as_unix_micros());
            Ok(())
        })
    }
}

/// Writes a text and a NUL behind it to a buffer of `SIZE` bytes, if it is wanted.
///
/// # Safety
///
/// `place` is NULL or has `SIZE` bytes that can be written to.
unsafe fn write_text<const SIZE: usize>(place: *mut c_char, text: &str) -> Result<(), CallError> {
    if text.len() >= SIZE {
        let message = format!("{} bytes don't fit into {SIZE} with the NUL", text.len());
        return Err(CallError::argument(message));
    }
    if !place.is_null() {
        // SAFETY: not NULL, and there is room for the text and the NUL.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr(), place.cast(), text.len());
            place.add(text.len()).write(0);
        }
    }
    Ok(())
}
