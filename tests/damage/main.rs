//! A file that was damaged while nobody had it open: bits that flipped, sectors
//! that were zeroed or became noise, pages that changed places, an end that was cut
//! off. Whoever opens it gets an error with a kind or what was in it; no panic.
//!
//! Values are stored with a checksum of their keys and themselves, so not a byte of
//! what is read is ever another than was written. What is not promised: where pages
//! changed places, an older state that is whole in itself may come back, for each of
//! its values was written once.
//!
//! `HEADCOUNT_DAMAGES` is the number of damaged copies, and `HEADCOUNT_DAMAGE_SEED`
//! the seed of other ones; the files are the same ones in every run but for ids and
//! times.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// What a test prints is shown when it fails.
#![allow(clippy::print_stdout)]

mod content;
mod damage;
mod stories;
