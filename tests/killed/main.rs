//! Kills a process with `kill -9` while many threads write, while it opens and while it
//! closes, hundreds of times. Every request that was acknowledged before is there
//! afterwards, once; any other is there whole or not at all.
//!
//! The test starts its own binary again as the process to be killed (`life.rs`), which
//! reports over a pipe what it is about to do and what was acknowledged (`report.rs`). The
//! ledger keeps the reports, tells the model in `tests/kit` of each change that it finds,
//! and compares (`ledger.rs`). A request is a seed: both processes draw the same from it.
//!
//! `HEADCOUNT_KILLS` is the number of kills, and `HEADCOUNT_KILL_SEED` the seed of
//! another run's choices; when exactly a process dies is the machine's choice.

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
