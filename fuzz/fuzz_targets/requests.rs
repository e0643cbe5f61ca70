//! Requests drawn from the bytes, played to a directory and to the model of the testkit.

#![no_main]

#[path = "../../tests/kit/mod.rs"]
mod kit;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kit::play::play_bytes(bytes));
