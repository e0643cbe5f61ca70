//! The details of a user to create.

use std::ffi::c_char;
use std::sync::Mutex;

use super::call_error::CallError;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::status::HcStatus;
use super::{arguments, lock};
use crate::model::{NewUser, Timestamp};

/// What is known of a user to create besides the email: a builder.
pub struct HcNewUser {
    latch: Latch,
    user: Mutex<NewUser>,
}

impl Handle for HcNewUser {
    const NAME: &'static str = "new_user";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcNewUser {
    /// The user to create: one with this email, and with details unless `details` is NULL.
    ///
    /// # Safety
    ///
    /// As for [`arguments::text`] and [`guard::borrow`].
    pub(super) unsafe fn with_email(
        email: *const c_char,
        email_len: usize,
        details: *const Self,
    ) -> Result<NewUser, CallError> {
        // SAFETY: the caller's promise.
        let email = unsafe { arguments::text("email", email, email_len) }?;
        if details.is_null() {
            return Ok(NewUser::new(email));
        }
        // SAFETY: the caller's promise.
        let details = unsafe { guard::borrow(details) }?;
        Ok(lock(&details.user).clone().with_email(email))
    }

    pub(super) fn set(&self, change: impl FnOnce(NewUser) -> NewUser) -> Result<(), CallError> {
        lock(&self.user).set(change)?;
        Ok(())
    }
}

/// @return A builder for a user who is active, not an admin, and has the email as username.
#[unsafe(no_mangle)]
pub extern "C" fn hc_new_user_new() -> *mut HcNewUser {
    guard::plain(std::ptr::null_mut(), || {
        guard::hand_over(HcNewUser {
            latch: Latch::of_any_process(),
            // Without an email until a call names one.
            user: Mutex::new(NewUser::new("")),
        })
    })
}

/// Sets an id from another system, any UUID; by default the directory draws one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_new_user_set_id(
    new_user: *mut HcNewUser,
    id: *const u8,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `id` has 16
    // bytes.
    unsafe {
        guard::call(new_user, error, |new_user| {
            let id = arguments::user_id("id", id)?;
            new_user.set(|user| user.id(id))
        })
    }
}

/// Sets the username. If it is the user's own email, it follows the email when that changes.
///
/// @return Also #HC_STATUS_INVALID_USERNAME.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_new_user_set_username(
    new_user: *mut HcNewUser,
    username: *const c_char,
    username_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `username` has
    // its length.
    unsafe {
        guard::call(new_user, error, |new_user| {
            let username = arguments::text("username", username, username_len)?;
            new_user.set(|user| user.username(username))
        })
    }
}

/// Sets the given (first) name; an empty one is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_new_user_set_given_name(
    new_user: *mut HcNewUser,
    name: *const c_char,
    name_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `name` has its
    // length.
    unsafe {
        guard::call(new_user, error, |new_user| {
            let name = arguments::text("name", name, name_len)?;
            new_user.set(|user| user.given_name(name))
        })
    }
}

/// Sets the family (last) name; an empty one is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_new_user_set_family_name(
    new_user: *mut HcNewUser,
    name: *const c_char,
    name_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `name` has its
    // length.
    unsafe {
        guard::call(new_user, error, |new_user| {
            let name = arguments::text("name", name, name_len)?;
            new_user.set(|user| user.family_name(name))
        })
    }
}

/// Sets whether the user is active and takes a seat; 1 by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_new_user_set_active(
    new_user: *mut HcNewUser,
    active: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(new_user, error, |new_user| {
            let active = arguments::flag("active", active)?;
            new_user.set(|user| user.active(active))
        })
    }
}

/// Sets whether the user is an admin, who administers the platform; 0 by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_new_user_set_admin(
    new_user: *mut HcNewUser,
    admin: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(new_user, error, |new_user| {
            let admin = arguments::flag("admin", admin)?;
            new_user.set(|user| user.admin(admin))
        })
    }
}

/// Sets when the user was created in another system; by default now.
///
/// @param micros The time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_new_user_set_created_at_micros(
    new_user: *mut HcNewUser,
    micros: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(new_user, error, |new_user| {
            let moment = Timestamp::from_unix_micros(micros)?;
            new_user.set(|user| user.created_at(moment))
        })
    }
}

/// Sets the attribute with a name to a value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_new_user_set_attribute(
    new_user: *mut HcNewUser,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(new_user, error, |new_user| {
            let name = arguments::text("name", name, name_len)?;
            let value = arguments::text("value", value, value_len)?;
            new_user.set(|user| user.attribute(name, value))
        })
    }
}

/// Frees the details of a user to create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_new_user_free(new_user: *mut HcNewUser) {
    // SAFETY: by the contract, `new_user` is NULL or live, and given up.
    unsafe { guard::free(new_user) }
}
