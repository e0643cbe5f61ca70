//! The address parser.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount::fuzzing::email::check(bytes));
