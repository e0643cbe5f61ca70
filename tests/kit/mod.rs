//! The testkit: one generator of requests, one model of their effects, and the helpers that several
//! tests need.
//!
//! | file | contents |
//! | --- | --- |
//! | `script.rs`, `texts.rs`, `wording.rs` | requests and scripts, their texts, how they are printed |
//! | `draw.rs`, `choices.rs` | draws requests from a seed, and scripts for proptest and fuzzers |
//! | `model.rs`, `draft*.rs` | the model: the rules in their plainest form |
//! | `play.rs`, `content.rs`, `look_ups.rs` | plays a script, compares a directory with the model |
//! | `cases.rs`, `child.rs`, `temp.rs` | runs cases and seeds, starts processes, makes folders |
//! | `fuzz.rs` | runs a fuzz target's corpus and mutations of it, without a fuzzer |
//! | `skip.rs` | skips what this machine can't do, but never on CI |
//!
//! The testkit is a folder of modules, not a crate: in the library's unit tests, the types of the
//! library differ from those that a dependent crate would see. So the unit tests include it by
//! path, as the tests in `tests/` do, and each uses what it needs.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(
    clippy::print_stdout,
    reason = "the harness shows it when a test fails"
)]

pub mod cases;
pub mod child;
mod choices;
pub mod content;
mod draft;
mod draft_workspaces;
pub mod draw;
pub mod fuzz;
pub mod look_ups;
pub mod model;
pub mod play;
pub mod script;
pub mod skip;
pub mod temp;
mod texts;
mod wording;
