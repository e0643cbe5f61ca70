//! Finding users in a directory, and changing them.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use super::arguments::{self, Out};
use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::new_user::HcNewUser;
use super::status::HcStatus;
use super::user::HcUser;
use super::user_read::HcUserKey;
use super::user_update::HcUserUpdate;
use crate::model::{User, UserRef};

/// Finds the user that an id, an email or a username names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_get(
    directory: *const HcDirectory,
    who: *const c_char,
    who_len: usize,
    found: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("found", found)?;
            let text = arguments::text("who", who, who_len)?;
            let found = directory.directory.user_by_text(text)?;
            made.write(HcUser::hand_over_or_null(found));
            Ok(())
        })
    }
}

/// Finds a user by a key of one kind. A text that is malformed names nobody.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_get_by(
    directory: *const HcDirectory,
    kind: i32,
    key: *const c_void,
    key_len: usize,
    found: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `key` has its length.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("found", found)?;
            let found = HcUserKey::of(kind)?.find(&directory.directory, key, key_len)?;
            made.write(HcUser::hand_over_or_null(found));
            Ok(())
        })
    }
}

/// Creates a user with this email, who takes a seat unless inactive.
///
/// @param details What else is known of the user; may be NULL.
/// @return Also #HC_STATUS_EMAIL_TAKEN, #HC_STATUS_USERNAME_TAKEN, #HC_STATUS_ID_TAKEN,
///        #HC_STATUS_EXTERNAL_ID_TAKEN or #HC_STATUS_NO_FREE_SEAT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_create(
    directory: *const HcDirectory,
    email: *const c_char,
    email_len: usize,
    details: *const HcNewUser,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `email` has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let new_user = HcNewUser::with_email(email, email_len, details)?;
            give(user, directory.directory.create_user(new_user)?);
            Ok(())
        })
    }
}

/// Applies an update to a user.
///
/// @return Also #HC_STATUS_EMAIL_TAKEN, #HC_STATUS_USERNAME_TAKEN, #HC_STATUS_EXTERNAL_ID_TAKEN,
///        #HC_STATUS_CONFLICT or #HC_STATUS_LAST_ADMIN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_apply(
    directory: *const HcDirectory,
    who: *const c_char,
    who_len: usize,
    update: *const HcUserUpdate,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let who = named("who", who, who_len)?;
            let update = guard::borrow(update)?.get();
            let updated = directory.directory.update_user(who, update)?;
            give(user, updated);
            Ok(())
        })
    }
}

/// Whom a text names.
///
/// # Safety
///
/// As for [`arguments::text`].
pub(super) unsafe fn named(
    name: &'static str,
    text: *const c_char,
    length: usize,
) -> Result<UserRef, CallError> {
    // SAFETY: the caller's promise.
    unsafe { arguments::text(name, text, length) }.map(UserRef::from)
}

/// Gives a user to C, if it is wanted.
///
/// # Safety
///
/// `place` is NULL or can be written to.
pub(super) unsafe fn give(place: *mut *mut HcUser, user: Arc<User>) {
    // SAFETY: the caller's promise.
    let place = unsafe { Out::optional(place) };
    if place.is_wanted() {
        place.write(HcUser::hand_over(user));
    }
}
