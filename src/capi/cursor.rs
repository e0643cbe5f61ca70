//! Listing users.

use std::sync::Mutex;

use super::arguments::Out;
use super::directory::HcDirectory;
use super::error::HcError;
use super::guard::{self, Handle, Latch};
use super::lock;
use super::status::HcStatus;
use super::user::HcUser;
use crate::store::{Directory, Users};

/// All users as they were at one moment, read one by one. Yours to free with
/// hc_cursor_free(), before or after the directory.
///
/// It holds that state of the directory for as long as it lives, which keeps
/// the file from reusing the space of what was changed since: read on or free
/// it.
///
/// @since 0.1.0
pub struct HcCursor {
    latch: Latch,
    users: Mutex<Users>,
    /// Keeps the file open while there is something to read from it.
    _directory: Directory,
}

impl Handle for HcCursor {
    const NAME: &'static str = "cursor";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

/// Lists all users, active or not, ordered by email, as they are now.
///
/// @param directory The directory.
/// @param cursor    Set, on success, to a cursor before the first user; yours
///                  to free with hc_cursor_free().
/// @param error     See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general or store status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_list_users(
    directory: *const HcDirectory,
    cursor: *mut *mut HcCursor,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("cursor", cursor)?;
            let users = directory.directory.users()?;
            made.write(guard::hand_over(HcCursor {
                latch: Latch::of_this_process(),
                users: Mutex::new(users),
                _directory: directory.directory.clone(),
            }));
            Ok(())
        })
    }
}

/// Reads the next user.
///
/// @param cursor The cursor.
/// @param user   Set, on success, to the next user, yours to free with
///               hc_user_free(); or to NULL when there are no more.
/// @param error  See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, also at the end, or a general or store status.
/// @note Thread-safe: each user goes to one of the threads.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_cursor_next(
    cursor: *mut HcCursor,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(cursor, error, |cursor| {
            let made = Out::required("user", user)?;
            let next = lock(&cursor.users).next().transpose()?;
            made.write(HcUser::hand_over_or_null(next));
            Ok(())
        })
    }
}

/// How many users are yet to come.
///
/// @param cursor The cursor, or NULL.
/// @return The number; 0 for a cursor that can't be used.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_cursor_remaining(cursor: *const HcCursor) -> u64 {
    // SAFETY: by the contract, `cursor` is NULL or live.
    unsafe { guard::ask(cursor, 0, |cursor| Some(lock(&cursor.users).len())) }
}

/// Frees a cursor; the users it gave out stay valid. In a child of fork() it
/// leaves the parent's cursor alone.
///
/// @param cursor The cursor; nothing happens for NULL.
/// @note Not while another thread uses the cursor.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_cursor_free(cursor: *mut HcCursor) {
    // SAFETY: by the contract, `cursor` is NULL or live, and given up.
    unsafe { guard::free(cursor) }
}
