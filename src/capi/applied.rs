//! Applying batches, and their outcomes.

use super::arguments::{self, Out, SizedStruct};
use super::batch::HcBatch;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::status::HcStatus;
use super::user::HcUser;
use crate::model::{Applied, Outcome, Subject, WorkspaceId};

/// The kind of record that an operation concerned.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcSubject {
    /// The user with the id in the outcome.
    User = 1,
    /// The license.
    License = 2,
    /// The workspace with the id in the outcome.
    Workspace = 3,
    /// The membership of that user in that workspace.
    Member = 4,
}

/// The outcome of one operation of a batch. Initialize it with #HC_OUTCOME_INIT.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HcOutcome {
    /// Set by #HC_OUTCOME_INIT.
    pub struct_size: u32,
    /// The kind of record it concerned: one of HC_SUBJECT_*.
    pub subject: i32,
    /// 1 if it changed anything, otherwise 0: activating an active user does not.
    pub changed: i32,
    /// Always 0.
    pub reserved: i32,
    /// The version of the record afterwards; 0 if it was deleted.
    pub version: u64,
    /// The id of the workspace it concerned; 0 for none.
    pub workspace: u64,
    /// The id of the user it concerned; zeros for none.
    pub user: [u8; 16],
}

// There is no padding, so the layout is the same for every compiler.
const _: () = assert!(size_of::<HcOutcome>() == 48 && align_of::<HcOutcome>() <= 8);

impl From<&Outcome> for HcOutcome {
    fn from(outcome: &Outcome) -> Self {
        let (subject, user, workspace) = match outcome.subject {
            Subject::User(user) => (HcSubject::User, Some(user), None),
            Subject::License => (HcSubject::License, None, None),
            Subject::Workspace(workspace) => (HcSubject::Workspace, None, Some(workspace)),
            Subject::Member(workspace, user) => (HcSubject::Member, Some(user), Some(workspace)),
        };
        Self {
            struct_size: 0,
            subject: subject as i32,
            changed: outcome.changed.into(),
            reserved: 0,
            version: outcome.version,
            workspace: workspace.map_or(0, WorkspaceId::as_u64),
            user: user.map_or([0; 16], |id| *id.as_bytes()),
        }
    }
}

/// The outcomes of a batch: a copy that later changes don't affect. Plain data: it outlives
/// the directory, and fork().
pub struct HcApplied {
    latch: Latch,
    applied: Applied,
}

impl HcApplied {
    pub(super) fn hand_over(applied: Applied) -> *mut Self {
        guard::hand_over(Self {
            latch: Latch::of_any_process(),
            applied,
        })
    }

    pub(super) fn outcomes(&self) -> &[Outcome] {
        &self.applied.outcomes
    }
}

impl Handle for HcApplied {
    const NAME: &'static str = "applied";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

/// Gives what became of a batch to C, if it is wanted.
///
/// # Safety
///
/// `place` is NULL or can be written to.
unsafe fn give(place: *mut *mut HcApplied, applied: Applied) {
    // SAFETY: the caller's promise.
    let place = unsafe { Out::optional(place) };
    if place.is_wanted() {
        place.write(HcApplied::hand_over(applied));
    }
}

/// Applies a batch: all of it, or nothing. It is one transaction and one change.
///
/// @param batch The batch.
/// @param applied Set to the outcomes; NULL if not wanted.
/// @return Any status that one of its operations has; that of the first refusal.
///        hc_error_details.op_index says which operation it concerns.
/// @retval HC_STATUS_NO_FREE_SEAT when it needs more seats than are free.
/// @retval HC_STATUS_LAST_ADMIN when no active admin would be left.
/// @retval HC_STATUS_LAST_OWNER when a workspace would be left without an active owner.
/// @retval HC_STATUS_CONFLICT when a record is not at the expected version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_apply(
    directory: *const HcDirectory,
    batch: *const HcBatch,
    applied: *mut *mut HcApplied,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let batch = guard::borrow(batch)?.get();
            give(applied, directory.directory.apply(batch)?);
            Ok(())
        })
    }
}

/// Returns what hc_directory_apply() would return now, except for ids that it would draw, and
/// changes nothing.
///
/// @param batch The batch.
/// @param applied Set to the outcomes; NULL if not wanted.
/// @return As hc_directory_apply().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_dry_run(
    directory: *const HcDirectory,
    batch: *const HcBatch,
    applied: *mut *mut HcApplied,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let batch = guard::borrow(batch)?.get();
            give(applied, directory.directory.dry_run(batch)?);
            Ok(())
        })
    }
}

/// @return The number of the change that the batch made: 1, 2, 3 and so on; 0 when nothing
///        changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_sequence(applied: *const HcApplied) -> u64 {
    // SAFETY: by the contract, `applied` is NULL or live.
    unsafe { guard::ask(applied, 0, |applied| applied.applied.sequence) }
}

/// @return 1 if this is the outcome of an earlier batch with the same request id, and nothing
///        was done now; otherwise 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_is_replayed(applied: *const HcApplied) -> i32 {
    let answer = |applied: &HcApplied| Some(applied.applied.replayed.into());
    // SAFETY: by the contract, `applied` is NULL or live.
    unsafe { guard::ask(applied, 0, answer) }
}

/// @return How many operations the batch had; each has an outcome.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_count(applied: *const HcApplied) -> usize {
    let answer = |applied: &HcApplied| Some(applied.applied.outcomes.len());
    // SAFETY: by the contract, `applied` is NULL or live.
    unsafe { guard::ask(applied, 0, answer) }
}

/// Reads the outcome of one operation.
///
/// @param index Which operation: from 0 to hc_applied_count() - 1.
/// @param outcome Where to write it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_get_outcome(
    applied: *const HcApplied,
    index: usize,
    outcome: *mut HcOutcome,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `outcome` has as
    // many bytes as it says.
    unsafe {
        guard::call(applied, error, |applied| {
            let bytes_min = size_of::<HcOutcome>();
            let place = SizedStruct::new("outcome", "HC_OUTCOME_INIT", outcome, bytes_min)?;
            let found = arguments::element(&applied.applied.outcomes, index)?;
            place.write(&found.into());
            Ok(())
        })
    }
}

/// Returns the user that an operation concerned, as the batch left it.
///
/// @param index Which operation: from 0 to hc_applied_count() - 1.
/// @param user Set to the user; or to NULL for an operation that concerned no user, a deleted
///        user, and a replayed outcome.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_get_user(
    applied: *const HcApplied,
    index: usize,
    user: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(applied, error, |applied| {
            let made = Out::required("user", user)?;
            let user = match arguments::element(&applied.applied.outcomes, index)?.subject {
                Subject::User(id) => applied.applied.user(id).cloned(),
                _ => None,
            };
            made.write(HcUser::hand_over_or_null(user));
            Ok(())
        })
    }
}

/// Frees outcomes; users that were read from them stay valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_free(applied: *mut HcApplied) {
    // SAFETY: by the contract, `applied` is NULL or live, and given up.
    unsafe { guard::free(applied) }
}
