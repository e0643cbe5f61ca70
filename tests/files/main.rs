//! What people and programs do to files: other names, other working directories,
//! copies, renames, restores, deletions, while a directory is open and after a crash.
//! Whatever they do, each acknowledged write is there or the open is refused with an
//! error that says why; and there are never more active users than seats.
//!
//! A crash is a real one: the test starts its own binary again (`crash`), which writes
//! and then aborts.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod copies;
mod crash;
mod folder;
#[path = "../kit/mod.rs"]
mod kit;
mod limits;
mod names;
mod replaced;
mod unneeded;
