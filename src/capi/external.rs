//! The ids that other systems have for users and workspaces.

use std::ffi::c_char;

use super::arguments::{self, Out};
use super::batch::HcBatch;
use super::batch_workspaces::which;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::new_user::HcNewUser;
use super::status::HcStatus;
use super::user::HcUser;
use super::user_update::HcUserUpdate;
use super::workspace::HcWorkspace;
use crate::model::{Op, User, WorkspaceId};

/// Bytes of the longest name of a provisioner, with its NUL.
pub const HC_PROVISIONER_BYTES: usize = 65;

/// Bytes of the longest external id, with its NUL.
pub const HC_EXTERNAL_ID_BYTES: usize = 256;

/// Sets the id that a provisioner has for the user.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_new_user_set_external_id(
    new_user: *mut HcNewUser,
    provisioner: *const c_char,
    provisioner_len: usize,
    external_id: *const c_char,
    external_id_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(new_user, error, |new_user| {
            let provisioner = arguments::text("provisioner", provisioner, provisioner_len)?;
            let id = arguments::text("external_id", external_id, external_id_len)?;
            new_user.set(|user| user.external_id(provisioner, id))
        })
    }
}

/// Sets the id that a provisioner has for the user, and keeps those of others.
///
/// @param external_id NULL, with the length 0, removes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_update_set_external_id(
    update: *mut HcUserUpdate,
    provisioner: *const c_char,
    provisioner_len: usize,
    external_id: *const c_char,
    external_id_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(update, error, |update| {
            let provisioner = arguments::text("provisioner", provisioner, provisioner_len)?;
            let id = arguments::text_or_none("external_id", external_id, external_id_len)?;
            update.set(|update| update.external_id(provisioner, id))
        })
    }
}

/// Finds a user by the id that a provisioner has for them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_get_by_external_id(
    directory: *const HcDirectory,
    provisioner: *const c_char,
    provisioner_len: usize,
    external_id: *const c_char,
    external_id_len: usize,
    found: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("found", found)?;
            let provisioner = arguments::text("provisioner", provisioner, provisioner_len)?;
            let id = arguments::text("external_id", external_id, external_id_len)?;
            let found = directory.directory.user_by_external_id(provisioner, id)?;
            made.write(HcUser::hand_over_or_null(found));
            Ok(())
        })
    }
}

/// Reads one of the external ids of a user, which are ordered by provisioner.
///
/// @param index Which one, from 0 on.
/// @param provisioner Where to write the name of the provisioner: room for #HC_PROVISIONER_BYTES.
///        NULL if not wanted.
/// @param external_id Where to write the id: room for #HC_EXTERNAL_ID_BYTES. NULL if not wanted.
/// @return 1 if there is such an id; otherwise 0, and nothing is written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_external_id_at(
    user: *const HcUser,
    index: usize,
    provisioner: *mut c_char,
    external_id: *mut c_char,
) -> i32 {
    // SAFETY: by the contract, `user` is NULL or live, and the places are NULL or have
    // room.
    unsafe {
        guard::read(HcUser::value(user), 0, |user: &User| {
            let (by, value) = user.external_ids().nth(index)?;
            write(by, provisioner);
            write(value, external_id);
            Some(1)
        })
    }
}

/// Finds a workspace by the id that a provisioner has for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_get_by_external_id(
    directory: *const HcDirectory,
    provisioner: *const c_char,
    provisioner_len: usize,
    external_id: *const c_char,
    external_id_len: usize,
    found: *mut *mut HcWorkspace,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("found", found)?;
            let provisioner = arguments::text("provisioner", provisioner, provisioner_len)?;
            let id = arguments::text("external_id", external_id, external_id_len)?;
            let found = directory
                .directory
                .workspace_by_external_id(provisioner, id)?;
            made.write(HcWorkspace::hand_over_or_null(found));
            Ok(())
        })
    }
}

/// Sets the id that a provisioner has for a workspace, and keeps those of others.
///
/// @param external_id NULL, with the length 0, removes it.
/// @return Also #HC_STATUS_WORKSPACE_ARCHIVED or #HC_STATUS_EXTERNAL_ID_TAKEN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_set_external_id(
    directory: *const HcDirectory,
    workspace: u64,
    provisioner: *const c_char,
    provisioner_len: usize,
    external_id: *const c_char,
    external_id_len: usize,
    made: *mut *mut HcWorkspace,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(directory, error, |directory| {
            let provisioner = arguments::text("provisioner", provisioner, provisioner_len)?;
            let id = arguments::text_or_none("external_id", external_id, external_id_len)?;
            let workspace = WorkspaceId::from_u64(workspace);
            let changed =
                directory
                    .directory
                    .set_workspace_external_id(workspace, provisioner, id)?;
            HcWorkspace::give(made, changed);
            Ok(())
        })
    }
}

/// Reads one of the external ids of a workspace, like hc_user_external_id_at().
///
/// @param index As in hc_user_external_id_at().
/// @param provisioner As in hc_user_external_id_at(): room for #HC_PROVISIONER_BYTES, or NULL.
/// @param external_id As in hc_user_external_id_at(): room for #HC_EXTERNAL_ID_BYTES, or NULL.
/// @return As in hc_user_external_id_at().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_external_id_at(
    workspace: *const HcWorkspace,
    index: usize,
    provisioner: *mut c_char,
    external_id: *mut c_char,
) -> i32 {
    // SAFETY: by the contract, `workspace` is NULL or live, and the places are NULL or
    // have room.
    unsafe {
        guard::ask(workspace, 0, |workspace| {
            let (by, value) = workspace.as_rust().external_ids().nth(index)?;
            write(by, provisioner);
            write(value, external_id);
            Some(1)
        })
    }
}

/// Appends: set the id that a provisioner has, as hc_workspace_set_external_id().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_set_workspace_external_id(
    batch: *mut HcBatch,
    workspace: *const c_char,
    workspace_len: usize,
    workspace_id: u64,
    provisioner: *const c_char,
    provisioner_len: usize,
    external_id: *const c_char,
    external_id_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = which(workspace, workspace_len, workspace_id)?;
            let provisioner = arguments::text("provisioner", provisioner, provisioner_len)?;
            let id = arguments::text_or_none("external_id", external_id, external_id_len)?;
            let (provisioner, id) = (provisioner.to_owned(), id.map(str::to_owned));
            batch.push(Op::SetWorkspaceExternalId(workspace, provisioner, id));
            Ok(())
        })
    }
}

/// Writes a text with a NUL behind it, if it is wanted. It has no NUL in it, and the
/// room that the limits of external ids say.
///
/// # Safety
///
/// `place` is NULL or has room for the text and the NUL.
unsafe fn write(text: &str, place: *mut c_char) {
    if !place.is_null() {
        // SAFETY: the caller's promise.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr().cast(), place, text.len());
            place.add(text.len()).write(0);
        }
    }
}
