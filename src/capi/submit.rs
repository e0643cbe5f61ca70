//! Applying a batch without waiting for it.

use std::ffi::c_void;

use super::batch::HcBatch;
use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;
use super::submitter::{Answer, HcSubmitCallback};

/// Applies a batch like hc_directory_apply(), but without waiting for the disk: a thread of the
/// library applies it and calls the callback with the outcomes. For event loops.
///
/// - Batches submitted with the handles of a directory are applied in the order of these calls;
///   those that are waiting share a commit. Their callbacks are called in that order, one at a
///   time, on one thread, which starts with the first submission.
/// - The callback is called exactly once for an accepted batch, and never for one that this
///   function refuses.
/// - hc_directory_close(), and hc_directory_free() of the last handle of the directory, wait until
///   all batches are applied and their callbacks have returned. When a callback calls them they
///   don't wait: the batches behind it are answered with #HC_STATUS_CLOSED after
///   hc_directory_close(), and applied after hc_directory_free().
/// - A process that exits without either loses the batches that were not applied yet.
/// - After a bug in the library the callback gets #HC_STATUS_INTERNAL, or
///   #HC_STATUS_OUTCOME_UNKNOWN where the batch may have been applied.
///
/// @return Also #HC_STATUS_QUEUE_FULL; and #HC_STATUS_IO when no thread can be started.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_submit(
    directory: *const HcDirectory,
    batch: *const HcBatch,
    callback: HcSubmitCallback,
    userdata: *mut c_void,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let callback = callback.ok_or_else(|| CallError::null("callback"))?;
            let batch = guard::borrow(batch)?.get();
            let answer = Answer { callback, userdata };
            directory
                .submitter
                .submit(&directory.directory, batch, answer)
        })
    }
}
