//! Real file systems, small ones, made for each story: an ext4 whose power is cut, and an
//! ext4 and a tmpfs that are full.
//!
//! Only root can mount them. Where they can't be mounted the stories say so, and are
//! over.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// What a test prints is shown when it fails, and with --nocapture.
#![allow(clippy::print_stdout)]
#![cfg(target_os = "linux")]

mod disk;
mod full;
mod power;
mod writer;
