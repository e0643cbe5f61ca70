//! A file that was damaged while nobody had it open: bits that flipped, sectors
//! that were zeroed or became noise, pages that changed places, an end that was cut
//! off. Whoever opens it gets an error with a kind or the right people; no panic.
//!
//! What is not promised yet: values have no checksum, so a bit that flips in free
//! text, a time or an old change is not noticed; and where pages changed places, an
//! older state that is whole in itself may come back.
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
