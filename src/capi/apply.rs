//! Applying a batch, and previewing its outcomes.

use super::applied::HcApplied;
use super::arguments::Out;
use super::batch::HcBatch;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;
use crate::model::Applied;

/// Gives the outcomes of a batch to C, if they are wanted.
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
/// @return Any status that one of its operations has; that of the first refusal, which
///        hc_error_details.op_index names. Also #HC_STATUS_NO_FREE_SEAT, #HC_STATUS_LAST_ADMIN,
///        #HC_STATUS_LAST_OWNER, #HC_STATUS_CONFLICT or #HC_STATUS_REQUEST_ID_REUSED.
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
