//! What to change of a user.

use std::ffi::c_char;
use std::sync::Mutex;

use super::call_error::CallError;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::status::HcStatus;
use super::{arguments, lock};
use crate::model::UserUpdate;

/// Changes to a user; all other fields stay as they are: a builder.
pub struct HcUserUpdate {
    latch: Latch,
    update: Mutex<UserUpdate>,
}

impl Handle for HcUserUpdate {
    const NAME: &'static str = "update";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcUserUpdate {
    pub(super) fn get(&self) -> UserUpdate {
        lock(&self.update).clone()
    }

    pub(super) fn set(
        &self,
        change: impl FnOnce(UserUpdate) -> UserUpdate,
    ) -> Result<(), CallError> {
        lock(&self.update).set(change)?;
        Ok(())
    }
}

/// @return An update that changes nothing yet.
#[unsafe(no_mangle)]
pub extern "C" fn hc_user_update_new() -> *mut HcUserUpdate {
    guard::plain(std::ptr::null_mut(), || {
        guard::hand_over(HcUserUpdate {
            latch: Latch::of_any_process(),
            update: Mutex::new(UserUpdate::new()),
        })
    })
}

/// Refuses the update with #HC_STATUS_CONFLICT unless the user still has this version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_set_if_version(
    update: *mut HcUserUpdate,
    version: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(update, error, |update| {
            update.set(|update| update.if_version(version))
        })
    }
}

/// Changes the email. A username that is the email follows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_set_email(
    update: *mut HcUserUpdate,
    email: *const c_char,
    email_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `email` has its
    // length.
    unsafe {
        guard::call(update, error, |update| {
            let email = arguments::text("email", email, email_len)?;
            update.set(|update| update.email(email))
        })
    }
}

/// Changes the username, like hc_new_user_set_username().
///
/// @return Also #HC_STATUS_INVALID_USERNAME.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_set_username(
    update: *mut HcUserUpdate,
    username: *const c_char,
    username_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `username` has
    // its length.
    unsafe {
        guard::call(update, error, |update| {
            let username = arguments::text("username", username, username_len)?;
            update.set(|update| update.username(username))
        })
    }
}

/// Makes the username follow the email again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_reset_username(
    update: *mut HcUserUpdate,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(update, error, |update| {
            update.set(|update| update.username(None))
        })
    }
}

/// Changes the given (first) name; an empty one removes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_set_given_name(
    update: *mut HcUserUpdate,
    name: *const c_char,
    name_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `name` has its
    // length.
    unsafe {
        guard::call(update, error, |update| {
            let name = arguments::text("name", name, name_len)?;
            update.set(|update| update.given_name(name))
        })
    }
}

/// Changes the family (last) name; an empty one removes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_set_family_name(
    update: *mut HcUserUpdate,
    name: *const c_char,
    name_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `name` has its
    // length.
    unsafe {
        guard::call(update, error, |update| {
            let name = arguments::text("name", name, name_len)?;
            update.set(|update| update.family_name(name))
        })
    }
}

/// Sets whether the user is an admin, who administers the platform.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_set_admin(
    update: *mut HcUserUpdate,
    admin: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(update, error, |update| {
            let admin = arguments::flag("admin", admin)?;
            update.set(|update| update.admin(admin))
        })
    }
}

/// Sets the attribute with a name to a value, and leaves the others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_set_attribute(
    update: *mut HcUserUpdate,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(update, error, |update| {
            let name = arguments::text("name", name, name_len)?;
            let value = arguments::text("value", value, value_len)?;
            update.set(|update| update.attribute(name, value))
        })
    }
}

/// Removes the attribute with a name, if the user has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_remove_attribute(
    update: *mut HcUserUpdate,
    name: *const c_char,
    name_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `name` has its
    // length.
    unsafe {
        guard::call(update, error, |update| {
            let name = arguments::text("name", name, name_len)?;
            update.set(|update| update.attribute(name, None))
        })
    }
}

/// Removes all attributes except those that this update sets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_replace_attributes(
    update: *mut HcUserUpdate,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(update, error, |update| {
            update.set(|update| update.replace_attributes(true))
        })
    }
}

/// Frees an update.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_free(update: *mut HcUserUpdate) {
    // SAFETY: by the contract, `update` is NULL or live, and given up.
    unsafe { guard::free(update) }
}
