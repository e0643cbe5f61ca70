//! The decoder of records.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount::fuzzing::records::check(bytes));
