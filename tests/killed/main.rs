//! Kills a process with `kill -9` hundreds of times, while many threads write, while it opens and
//! while it closes. Afterwards, every acknowledged request was applied exactly once, and any other
//! completely or not at all.
//!
//! The test starts its own binary as the process to be killed (`life.rs`), which reports over a
//! pipe what it is about to do and what was acknowledged (`report.rs`). The ledger keeps the
//! reports, applies each change that it finds to the model in `tests/kit`, and compares the two
//! (`ledger.rs`). A request is a seed, from which both processes draw the same request.
//!
//! `HEADCOUNT_KILLS` sets the number of kills, and `HEADCOUNT_KILL_SEED` repeats the choices of an
//! earlier run, but not the exact moments at which processes die.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The harness shows it when a test fails.
#![allow(clippy::print_stdout)]

mod backups;
#[path = "../kit/mod.rs"]
mod kit;
mod ledger;
mod life;
mod process;
mod report;
mod setup;
mod stories;
