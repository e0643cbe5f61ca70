//! Usernames.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount::fuzzing::username::check(bytes));
