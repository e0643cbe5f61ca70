//! Finding workspaces, and changing them.

use std::ffi::c_char;

use super::arguments::{self, Out};
use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;
use super::users::named;
use super::workspace::HcWorkspace;
use crate::model::{NewWorkspace, UserRef, WorkspaceId};

/// Finds the workspace with an id.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_get(
    directory: *const HcDirectory,
    workspace: u64,
    found: *mut *mut HcWorkspace,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("found", found)?;
            let workspace = WorkspaceId::from_u64(workspace);
            let workspace = directory.directory.workspace(workspace)?;
            made.write(HcWorkspace::hand_over_or_null(workspace));
            Ok(())
        })
    }
}

/// Finds the workspace with a name, in any case.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_get_by_name(
    directory: *const HcDirectory,
    name: *const c_char,
    name_len: usize,
    found: *mut *mut HcWorkspace,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `name` has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("found", found)?;
            let name = arguments::text("name", name, name_len)?;
            let workspace = directory.directory.workspace(name)?;
            made.write(HcWorkspace::hand_over_or_null(workspace));
            Ok(())
        })
    }
}

/// Creates a workspace with a name. It needs an active owner; only a batch can do without one, see
/// hc_batch_set_allow_ownerless().
///
/// @param owner The first owner, named in the same way as who; empty for none.
/// @return Also #HC_STATUS_WORKSPACE_NAME_TAKEN or #HC_STATUS_LAST_OWNER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_create(
    directory: *const HcDirectory,
    name: *const c_char,
    name_len: usize,
    owner: *const c_char,
    owner_len: usize,
    made: *mut *mut HcWorkspace,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(directory, error, |directory| {
            let name = arguments::text("name", name, name_len)?;
            let workspace = match optional_owner(owner, owner_len)? {
                Some(owner) => NewWorkspace::new(name).owner(owner),
                None => NewWorkspace::new(name),
            };
            HcWorkspace::give(made, directory.directory.create_workspace(workspace)?);
            Ok(())
        })
    }
}

/// Returns the default workspace of a user, who owns it; it is created on first use. The user
/// can't be removed from it, and it is deleted with the user unless it has other members then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_get_default_workspace(
    directory: *const HcDirectory,
    who: *const c_char,
    who_len: usize,
    found: *mut *mut HcWorkspace,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("found", found)?;
            let who = named("who", who, who_len)?;
            let workspace = directory.directory.default_workspace(who)?;
            made.write(HcWorkspace::hand_over(workspace));
            Ok(())
        })
    }
}

/// Gives a workspace another name.
///
/// @return Also #HC_STATUS_WORKSPACE_NAME_TAKEN or #HC_STATUS_WORKSPACE_ARCHIVED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_rename(
    directory: *const HcDirectory,
    workspace: u64,
    name: *const c_char,
    name_len: usize,
    made: *mut *mut HcWorkspace,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `name` has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let name = arguments::text("name", name, name_len)?;
            let workspace = WorkspaceId::from_u64(workspace);
            let renamed = directory.directory.rename_workspace(workspace, name)?;
            HcWorkspace::give(made, renamed);
            Ok(())
        })
    }
}

/// Archives a workspace; see hc_workspace_is_archived(). Does nothing if it is archived.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_archive(
    directory: *const HcDirectory,
    workspace: u64,
    made: *mut *mut HcWorkspace,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let workspace = WorkspaceId::from_u64(workspace);
            let archived = directory.directory.archive_workspace(workspace)?;
            HcWorkspace::give(made, archived);
            Ok(())
        })
    }
}

/// Restores an archived workspace. Does nothing if it is not archived.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_restore(
    directory: *const HcDirectory,
    workspace: u64,
    made: *mut *mut HcWorkspace,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let workspace = WorkspaceId::from_u64(workspace);
            let restored = directory.directory.restore_workspace(workspace)?;
            HcWorkspace::give(made, restored);
            Ok(())
        })
    }
}

/// Deletes a workspace and its memberships for good. Its id is never reused; its name becomes
/// free.
///
/// @retval HC_STATUS_DEFAULT_WORKSPACE for a user's default workspace.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_delete(
    directory: *const HcDirectory,
    workspace: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let workspace = WorkspaceId::from_u64(workspace);
            directory.directory.delete_workspace(workspace)?;
            Ok(())
        })
    }
}

/// Who is to own a workspace, where a text says so.
///
/// # Safety
///
/// As for [`arguments::text`].
pub(super) unsafe fn optional_owner(
    owner: *const c_char,
    owner_len: usize,
) -> Result<Option<UserRef>, CallError> {
    if owner_len == 0 {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    unsafe { named("owner", owner, owner_len) }.map(Some)
}
