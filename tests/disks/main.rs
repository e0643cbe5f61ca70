//! Real, small file systems, one for each story: an ext4 whose power is cut, and a full ext4 and
//! tmpfs.
//!
//! Only root can mount them. Otherwise a story is skipped with a message; with `CI=true` it fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The harness shows it when a test fails, and with --nocapture.
#![allow(clippy::print_stdout)]
#![cfg(target_os = "linux")]

mod backup;
mod disk;
mod full;
#[path = "../kit/mod.rs"]
mod kit;
mod power;
mod writer;
