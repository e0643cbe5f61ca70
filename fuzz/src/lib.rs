//! The C decoder of packed records, as the fuzz targets call it.

#![allow(unsafe_code)]

use std::ffi::c_int;

unsafe extern "C" {
    /// Defined in `packed_fields.c`. Reads `length` bytes, writes at most `capacity`, and returns 1
    /// for a batch that was read to its end, 0 for a refused one.
    fn headcount_packed_fields(
        bytes: *const u8,
        length: usize,
        fields: *mut u8,
        capacity: usize,
        written: *mut usize,
    ) -> c_int;
}

/// The fields of all records of a batch, one after another; `None` if the decoder refuses it.
///
/// A genuine batch holds each text once, in at most two fields. If a forged one has it in more
/// fields, the rest are read, but not kept.
pub fn packed_fields(batch: &[u8]) -> Option<Vec<u8>> {
    let mut fields = vec![0; 2 * batch.len()];
    let mut written = 0;
    // SAFETY: both pointers are valid for the lengths that go with them, and the
    // function keeps neither.
    let is_whole = unsafe {
        headcount_packed_fields(
            batch.as_ptr(),
            batch.len(),
            fields.as_mut_ptr(),
            fields.len(),
            &raw mut written,
        )
    };
    fields.truncate(written);
    (is_whole == 1).then_some(fields)
}
