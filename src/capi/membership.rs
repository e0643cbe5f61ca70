//! Changing memberships.

use std::ffi::c_char;

use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::role::HcRole;
use super::status::HcStatus;
use super::users::named;
use crate::model::WorkspaceId;

/// Makes a user a member of a workspace. Does nothing if the user is a member in this role.
///
/// @return Also #HC_STATUS_ROLE_DIFFERS or #HC_STATUS_WORKSPACE_ARCHIVED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_add_member(
    directory: *const HcDirectory,
    workspace: u64,
    who: *const c_char,
    who_len: usize,
    role: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let who = named("who", who, who_len)?;
            let role = HcRole::parse(role)?;
            let workspace = WorkspaceId::from_u64(workspace);
            directory.directory.add_member(workspace, who, role)?;
            Ok(())
        })
    }
}

/// Changes the role of a member. Does nothing if the member has it.
///
/// @return Also #HC_STATUS_MEMBER_NOT_FOUND, #HC_STATUS_LAST_OWNER or
///        #HC_STATUS_WORKSPACE_ARCHIVED.
/// @retval HC_STATUS_DEFAULT_WORKSPACE for the owner of a default workspace.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_set_role(
    directory: *const HcDirectory,
    workspace: u64,
    who: *const c_char,
    who_len: usize,
    role: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let who = named("who", who, who_len)?;
            let role = HcRole::parse(role)?;
            let workspace = WorkspaceId::from_u64(workspace);
            directory.directory.set_role(workspace, who, role)?;
            Ok(())
        })
    }
}

/// Removes a member from a workspace.
///
/// @return Also #HC_STATUS_MEMBER_NOT_FOUND or #HC_STATUS_LAST_OWNER.
/// @retval HC_STATUS_DEFAULT_WORKSPACE for a user's own default workspace.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_remove_member(
    directory: *const HcDirectory,
    workspace: u64,
    who: *const c_char,
    who_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let who = named("who", who, who_len)?;
            let workspace = WorkspaceId::from_u64(workspace);
            directory.directory.remove_member(workspace, who)?;
            Ok(())
        })
    }
}
