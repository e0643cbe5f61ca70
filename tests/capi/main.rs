//! The C ABI, tested from C: programs are compiled with gcc against the built library and run,
//! under valgrind and sanitizers too.
//!
//! The library is installed by `make install`, unless `HEADCOUNT_PREFIX` names the folder of an
//! installation. Tests that need a missing program (make, gcc, g++, nm, valgrind and more) are
//! skipped with a message; with `CI=true` they fail.

// clippy.toml allows these in tests, but doesn't recognize this whole file as one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod abi;
mod declarations;
mod documented;
mod exports;
mod header_compiles;
mod hostile;
mod installed;
mod layouts;
mod library;
#[path = "../header/parameters.rs"]
mod parameters;
mod sanitizers;
mod stories;
mod stress;
mod tools;
