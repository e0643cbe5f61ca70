//! A process that is really killed: `kill -9` in the middle of a crowd of writers,
//! while it opens, while it closes, hundreds of times. Whatever it was told to be
//! done before is there afterwards, once; what it was not told is there whole or
//! not at all.
//!
//! The test starts its own binary again as the process to be killed (`life`), which
//! says what it is about to do and what was acknowledged over a pipe (`report`). The
//! ledger keeps that, opens what is left and compares (`ledger`, `state`).
//!
//! `HEADCOUNT_KILLS` is the number of kills, and `HEADCOUNT_KILL_SEED` the seed of
//! another run's choices; when exactly a process dies is the machine's choice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// What a test prints is shown when it fails.
#![allow(clippy::print_stdout)]

mod backups;
mod ledger;
mod life;
mod process;
mod random;
mod report;
mod request;
mod setup;
mod state;
mod stories;
mod writer;
