//! What people and programs do to files: other names, other working directories, copies, renames,
//! restores and deletions, while a directory is open and after a crash. In every case, each
//! acknowledged write is there, or opening fails with an error that says why; and there are never
//! more active users than seats.
//!
//! Crashes are real: the test starts its own binary again (`crash`), which writes and then aborts.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod copies;
mod crash;
mod damaged_logs;
mod folder;
#[path = "../kit/mod.rs"]
mod kit;
mod limits;
mod names;
mod replaced;
