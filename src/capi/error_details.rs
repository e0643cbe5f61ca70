//! Reading everything of an error, as one struct.

use std::ffi::c_char;

use super::arguments::SizedStruct;
use super::failure::HcError;
use super::guard;
use crate::error::ErrorKind;

/// Which numbers an error has, as bits of hc_error_details.given.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcDetail {
    /// The operation that was refused.
    OpIndex = 1,
    /// The numbers of #HC_STATUS_NO_FREE_SEAT.
    Seats = 2,
    /// The numbers of #HC_STATUS_CONFLICT.
    Versions = 4,
    /// The number of #HC_STATUS_HISTORY_TRIMMED.
    ResumeAfter = 8,
    /// The number of #HC_STATUS_CHANGE_NOT_YET.
    LatestChange = 16,
    /// The number of #HC_STATUS_BUFFER_TOO_SMALL.
    BufferBytes = 32,
}

/// All details of an error. Initialize it with #HC_ERROR_DETAILS_INIT.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HcErrorDetails {
    /// Set by #HC_ERROR_DETAILS_INIT.
    pub struct_size: u32,
    /// The status that the failed call returned.
    pub status: i32,
    /// 1 if repeating the call later can help, otherwise 0.
    pub is_retryable: i32,
    /// Which of the numbers below are set, as bits of HC_DETAIL_*; the others are 0.
    pub given: u32,
    /// The index of the operation that was refused, from 0.
    pub op_index: u64,
    /// The seats of the license.
    pub limit: u64,
    /// Active users before the call.
    pub active: u64,
    /// How many more active users the call would have made.
    pub requested: u64,
    /// The version that the caller expected.
    pub expected: u64,
    /// The version that was found.
    pub found: u64,
    /// The number of the last change that was trimmed.
    pub resume_after: u64,
    /// The number of the latest change.
    pub latest_change: u64,
    /// The required size of the buffer in bytes.
    pub buffer_bytes: u64,
    /// The length of the message in bytes.
    pub message_len: u64,
    /// What went wrong and what to do about it: NUL-terminated, valid until the error
    /// is freed.
    pub message: *const c_char,
}

/// Bytes of the struct in the first release: no caller has less.
const BYTES_MIN: usize = size_of::<HcErrorDetails>();

impl HcErrorDetails {
    fn of(error: &HcError) -> Self {
        let mut all = Self {
            struct_size: 0,
            status: error.status() as i32,
            is_retryable: error.is_retryable().into(),
            given: 0,
            op_index: 0,
            limit: 0,
            active: 0,
            requested: 0,
            expected: 0,
            found: 0,
            resume_after: 0,
            latest_change: 0,
            buffer_bytes: 0,
            message_len: error.message().count_bytes() as u64,
            message: error.message().as_ptr(),
        };
        if let Some(bytes) = error.buffer_bytes() {
            all.buffer_bytes = bytes as u64;
            all.give(HcDetail::BufferBytes);
        }
        if let Some(cause) = error.cause() {
            if let Some(index) = cause.op_index() {
                all.op_index = index as u64;
                all.give(HcDetail::OpIndex);
            }
            all.take_numbers(cause.kind());
        }
        all
    }

    /// Takes over the numbers of an error kind.
    fn take_numbers(&mut self, kind: ErrorKind) {
        match kind {
            ErrorKind::NoFreeSeat {
                limit,
                active,
                requested,
            } => {
                (self.limit, self.active, self.requested) = (limit, active, requested);
                self.give(HcDetail::Seats);
            }
            ErrorKind::Conflict { expected, found } => {
                (self.expected, self.found) = (expected, found);
                self.give(HcDetail::Versions);
            }
            ErrorKind::HistoryTrimmed { resume_after } => {
                self.resume_after = resume_after;
                self.give(HcDetail::ResumeAfter);
            }
            ErrorKind::ChangeNotYet { latest } => {
                self.latest_change = latest;
                self.give(HcDetail::LatestChange);
            }
            _ => {}
        }
    }

    fn give(&mut self, detail: HcDetail) {
        self.given |= detail as u32;
    }
}

/// Reads all details of an error in one call.
///
/// @return 1 if they were written; 0 for NULL and for a struct that was not initialized.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_error_get_details(
    error: *const HcError,
    details: *mut HcErrorDetails,
) -> i32 {
    // SAFETY: by the contract, `error` is NULL or live, and `details` is NULL or has as
    // many bytes as it says.
    unsafe {
        guard::ask(error, 0, |error| {
            let init = "HC_ERROR_DETAILS_INIT";
            let place = SizedStruct::new("details", init, details, BYTES_MIN).ok()?;
            place.write(&HcErrorDetails::of(error));
            Some(1)
        })
    }
}
