//! The C ABI, seen from C: programs that are compiled with gcc against the built
//! library and run, under valgrind too.
//!
//! The library is built here, unless `HEADCOUNT_LIB_DIR` names a directory that
//! holds `libheadcount.so` and `libheadcount.a`. Without gcc, g++, nm or valgrind
//! what needs it is skipped with a line that says so; with `CI=true` that fails.

// clippy.toml allows these in tests, but does not see that all of this is one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod declarations;
mod exports;
mod header_compiles;
mod library;
mod stories;
mod tools;
