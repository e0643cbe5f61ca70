//! Finding users in a directory, and changing them.

use std::sync::Arc;

use super::arguments::{self, Out};
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::new_user::HcNewUser;
use super::refusal::Refusal;
use super::status::HcStatus;
use super::user::HcUser;
use super::user_update::HcUserUpdate;
use crate::model::{NewUser, User, UserRef};

/// The user that an id, an email or a username names.
///
/// @param user Set to a user; or to NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_get(
    directory: *const HcDirectory,
    id_or_email: *const u8,
    id_or_email_len: usize,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("user", user)?;
            let text = arguments::text("id_or_email", id_or_email, id_or_email_len)?;
            let found = directory.directory.user_by_text(text)?;
            made.write(HcUser::hand_over_or_null(found));
            Ok(())
        })
    }
}

/// The user with this id.
///
/// @param id 16 bytes in network order.
/// @param user Set to a user; or to NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_get_by_id(
    directory: *const HcDirectory,
    id: *const u8,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `id` has 16
    // bytes.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("user", user)?;
            let id = arguments::user_id("id", id)?;
            let found = directory.directory.user_by_id(id)?;
            made.write(HcUser::hand_over_or_null(found));
            Ok(())
        })
    }
}

/// The user with this email, without regard to the case of ASCII letters.
///
/// @param email The email; one that is no address is nobody's.
/// @param user Set to a user; or to NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_get_by_email(
    directory: *const HcDirectory,
    email: *const u8,
    email_len: usize,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `email` has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("user", user)?;
            let email = arguments::text("email", email, email_len)?;
            let found = directory.directory.user_by_email(email)?;
            made.write(HcUser::hand_over_or_null(found));
            Ok(())
        })
    }
}

/// The user with this username, without regard to case.
///
/// @param username The username.
/// @param user Set to a user; or to NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_get_by_username(
    directory: *const HcDirectory,
    username: *const u8,
    username_len: usize,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `username` has
    // its length.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("user", user)?;
            let username = arguments::text("username", username, username_len)?;
            let found = directory.directory.user_by_username(username)?;
            made.write(HcUser::hand_over_or_null(found));
            Ok(())
        })
    }
}

/// Creates a user of whom only the email is known: active, and so in need of a
/// seat, no admin, with the email as username. For more, see
/// hc_user_create_from().
///
/// @param email The email address.
/// @param user Set to the user; NULL if not wanted.
/// @retval HC_STATUS_EMAIL_REQUIRED for an empty address.
/// @retval HC_STATUS_INVALID_EMAIL for a text that is no address.
/// @retval HC_STATUS_INTERNATIONAL_EMAIL for one that isn't supported yet.
/// @retval HC_STATUS_EMAIL_TAKEN when another user has it.
/// @retval HC_STATUS_USERNAME_TAKEN when it is another user's username.
/// @retval HC_STATUS_NO_FREE_SEAT when all seats are in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_create(
    directory: *const HcDirectory,
    email: *const u8,
    email_len: usize,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `email` has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let new_user = NewUser::new(arguments::text("email", email, email_len)?);
            let created = directory.directory.create_user(new_user)?;
            give(user, created);
            Ok(())
        })
    }
}

/// Creates a user, who needs a seat unless made inactive.
///
/// @param new_user What is known of the user. Not kept.
/// @param user Set to the user; NULL if not wanted.
/// @retval HC_STATUS_EMAIL_TAKEN when another user has the email.
/// @retval HC_STATUS_USERNAME_TAKEN when another user has the username.
/// @retval HC_STATUS_ID_TAKEN when another user has, or had, the id.
/// @retval HC_STATUS_NO_FREE_SEAT when all seats are in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_create_from(
    directory: *const HcDirectory,
    new_user: *const HcNewUser,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let new_user = guard::borrow(new_user)?.get();
            let created = directory.directory.create_user(new_user)?;
            give(user, created);
            Ok(())
        })
    }
}

/// Changes fields of a user.
///
/// @param update What to change. Not kept.
/// @param user Set to the user as it is then; NULL if not wanted.
/// @retval HC_STATUS_USER_NOT_FOUND when nobody has the id, email or username.
/// @retval HC_STATUS_INVALID_USERNAME for a text that is no username.
/// @retval HC_STATUS_EMAIL_TAKEN when another user has the email.
/// @retval HC_STATUS_USERNAME_TAKEN when another user has the username.
/// @retval HC_STATUS_INVALID_ARGUMENT for more attributes than a user may have.
/// @retval HC_STATUS_CONFLICT when the user is not at the expected version.
/// @retval HC_STATUS_LAST_ADMIN when no active admin would be left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_apply(
    directory: *const HcDirectory,
    id_or_email: *const u8,
    id_or_email_len: usize,
    update: *const HcUserUpdate,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let who = named("id_or_email", id_or_email, id_or_email_len)?;
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
    text: *const u8,
    length: usize,
) -> Result<UserRef, Refusal> {
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
