//! Files that were damaged while nobody had them open: flipped bits, sectors of zeros or random
//! bytes, swapped pages, a truncated end. Opening and reading them returns an error with a kind, or
//! the contents; never a panic.
//!
//! Each value is stored with a checksum of itself and its key, so every byte that is read was
//! written. One thing is not promised: swapped pages can bring back an older state that is
//! consistent in itself, because each of its values was once written.
//!
//! `HEADCOUNT_DAMAGES` sets the number of damaged copies, and `HEADCOUNT_DAMAGE_SEED` draws other
//! damage. The undamaged files are the same in every run, except for ids and times.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The harness shows it when a test fails.
#![allow(clippy::print_stdout)]

mod content;
mod damage;
mod inner_pages;
#[path = "../kit/mod.rs"]
mod kit;
mod stories;
