//! Small real file systems, made for each story: an ext4 whose power is cut, and an ext4
//! and a tmpfs that are full.
//!
//! Only root can mount them. A story that can't is skipped with a line that says so; with
//! `CI=true` it fails.

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
