//! The operations of a batch on workspaces and their members.

use super::arguments;
use super::batch::HcBatch;
use super::failure::HcError;
use super::guard;
use super::member::HcRole;
use super::status::HcStatus;
use super::users::named;
use super::workspaces::optional_owner;
use crate::model::{NewWorkspace, Op, WorkspaceId, WorkspaceRef};

/// Appends: create a workspace, as hc_workspace_create(). Its id is in the outcome;
/// operations of the same batch can name it, see hc_batch_add_member_by_name().
///
/// @param batch     The batch.
/// @param name      The name, UTF-8.
/// @param name_len  Its length in bytes.
/// @param owner     The first owner: an id as text or an email, UTF-8; empty for
///                  none.
/// @param owner_len Its length in bytes.
/// @param error     See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_create_workspace(
    batch: *mut HcBatch,
    name: *const u8,
    name_len: usize,
    owner: *const u8,
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

/// Appends: make a user's default workspace, as hc_user_get_default_workspace(); no
/// effect where there is one.
///
/// @param batch           The batch.
/// @param id_or_email     An id as text or an email, UTF-8.
/// @param id_or_email_len Its length in bytes.
/// @param error           See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_default_workspace(
    batch: *mut HcBatch,
    id_or_email: *const u8,
    id_or_email_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let who = named("id_or_email", id_or_email, id_or_email_len)?;
            batch.push(Op::DefaultWorkspace(who));
            Ok(())
        })
    }
}

/// Appends: give a workspace another name, as hc_workspace_rename().
///
/// @param batch     The batch.
/// @param workspace The id of the workspace.
/// @param name      The name, UTF-8.
/// @param name_len  Its length in bytes.
/// @param error     See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_rename_workspace(
    batch: *mut HcBatch,
    workspace: u64,
    name: *const u8,
    name_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `name` has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let name = arguments::text("name", name, name_len)?.to_owned();
            batch.push(Op::RenameWorkspace(id(workspace), name));
            Ok(())
        })
    }
}

/// Appends: archive a workspace, as hc_workspace_archive().
///
/// @param batch     The batch.
/// @param workspace The id of the workspace.
/// @param error     See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_archive_workspace(
    batch: *mut HcBatch,
    workspace: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(batch, error, |batch| {
            batch.push(Op::ArchiveWorkspace(id(workspace)));
            Ok(())
        })
    }
}

/// Appends: restore an archived workspace, as hc_workspace_restore().
///
/// @param batch     The batch.
/// @param workspace The id of the workspace.
/// @param error     See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_restore_workspace(
    batch: *mut HcBatch,
    workspace: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(batch, error, |batch| {
            batch.push(Op::RestoreWorkspace(id(workspace)));
            Ok(())
        })
    }
}

/// Appends: delete a workspace and its memberships for good, as
/// hc_workspace_delete().
///
/// @param batch     The batch.
/// @param workspace The id of the workspace.
/// @param error     See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_delete_workspace(
    batch: *mut HcBatch,
    workspace: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(batch, error, |batch| {
            batch.push(Op::DeleteWorkspace(id(workspace)));
            Ok(())
        })
    }
}

/// Appends: make a user a member, as hc_workspace_add_member().
///
/// @param batch           The batch.
/// @param workspace       The id of the workspace.
/// @param id_or_email     An id as text or an email, UTF-8.
/// @param id_or_email_len Its length in bytes.
/// @param role            #HC_ROLE_OWNER or #HC_ROLE_USER.
/// @param error           See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @retval HC_STATUS_INVALID_ARGUMENT for a number that is no role.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_add_member(
    batch: *mut HcBatch,
    workspace: u64,
    id_or_email: *const u8,
    id_or_email_len: usize,
    role: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let who = named("id_or_email", id_or_email, id_or_email_len)?;
            let role = HcRole::parse(role)?;
            batch.push(Op::AddMember(id(workspace), who, role));
            Ok(())
        })
    }
}

/// Appends: make a user a member of the workspace with a name, which may be one
/// that an operation before this creates.
///
/// @param batch           The batch.
/// @param name            The name of the workspace, UTF-8.
/// @param name_len        Its length in bytes.
/// @param id_or_email     An id as text or an email, UTF-8.
/// @param id_or_email_len Its length in bytes.
/// @param role            #HC_ROLE_OWNER or #HC_ROLE_USER.
/// @param error           See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @retval HC_STATUS_INVALID_ARGUMENT for a number that is no role.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_add_member_by_name(
    batch: *mut HcBatch,
    name: *const u8,
    name_len: usize,
    id_or_email: *const u8,
    id_or_email_len: usize,
    role: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have
    // their lengths.
    unsafe {
        guard::call(batch, error, |batch| {
            let name = arguments::text("name", name, name_len)?;
            let who = named("id_or_email", id_or_email, id_or_email_len)?;
            let role = HcRole::parse(role)?;
            batch.push(Op::AddMember(name.into(), who, role));
            Ok(())
        })
    }
}

/// Appends: change the role of a member, as hc_workspace_set_role().
///
/// @param batch           The batch.
/// @param workspace       The id of the workspace.
/// @param id_or_email     An id as text or an email, UTF-8.
/// @param id_or_email_len Its length in bytes.
/// @param role            #HC_ROLE_OWNER or #HC_ROLE_USER.
/// @param error           See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @retval HC_STATUS_INVALID_ARGUMENT for a number that is no role.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_set_role(
    batch: *mut HcBatch,
    workspace: u64,
    id_or_email: *const u8,
    id_or_email_len: usize,
    role: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let who = named("id_or_email", id_or_email, id_or_email_len)?;
            let role = HcRole::parse(role)?;
            batch.push(Op::SetRole(id(workspace), who, role));
            Ok(())
        })
    }
}

/// Appends: take a member out of a workspace, as hc_workspace_remove_member().
///
/// @param batch           The batch.
/// @param workspace       The id of the workspace.
/// @param id_or_email     An id as text or an email, UTF-8.
/// @param id_or_email_len Its length in bytes.
/// @param error           See "Errors"; may be NULL.
/// @return #HC_STATUS_OK, or a general status.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_remove_member(
    batch: *mut HcBatch,
    workspace: u64,
    id_or_email: *const u8,
    id_or_email_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let who = named("id_or_email", id_or_email, id_or_email_len)?;
            batch.push(Op::RemoveMember(id(workspace), who));
            Ok(())
        })
    }
}

fn id(workspace: u64) -> WorkspaceRef {
    WorkspaceId::from_u64(workspace).into()
}
