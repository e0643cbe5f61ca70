//! A file that was damaged while nobody had it open: flipped bits, sectors of zeros or
//! noise, swapped pages, a lost end. Opening and reading it gives an error with a kind, or
//! what was in it; never a panic.
//!
//! Each value is stored with a checksum of its key and itself, so every byte that is read
//! is one that was written. One thing is not promised: swapped pages can bring back an
//! older state that is consistent in itself, because each of its values was written once.
//!
//! `HEADCOUNT_DAMAGES` is the number of damaged copies, and `HEADCOUNT_DAMAGE_SEED` draws
//! others. The files are the same in every run, except for ids and times.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The harness shows it when a test fails.
#![allow(clippy::print_stdout)]

mod content;
mod damage;
mod inner_pages;
#[path = "../kit/mod.rs"]
mod kit;
mod stories;
