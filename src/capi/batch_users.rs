//! The operations of a batch on users and on the license.

use std::ffi::c_char;

use super::batch::HcBatch;
use super::failure::HcError;
use super::guard;
use super::license::HcLicense;
use super::new_user::HcNewUser;
use super::status::HcStatus;
use super::user_update::HcUserUpdate;
use super::users::named;
use crate::model::Op;

/// Appends: create a user with this email, as hc_user_create().
///
/// @param details What else is known of the user; may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_create_user(
    batch: *mut HcBatch,
    email: *const c_char,
    email_len: usize,
    details: *const HcNewUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `email` has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let new_user = HcNewUser::with_email(email, email_len, details)?;
            new_user.check()?;
            batch.push(Op::CreateUser(new_user));
            Ok(())
        })
    }
}

/// Appends: apply an update to a user, as hc_user_update_apply().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_update_user(
    batch: *mut HcBatch,
    who: *const c_char,
    who_len: usize,
    update: *const HcUserUpdate,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let who = named("who", who, who_len)?;
            let update = guard::borrow(update)?.get();
            batch.push(Op::UpdateUser(who, update));
            Ok(())
        })
    }
}

/// Appends: make a user active, as hc_user_activate().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_activate_user(
    batch: *mut HcBatch,
    who: *const c_char,
    who_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let who = named("who", who, who_len)?;
            batch.push(Op::ActivateUser(who));
            Ok(())
        })
    }
}

/// Appends: make a user inactive, as hc_user_deactivate().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_deactivate_user(
    batch: *mut HcBatch,
    who: *const c_char,
    who_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let who = named("who", who, who_len)?;
            batch.push(Op::DeactivateUser(who));
            Ok(())
        })
    }
}

/// Appends: delete a user for good, as hc_user_delete().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_delete_user(
    batch: *mut HcBatch,
    who: *const c_char,
    who_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let who = named("who", who, who_len)?;
            batch.push(Op::DeleteUser(who));
            Ok(())
        })
    }
}

/// Appends: set the license, as hc_directory_set_license().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_set_license(
    batch: *mut HcBatch,
    license: i32,
    seats: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(batch, error, |batch| {
            let license = HcLicense::parse(license, seats)?;
            batch.push(Op::SetLicense(license));
            Ok(())
        })
    }
}
