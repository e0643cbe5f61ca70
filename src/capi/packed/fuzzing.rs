//! Packing for the fuzz targets: a whole list, into buffers of one size; and unpacking
//! operations.

#![allow(clippy::match_wild_err_arm)]

use std::mem::MaybeUninit;

use super::{Ahead, PackedRecord};
use crate::capi::call_error::CallError;
use crate::model::Batch;

/// The bytes of a buffer before anything is written to it.
const UNTOUCHED: u8 = 0xAA;

/// The batches that a caller gets with buffers of `capacity` bytes, or larger ones where a
/// record needs them.
pub(crate) fn pack<R: PackedRecord>(records: Vec<R>, capacity: usize) -> Vec<Box<[u8]>> {
    let mut records = records.into_iter();
    let mut ahead = Ahead::default();
    let mut batches = Vec::new();
    let mut bytes = capacity;
    loop {
        let mut buffer = vec![MaybeUninit::new(UNTOUCHED); bytes];
        match ahead.pack(&mut buffer, || records.next().map(Ok)) {
            Ok(0) => return batches,
            Ok(written) => {
                // SAFETY: all bytes were given a value, above.
                let value = |byte: MaybeUninit<u8>| unsafe { byte.assume_init() };
                let mut buffer: Vec<u8> = buffer.into_iter().map(value).collect();
                let rest = buffer.split_off(written);
                assert!(rest.iter().all(|byte| *byte == UNTOUCHED));
                batches.push(buffer.into_boxed_slice());
                bytes = capacity;
            }
            Err(CallError::Buffer { needed_bytes }) => {
                assert!(needed_bytes > bytes, "{needed_bytes} would have been there");
                bytes = needed_bytes;
            }
            Err(_) => unreachable!("nothing but a buffer can be too small"),
        }
    }
}

/// The batch of packed operations; `None` if they are refused.
pub(crate) fn unpack(bytes: &[u8], before: usize) -> Option<Batch> {
    match super::operations::read(bytes, before) {
        Ok(batch) => Some(batch),
        Err(CallError::Library(error)) => {
            assert!(error.op_index().is_some_and(|index| index >= before));
            None
        }
        Err(_) => None,
    }
}
