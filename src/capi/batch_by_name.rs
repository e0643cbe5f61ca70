//! The operations of a batch on workspaces that are named, since they may be ones
//! that the same batch makes and whose ids nobody knows yet.

use super::arguments;
use super::batch::HcBatch;
use super::failure::HcError;
use super::guard;
use super::member::HcRole;
use super::refusal::Refusal;
use super::status::HcStatus;
use super::users::named;
use crate::model::{Op, WorkspaceRef};

/// Appends: give the workspace with a name another one, as hc_workspace_rename().
///
/// @param batch         The batch.
/// @param workspace     The name of the workspace, UTF-8, without regard to case.
/// @param workspace_len Its length in bytes.
/// @param name          The name that it gets, UTF-8.
/// @param name_len      Its length in bytes.
/// @param error         See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_rename_workspace_by_name(
    batch: *mut HcBatch,
    workspace: *const u8,
    workspace_len: usize,
    name: *const u8,
    name_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = by_name(workspace, workspace_len)?;
            let name = arguments::text("name", name, name_len)?.to_owned();
            batch.push(Op::RenameWorkspace(workspace, name));
            Ok(())
        })
    }
}

/// Appends: archive the workspace with a name, as hc_workspace_archive().
///
/// @param batch         The batch.
/// @param workspace     The name of the workspace, UTF-8, without regard to case.
/// @param workspace_len Its length in bytes.
/// @param error         See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_archive_workspace_by_name(
    batch: *mut HcBatch,
    workspace: *const u8,
    workspace_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = by_name(workspace, workspace_len)?;
            batch.push(Op::ArchiveWorkspace(workspace));
            Ok(())
        })
    }
}

/// Appends: restore the archived workspace with a name, as
/// hc_workspace_restore().
///
/// @param batch         The batch.
/// @param workspace     The name of the workspace, UTF-8, without regard to case.
/// @param workspace_len Its length in bytes.
/// @param error         See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_restore_workspace_by_name(
    batch: *mut HcBatch,
    workspace: *const u8,
    workspace_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = by_name(workspace, workspace_len)?;
            batch.push(Op::RestoreWorkspace(workspace));
            Ok(())
        })
    }
}

/// Appends: delete the workspace with a name and its memberships for good, as
/// hc_workspace_delete().
///
/// @param batch         The batch.
/// @param workspace     The name of the workspace, UTF-8, without regard to case.
/// @param workspace_len Its length in bytes.
/// @param error         See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_delete_workspace_by_name(
    batch: *mut HcBatch,
    workspace: *const u8,
    workspace_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = by_name(workspace, workspace_len)?;
            batch.push(Op::DeleteWorkspace(workspace));
            Ok(())
        })
    }
}

/// Appends: change the role of a member of the workspace with a name, as
/// hc_workspace_set_role().
///
/// @param batch           The batch.
/// @param workspace       The name of the workspace, UTF-8, without regard to case.
/// @param workspace_len   Its length in bytes.
/// @param id_or_email     An id as text or an email, UTF-8.
/// @param id_or_email_len Its length in bytes.
/// @param role            #HC_ROLE_OWNER or #HC_ROLE_USER.
/// @param error           See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @retval HC_STATUS_INVALID_ARGUMENT for a number that is no role.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_set_role_by_name(
    batch: *mut HcBatch,
    workspace: *const u8,
    workspace_len: usize,
    id_or_email: *const u8,
    id_or_email_len: usize,
    role: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = by_name(workspace, workspace_len)?;
            let who = named("id_or_email", id_or_email, id_or_email_len)?;
            let role = HcRole::parse(role)?;
            batch.push(Op::SetRole(workspace, who, role));
            Ok(())
        })
    }
}

/// Appends: take a member out of the workspace with a name, as
/// hc_workspace_remove_member().
///
/// @param batch           The batch.
/// @param workspace       The name of the workspace, UTF-8, without regard to case.
/// @param workspace_len   Its length in bytes.
/// @param id_or_email     An id as text or an email, UTF-8.
/// @param id_or_email_len Its length in bytes.
/// @param error           See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_remove_member_by_name(
    batch: *mut HcBatch,
    workspace: *const u8,
    workspace_len: usize,
    id_or_email: *const u8,
    id_or_email_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let workspace = by_name(workspace, workspace_len)?;
            let who = named("id_or_email", id_or_email, id_or_email_len)?;
            batch.push(Op::RemoveMember(workspace, who));
            Ok(())
        })
    }
}

/// # Safety
///
/// As for [`arguments::text`].
unsafe fn by_name(name: *const u8, length: usize) -> Result<WorkspaceRef, Refusal> {
    // SAFETY: the caller's promise.
    unsafe { arguments::text("workspace", name, length) }.map(WorkspaceRef::from)
}
