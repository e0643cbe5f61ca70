//! The C ABI, seen from C: programs that are compiled with gcc against the built
//! library and run, under valgrind and sanitizers too.
//!
//! The library is installed by `make install`, unless `HEADCOUNT_PREFIX` names a folder
//! that one is installed in. What needs a program that isn't there (make, gcc, g++, nm,
//! valgrind and more) is skipped with a line that says so; with `CI=true` that fails.

// clippy.toml allows these in tests, but does not see that all of this is one.
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
