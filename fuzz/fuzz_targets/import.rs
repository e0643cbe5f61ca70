//! Files of users, in every format that is imported.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount_cli::fuzzing::check(bytes));
