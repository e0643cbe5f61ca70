//! Reading a workspace.

use std::ffi::{CString, c_char};
use std::ptr::{null, null_mut};

use super::arguments::Out;
use super::guard;
use super::handle::{Handle, Latch};
use crate::model::{UserId, Workspace};

/// A workspace as one call found it: a copy that later changes don't affect.
pub struct HcWorkspace {
    latch: Latch,
    workspace: Workspace,
    name: CString,
    default_of: Option<UserId>,
}

impl Handle for HcWorkspace {
    const NAME: &'static str = "workspace";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcWorkspace {
    pub(super) fn as_rust(&self) -> &Workspace {
        &self.workspace
    }

    pub(super) fn hand_over(workspace: Workspace) -> *mut Self {
        guard::hand_over(Self {
            latch: Latch::of_any_process(),
            // A name has no control characters, so it has no NUL.
            name: CString::new(workspace.name()).unwrap_or_default(),
            default_of: workspace.default_of(),
            workspace,
        })
    }

    pub(super) fn hand_over_or_null(workspace: Option<Workspace>) -> *mut Self {
        workspace.map_or(null_mut(), Self::hand_over)
    }

    /// Gives a workspace to C, if it is wanted.
    ///
    /// # Safety
    ///
    /// `place` is NULL or can be written to.
    pub(super) unsafe fn give(place: *mut *mut Self, workspace: Workspace) {
        // SAFETY: the caller's promise.
        let place = unsafe { Out::optional(place) };
        if place.is_wanted() {
            place.write(Self::hand_over(workspace));
        }
    }
}

/// @return The id: a number from 1 up, never reused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_id(workspace: *const HcWorkspace) -> u64 {
    let answer = |workspace: &HcWorkspace| Some(workspace.workspace.id().as_u64());
    // SAFETY: by the contract, `workspace` is NULL or live.
    unsafe { guard::ask(workspace, 0, answer) }
}

/// @return The name, as it was given; no other workspace has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_name(workspace: *const HcWorkspace) -> *const c_char {
    let answer = |workspace: &HcWorkspace| Some(workspace.name.as_ptr());
    // SAFETY: by the contract, `workspace` is NULL or live.
    unsafe { guard::ask(workspace, null(), answer) }
}

/// @return 1 for an archived workspace, otherwise 0. Until it is restored, nobody can be added
///        and nothing in it changed; members can leave, and it can be deleted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_is_archived(workspace: *const HcWorkspace) -> i32 {
    let answer = |workspace: &HcWorkspace| Some(workspace.workspace.is_archived().into());
    // SAFETY: by the contract, `workspace` is NULL or live.
    unsafe { guard::ask(workspace, 0, answer) }
}

/// @return The id of the user whose default workspace this is; NULL if it is nobody's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_default_of(workspace: *const HcWorkspace) -> *const u8 {
    let answer = |workspace: &HcWorkspace| {
        let user = workspace.default_of.as_ref();
        user.map(|user| user.as_bytes().as_ptr())
    };
    // SAFETY: by the contract, `workspace` is NULL or live, and its id stays where it
    // is.
    unsafe { guard::ask(workspace, null(), answer) }
}

/// @return The version of the record: 1 at creation, incremented by each change.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_version(workspace: *const HcWorkspace) -> u64 {
    let answer = |workspace: &HcWorkspace| Some(workspace.workspace.version());
    // SAFETY: by the contract, `workspace` is NULL or live.
    unsafe { guard::ask(workspace, 0, answer) }
}

/// @return When the workspace was created.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_created_at_micros(workspace: *const HcWorkspace) -> u64 {
    let answer = |workspace: &HcWorkspace| Some(workspace.workspace.created_at().as_unix_micros());
    // SAFETY: by the contract, `workspace` is NULL or live.
    unsafe { guard::ask(workspace, 0, answer) }
}

/// @return When the record last changed; changes of members don't count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_updated_at_micros(workspace: *const HcWorkspace) -> u64 {
    let answer = |workspace: &HcWorkspace| Some(workspace.workspace.updated_at().as_unix_micros());
    // SAFETY: by the contract, `workspace` is NULL or live.
    unsafe { guard::ask(workspace, 0, answer) }
}

/// Frees a workspace and what was read from it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_free(workspace: *mut HcWorkspace) {
    // SAFETY: by the contract, `workspace` is NULL or live, and given up.
    unsafe { guard::free(workspace) }
}
