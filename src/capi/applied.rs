//! The outcomes of an applied batch.

use super::arguments::{self, Out, SizedStruct};
use super::call_error::CallError;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::outcome::HcOutcome;
use super::packed::{PackedBatch, PackedKind};
use super::status::HcStatus;
use super::user::HcUser;
use crate::model::{Applied, Outcome, Subject};

/// The outcomes of a batch: a copy that later changes don't affect.
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

/// @return The number of the change that the batch made: 1, 2, 3 and so on; 0 for no change.
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

/// @return How many workspaces the batch left without an active owner, which needs
///        hc_batch_set_allow_ownerless(); 0 for a replayed outcome.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_ownerless_count(applied: *const HcApplied) -> usize {
    let answer = |applied: &HcApplied| Some(applied.applied.ownerless.len());
    // SAFETY: by the contract, `applied` is NULL or live.
    unsafe { guard::ask(applied, 0, answer) }
}

/// @param index Which of these workspaces: from 0 to hc_applied_ownerless_count() - 1.
/// @return Its id; 0 for another index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_ownerless_at(applied: *const HcApplied, index: usize) -> u64 {
    let answer = |applied: &HcApplied| {
        let workspace = applied.applied.ownerless.get(index)?;
        Some(workspace.as_u64())
    };
    // SAFETY: by the contract, `applied` is NULL or live.
    unsafe { guard::ask(applied, 0, answer) }
}

/// Reads the outcome of one operation.
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
/// @param found Set to the user; or to NULL for an operation that concerned no user, a deleted
///        user, and a replayed outcome.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_get_user(
    applied: *const HcApplied,
    index: usize,
    found: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(applied, error, |applied| {
            let made = Out::required("found", found)?;
            let user = match arguments::element(&applied.applied.outcomes, index)?.subject {
                Subject::User(id) => applied.applied.user(id).cloned(),
                _ => None,
            };
            made.write(HcUser::hand_over_or_null(user));
            Ok(())
        })
    }
}

/// Frees outcomes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_free(applied: *mut HcApplied) {
    // SAFETY: by the contract, `applied` is NULL or live, and given up.
    unsafe { guard::free(applied) }
}

/// Reads outcomes as packed records, beginning with any of them.
///
/// @param first The operation to begin with, counted from 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_applied_read(
    applied: *const HcApplied,
    first: usize,
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `buffer` has its
    // capacity.
    unsafe {
        guard::call(applied, error, |applied| {
            let (buffer, done) = arguments::filling(buffer, capacity, written)?;
            let outcomes = applied.outcomes().get(first..).unwrap_or_default();
            let mut batch = PackedBatch::new(buffer);
            for (index, outcome) in outcomes.iter().enumerate() {
                match batch.push(outcome) {
                    Ok(()) => {}
                    Err(CallError::Buffer { .. }) if index > 0 => break,
                    Err(refusal) => return Err(refusal),
                }
            }
            done.write(batch.finish(PackedKind::Outcomes));
            Ok(())
        })
    }
}
