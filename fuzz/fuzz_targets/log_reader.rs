//! The reader of the redo log.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount::fuzzing::log::check(bytes));
