//! Runs a test over many random values, or over many seeds.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// Runs `story` on `cases` values, the same ones in every run.
///
/// `PROPTEST_CASES` sets their number and `PROPTEST_RNG_SEED` draws others. A failure is
/// shrunk and printed; `PROPTEST_MAX_SHRINK_ITERS` limits how long that takes.
pub fn run_cases<S: Strategy>(cases: u32, strategy: S, story: impl Fn(S::Value)) {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    config.max_shrink_iters = config.max_shrink_iters.min(20_000);
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0x4ead_c047);
    }
    let run = |value| {
        story(value);
        Ok(())
    };
    if let Err(error) = TestRunner::new(config).run(&strategy, run) {
        panic!("{error}");
    }
}

/// Runs `script` for each seed and returns how many there were: `seeds`, or
/// `HEADCOUNT_CRASH_SEEDS`, or only the seed `HEADCOUNT_CRASH_SEED`. A failure prints its seed.
pub fn each_seed(seeds: u64, mut script: impl FnMut(u64)) -> u64 {
    let seeds = match number("HEADCOUNT_CRASH_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("HEADCOUNT_CRASH_SEEDS").unwrap_or(seeds),
    };
    for seed in seeds.clone() {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| script(seed))) {
            print(&format!("to repeat it: HEADCOUNT_CRASH_SEED={seed}"));
            resume_unwind(panic);
        }
    }
    seeds.end - seeds.start
}

/// A number from the environment.
pub fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().unwrap())
}

/// Prints what the harness shows when the test fails or is asked to.
pub fn print(what: &str) {
    println!("{what}");
}
