//! A batch: operations that succeed or fail together.

use std::ffi::c_char;
use std::sync::Mutex;

use super::call_error::CallError;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::packed::operations;
use super::status::HcStatus;
use super::{arguments, lock};
use crate::model::{Batch, Op, check_door};

/// Operations that succeed or fail together: a builder.
///
/// Each operation sees the effects of the ones before it. Uniqueness, seats, admins and the
/// owners of workspaces are checked once, at the end, on the net result: with all seats in
/// use, one user can leave and another join, and an owner can hand over and leave.
///
/// Whether users and workspaces exist is checked when the batch is applied. An operation on a
/// workspace may name one that an earlier operation creates.
pub struct HcBatch {
    latch: Latch,
    batch: Mutex<Batch>,
}

impl Handle for HcBatch {
    const NAME: &'static str = "batch";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcBatch {
    pub(super) fn get(&self) -> Batch {
        lock(&self.batch).clone()
    }

    pub(super) fn push(&self, op: Op) {
        lock(&self.batch).push(op);
    }

    /// Appends the batch that `read` makes from the number of operations so far. Its settings
    /// override those of this batch.
    pub(super) fn append(
        &self,
        read: impl FnOnce(usize) -> Result<Batch, CallError>,
    ) -> Result<(), CallError> {
        let mut batch = lock(&self.batch);
        let mut more = read(batch.len())?;
        batch.steps.append(&mut more.steps);
        batch.actor = more.actor.or(batch.actor);
        batch.door = more.door.or_else(|| batch.door.take());
        batch.request_id = more.request_id.or(batch.request_id);
        batch.allow_ownerless |= more.allow_ownerless;
        Ok(())
    }

    fn set(&self, change: impl FnOnce(Batch) -> Batch) {
        let mut batch = lock(&self.batch);
        let changed = change(std::mem::take(&mut *batch));
        *batch = changed;
    }
}

/// @return An empty batch.
#[unsafe(no_mangle)]
pub extern "C" fn hc_batch_new() -> *mut HcBatch {
    guard::plain(std::ptr::null_mut(), || {
        guard::hand_over(HcBatch {
            latch: Latch::of_any_process(),
            batch: Mutex::default(),
        })
    })
}

/// Sets the actor, who makes these changes: the change records them, and they can't deactivate or
/// delete themself. See also hc_directory_acting_as().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_set_actor(
    batch: *mut HcBatch,
    actor: *const u8,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `actor` has 16
    // bytes.
    unsafe {
        guard::call(batch, error, |batch| {
            let actor = arguments::user_id("actor", actor)?;
            batch.set(|batch| batch.actor(actor));
            Ok(())
        })
    }
}

/// Sets the door of the batch, in place of that of the directory; see hc_directory_through(). It
/// is not part of what hc_batch_set_request_id() compares.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_set_door(
    batch: *mut HcBatch,
    door: *const c_char,
    door_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `door` has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let door = arguments::text("door", door, door_len)?;
            check_door(door)?;
            batch.set(|batch| batch.door(door));
            Ok(())
        })
    }
}

/// Makes the batch safe to send again: if the same batch was applied with this id before, its
/// outcome is returned and nothing is done, even after the directory was reopened. A refused batch
/// leaves no trace.
///
/// It is the same batch if it has the same operations in the same order, with the same texts,
/// values and versions, the same actor, and the same hc_batch_set_allow_ownerless(). What the
/// directory draws, such as ids of new users and the time, is not compared. Another batch with a
/// known id is refused with #HC_STATUS_REQUEST_ID_REUSED.
///
/// The id is kept as long as the change that the batch made; see hc_directory_trim_changes().
///
/// @param request_id 16 bytes, such as a random UUID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_set_request_id(
    batch: *mut HcBatch,
    request_id: *const u8,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `request_id` has
    // 16 bytes.
    unsafe {
        guard::call(batch, error, |batch| {
            let request_id = arguments::user_id("request_id", request_id)?;
            batch.set(|batch| batch.request_id(*request_id.as_bytes()));
            Ok(())
        })
    }
}

/// Sets whether to allow that workspaces are left without an active owner, as in offboarding; 0 by
/// default. The change names each of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_set_allow_ownerless(
    batch: *mut HcBatch,
    allow: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(batch, error, |batch| {
            let allow = arguments::flag("allow", allow)?;
            batch.set(|mut batch| {
                batch.allow_ownerless = allow;
                batch
            });
            Ok(())
        })
    }
}

/// Makes the last operation depend on the version of what it changes: the user, the workspace, the
/// membership or the license. At another version the batch is refused with #HC_STATUS_CONFLICT. It
/// has no effect on operations that create something.
///
/// @retval HC_STATUS_INVALID_ARGUMENT for a batch without operations.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_set_if_version(
    batch: *mut HcBatch,
    version: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(batch, error, |batch| {
            if lock(&batch.batch).is_empty() {
                return Err(CallError::argument(
                    "a version goes with the operation before it, and there is none".to_owned(),
                ));
            }
            batch.set(|batch| batch.if_version(version));
            Ok(())
        })
    }
}

/// @return How many operations there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_count(batch: *const HcBatch) -> usize {
    // SAFETY: by the contract, `batch` is NULL or live.
    unsafe { guard::ask(batch, 0, |batch| Some(lock(&batch.batch).len())) }
}

/// Frees a batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_free(batch: *mut HcBatch) {
    // SAFETY: by the contract, `batch` is NULL or live, and given up.
    unsafe { guard::free(batch) }
}

/// Appends packed operations, which headcount_packed.h writes: any number of them, with the
/// versions they expect and the settings of the batch, in one call.
///
/// A malformed part, such as a text that is not an email, is refused here with the status it has
/// elsewhere, and nothing is appended; hc_error_details.op_index says which operation of the batch
/// it would have been.
///
/// @param bytes The packed operations.
/// @param length The number of bytes.
/// @return Also the status of a malformed part, such as #HC_STATUS_INVALID_EMAIL.
/// @retval HC_STATUS_INVALID_ARGUMENT also for bytes that are not packed operations.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_batch_append(
    batch: *mut HcBatch,
    bytes: *const u8,
    length: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `bytes` has its
    // length.
    unsafe {
        guard::call(batch, error, |batch| {
            let bytes = arguments::bytes("bytes", bytes, length)?;
            batch.append(|at| operations::read(bytes, at))
        })
    }
}
