//! The C++ header, tested from C++: the programs of `bindings/cpp/tests` are compiled against the
//! built library and run, under the sanitizers too.
//!
//! They share the library and the tools of the tests of the C ABI. As there, a test whose compiler
//! isn't installed is skipped with a message, and fails with `CI=true`.

// clippy.toml allows these in tests, but doesn't recognize this whole file as one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod compilers;
mod header;
mod sanitizers;
mod stories;

#[allow(dead_code, reason = "not all of it is for C++")]
#[path = "../capi/library.rs"]
mod library;
#[allow(dead_code, reason = "not all of it is for C++")]
#[path = "../capi/tools.rs"]
mod tools;
