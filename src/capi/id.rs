//! Ids of users as bytes and as text.

use std::ffi::c_char;

use super::arguments::{self, Out};
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;
use crate::model::UserId;

/// Bytes of the text of an id, with its NUL.
pub const HC_ID_TEXT_BYTES: usize = 37;

/// Draws a new, unique id: a UUID of version 7, as the directory draws for users created without
/// one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_id_generate(id: *mut u8, error: *mut *mut HcError) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live, and `id` has 16 bytes.
    unsafe {
        guard::start(error, || {
            let place = Out::required("id", id.cast::<[u8; 16]>())?;
            place.write(*UserId::generate().as_bytes());
            Ok(())
        })
    }
}

/// Formats an id as text, for functions that take a user as a text.
///
/// @param text Set to a text such as "45e6b641-fe57-4fb2-83d2-2c2bd201efe8": #HC_ID_TEXT_BYTES
///        bytes, of which the last is NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_id_to_text(
    id: *const u8,
    text: *mut c_char,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and have their sizes.
    unsafe {
        guard::start(error, || {
            let id = arguments::user_id("id", id)?;
            let place = Out::required("text", text.cast::<[u8; HC_ID_TEXT_BYTES]>())?;
            let mut bytes = [0; HC_ID_TEXT_BYTES];
            uuid::Uuid::from(id).hyphenated().encode_lower(&mut bytes);
            place.write(bytes);
            Ok(())
        })
    }
}

/// Parses an id from a text: a UUID in any of its usual forms.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_id_from_text(
    text: *const c_char,
    text_len: usize,
    id: *mut u8,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, `text` has its length,
    // and `id` 16 bytes.
    unsafe {
        guard::start(error, || {
            let place = Out::required("id", id.cast::<[u8; 16]>())?;
            let text = arguments::text("text", text, text_len)?;
            let id: UserId = text.parse()?;
            place.write(*id.as_bytes());
            Ok(())
        })
    }
}
