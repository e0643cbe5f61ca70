//! The operations of a batch on workspaces and their members.

use std::ffi::c_char;

use super::arguments;
use super::batch::HcBatch;
use super::call_error::CallError;
use super::failure::HcError;
use super::guard;
use super::role::HcRole;
use super::status::HcStatus;
use super::users::named;
use super::workspaces::optional_owner;
use crate::model::{NewWorkspace, Op, WorkspaceId, WorkspaceRef};

/// Appends: create a workspace with a name, as hc_workspace_create(). Its id is in the outcome.
///
/// @param owner As in hc_workspace_create().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_create_workspace(
    batch: *mut HcBatch,
    name: *const c_char,
    name_len: usize,
    owner: *const c_char,
    owner_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let name = arguments::text("name", name, name_len)?;
            let workspace = match optional_owner(owner, owner_len)? {
                Some(owner) => NewWorkspace::new(name).owner(owner),
                None => NewWorkspace::new(name),
            };
            batch.push(Op::CreateWorkspace(workspace));
            Ok(())
        })
    }
}

/// Appends: create a user's default workspace, if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_default_workspace(
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
            batch.push(Op::DefaultWorkspace(who));
            Ok(())
        })
    }
}

/// Appends: give a workspace another name, as hc_workspace_rename().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_rename_workspace(
    batch: *mut HcBatch,
    workspace: *const c_char,
    workspace_len: usize,
    workspace_id: u64,
    name: *const c_char,
    name_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = which(workspace, workspace_len, workspace_id)?;
            let name = arguments::text("name", name, name_len)?.to_owned();
            batch.push(Op::RenameWorkspace(workspace, name));
            Ok(())
        })
    }
}

/// Appends: archive a workspace, as hc_workspace_archive().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_archive_workspace(
    batch: *mut HcBatch,
    workspace: *const c_char,
    workspace_len: usize,
    workspace_id: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = which(workspace, workspace_len, workspace_id)?;
            batch.push(Op::ArchiveWorkspace(workspace));
            Ok(())
        })
    }
}

/// Appends: restore an archived workspace, as hc_workspace_restore().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_restore_workspace(
    batch: *mut HcBatch,
    workspace: *const c_char,
    workspace_len: usize,
    workspace_id: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = which(workspace, workspace_len, workspace_id)?;
            batch.push(Op::RestoreWorkspace(workspace));
            Ok(())
        })
    }
}

/// Appends: delete a workspace, as hc_workspace_delete().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_delete_workspace(
    batch: *mut HcBatch,
    workspace: *const c_char,
    workspace_len: usize,
    workspace_id: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = which(workspace, workspace_len, workspace_id)?;
            batch.push(Op::DeleteWorkspace(workspace));
            Ok(())
        })
    }
}

/// Appends: make a user a member, as hc_workspace_add_member().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_add_member(
    batch: *mut HcBatch,
    workspace: *const c_char,
    workspace_len: usize,
    workspace_id: u64,
    who: *const c_char,
    who_len: usize,
    role: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = which(workspace, workspace_len, workspace_id)?;
            let who = named("who", who, who_len)?;
            let role = HcRole::parse(role)?;
            batch.push(Op::AddMember(workspace, who, role));
            Ok(())
        })
    }
}

/// Appends: change the role of a member, as hc_workspace_set_role().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_set_role(
    batch: *mut HcBatch,
    workspace: *const c_char,
    workspace_len: usize,
    workspace_id: u64,
    who: *const c_char,
    who_len: usize,
    role: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = which(workspace, workspace_len, workspace_id)?;
            let who = named("who", who, who_len)?;
            let role = HcRole::parse(role)?;
            batch.push(Op::SetRole(workspace, who, role));
            Ok(())
        })
    }
}

/// Appends: remove a member from a workspace, as hc_workspace_remove_member().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_remove_member(
    batch: *mut HcBatch,
    workspace: *const c_char,
    workspace_len: usize,
    workspace_id: u64,
    who: *const c_char,
    who_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = which(workspace, workspace_len, workspace_id)?;
            let who = named("who", who, who_len)?;
            batch.push(Op::RemoveMember(workspace, who));
            Ok(())
        })
    }
}

/// The workspace with a name, or else the one with an id.
///
/// # Safety
///
/// As for [`arguments::text`].
pub(super) unsafe fn which(
    name: *const c_char,
    name_len: usize,
    id: u64,
) -> Result<WorkspaceRef, CallError> {
    // SAFETY: the caller's promise.
    Ok(
        match unsafe { arguments::text("workspace", name, name_len) }? {
            "" => WorkspaceId::from_u64(id).into(),
            name => WorkspaceRef::from(name),
        },
    )
}
