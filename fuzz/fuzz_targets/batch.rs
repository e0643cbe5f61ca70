//! Files of operations, as `headcount batch` reads and applies them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount_cli::fuzzing::check_batch(bytes));
