//! PATCHes of SCIM.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount_server::fuzzing::patch(bytes));
