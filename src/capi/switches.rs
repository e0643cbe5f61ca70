//! Activating, deactivating and deleting users.

use std::ffi::c_char;

use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;
use super::user::HcUser;
use super::users::{give, named};

/// Makes a user active. Does nothing if the user is active.
///
/// @return Also #HC_STATUS_NO_FREE_SEAT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_activate(
    directory: *const HcDirectory,
    who: *const c_char,
    who_len: usize,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let who = named("who", who, who_len)?;
            give(user, directory.directory.activate_user(who)?);
            Ok(())
        })
    }
}

/// Makes a user inactive, which frees a seat. Does nothing if the user is inactive.
///
/// @return Also #HC_STATUS_LAST_ADMIN, #HC_STATUS_OWN_ACCOUNT or #HC_STATUS_LAST_OWNER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_deactivate(
    directory: *const HcDirectory,
    who: *const c_char,
    who_len: usize,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let who = named("who", who, who_len)?;
            give(user, directory.directory.deactivate_user(who)?);
            Ok(())
        })
    }
}

/// Deletes a user for good. The email and the username become free at once, and the id when
/// hc_directory_trim_changes() forgets the deletion. Deactivation is reversible, deletion is not.
///
/// @return Also #HC_STATUS_LAST_ADMIN, #HC_STATUS_OWN_ACCOUNT or #HC_STATUS_LAST_OWNER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_delete(
    directory: *const HcDirectory,
    who: *const c_char,
    who_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let who = named("who", who, who_len)?;
            directory.directory.delete_user(who)?;
            Ok(())
        })
    }
}
