//! Ids, roles, licenses, times and names of workspaces.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount::fuzzing::texts::check(bytes));
