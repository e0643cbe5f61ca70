//! The C++ header, seen from C++: the programs of `bindings/cpp/tests`, compiled
//! against the built library and run, under the sanitizers too.
//!
//! They share the library and the tools of the tests of the C ABI, and what is said
//! there holds here: what needs a compiler that isn't installed is skipped with a line
//! that says so, and fails with `CI=true`.

// clippy.toml allows these in tests, but does not see that all of this is one.
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
