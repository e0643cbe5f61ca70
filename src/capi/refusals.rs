//! Listing the refusals of a batch.

use super::arguments::Out;
use super::batch::HcBatch;
use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::status::HcStatus;

/// The refusals of a batch, as a list of errors.
pub struct HcRefusals {
    latch: Latch,
    errors: Vec<HcError>,
}

impl Handle for HcRefusals {
    const NAME: &'static str = "refusals";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

/// Lists the refusals of a batch, without applying it: all those of single operations, in their
/// order; if there are none, those of the batch as a whole. The list is empty when the batch would
/// be accepted now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_preview(
    directory: *const HcDirectory,
    batch: *const HcBatch,
    refusals: *mut *mut HcRefusals,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("refusals", refusals)?;
            let batch = guard::borrow(batch)?.get();
            let errors = directory.directory.preview(batch)?.into_iter();
            let errors = errors.map(|error| CallError::Library(error).into());
            made.write(guard::hand_over(HcRefusals {
                latch: Latch::of_any_process(),
                errors: errors.collect(),
            }));
            Ok(())
        })
    }
}

/// @return How many refusals there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_refusals_count(refusals: *const HcRefusals) -> usize {
    // SAFETY: by the contract, `refusals` is NULL or live.
    unsafe { guard::ask(refusals, 0, |refusals| Some(refusals.errors.len())) }
}

/// @return An error that belongs to the list: valid until that is freed, and not to be freed
///        itself. NULL for an index that is too large.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_refusals_at(
    refusals: *const HcRefusals,
    index: usize,
) -> *const HcError {
    // The list is never changed, so its errors stay where they are.
    let answer = |refusals: &HcRefusals| refusals.errors.get(index).map(std::ptr::from_ref);
    // SAFETY: by the contract, `refusals` is NULL or live.
    unsafe { guard::ask(refusals, std::ptr::null(), answer) }
}

/// Frees a list of refusals and its errors.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_refusals_free(refusals: *mut HcRefusals) {
    // SAFETY: by the contract, `refusals` is NULL or live, and given up.
    unsafe { guard::free(refusals) }
}
