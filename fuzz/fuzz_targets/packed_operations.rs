//! Packed operations, given anything: they are refused, or a batch that is answered.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount::fuzzing::operations::check(bytes));
