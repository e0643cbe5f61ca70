//! The directory against a model of it: random scripts of requests are told to
//! both, and every answer, listing, look-up and change is compared.
//!
//! The model in `model.rs` is written from the rules and not from the library:
//! a list of accounts that is searched from end to end. `PROPTEST_CASES` runs
//! more scripts and `PROPTEST_RNG_SEED` other ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alphabet;
mod compare;
mod model;
mod script;

use std::env;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

use compare::Subject;
use script::Script;

/// The same scripts in every run, unless the environment says otherwise; a
/// script that fails is printed, so there is no need to keep it in a file.
fn config(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0x4ead_c047);
    }
    config
}

fn play(cases: u32, steps_max: usize, subjects: fn() -> Vec<Subject>) {
    let scripts = script::any_script(steps_max);
    let outcome = TestRunner::new(config(cases)).run(&scripts, |script: Script| {
        compare::play(&script, subjects())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn the_directory_in_memory_does_what_the_model_does() {
    play(400, 50, || vec![Subject::in_memory()]);
}

/// Fewer scripts, since each commit waits for the disk.
#[test]
fn the_directory_in_a_file_does_what_the_model_does() {
    play(50, 60, || vec![Subject::in_a_file(), Subject::in_memory()]);
}
