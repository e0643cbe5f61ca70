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
/// @param user Set to the updated user; NULL if not wanted.
/// @retval HC_STATUS_NO_FREE_SEAT when all seats are in use.
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
/// @param user Set to the updated user; NULL if not wanted.
/// @retval HC_STATUS_LAST_ADMIN when no active admin would be left.
/// @retval HC_STATUS_OWN_ACCOUNT for the user that the handle acts as; see
///        hc_directory_acting_as().
/// @retval HC_STATUS_LAST_OWNER when a workspace would be left without an active owner.
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
/// hc_directory_trim_changes() forgets the deletion. Deactivation is reversible, deletion is
/// not.
///
/// @retval HC_STATUS_LAST_ADMIN when no active admin would be left.
/// @retval HC_STATUS_OWN_ACCOUNT for the user that the handle acts as; see
///        hc_directory_acting_as().
/// @retval HC_STATUS_LAST_OWNER when a workspace would be left without an active owner.
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
