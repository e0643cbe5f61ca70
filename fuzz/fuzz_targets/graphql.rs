//! GraphQL documents of the platform's wire.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headcount_server::fuzzing::graphql(bytes));
