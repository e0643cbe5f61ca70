//! The cursors of queries.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount::fuzzing::cursor::check(bytes));
