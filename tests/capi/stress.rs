//! Sixteen threads in C call all functions at once, under the thread sanitizer if the toolchain
//! allows it, and for a shorter time under the address sanitizer; both instrument Rust and C.
//! (helgrind is of no use: it takes Rust's atomics for races.) `HEADCOUNT_STRESS_SECONDS` sets the
//! duration.

use std::path::PathBuf;
use std::process::Command;

use crate::declarations::functions;
use crate::library::{Link, Sanitizer};
use crate::{sanitizers, tools};

/// The source files of the program.
fn sources() -> Vec<PathBuf> {
    tools::files(&tools::root().join("tests/capi/c/stress"), "c")
}

/// How long the program runs; one round of all its parts takes some seconds at most.
fn seconds() -> f64 {
    let asked = std::env::var("HEADCOUNT_STRESS_SECONDS");
    match asked.map(|text| text.parse()) {
        Ok(seconds) => seconds.expect("HEADCOUNT_STRESS_SECONDS is a number"),
        Err(_) => 5.0,
    }
}

#[test]
fn sixteen_threads_do_not_race() {
    if !tools::have(&["gcc"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("stress");
    sanitizers::build_for_threads(&sources(), &program);
    let mut stress = Command::new(&program);
    tools::run(stress.arg(seconds().to_string()).arg(folder.path()));
}

#[test]
fn sixteen_threads_keep_to_their_memory() {
    if !tools::have(&["gcc"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("stress");
    let mut gcc = tools::gcc("c11");
    gcc.args(sanitizers::FLAGS).args(sources());
    gcc.arg("-o").arg(&program);
    tools::run(gcc.args(Link::Sanitized(Sanitizer::Address).arguments()));
    let mut stress = Command::new(&program);
    let seconds = seconds() / 4.0;
    tools::run(stress.arg(seconds.to_string()).arg(folder.path()));
}

#[test]
fn every_function_is_in_it() {
    let mut all = std::fs::read_to_string(tools::root().join("tests/capi/c/story.h")).unwrap();
    for source in sources() {
        all.push_str(&std::fs::read_to_string(source).unwrap());
    }
    let functions = functions().into_iter();
    let missing: Vec<_> = functions
        .filter(|function| !all.contains(&format!("{}(", function.name)))
        .map(|function| function.name)
        .collect();
    assert!(missing.is_empty(), "not under stress: {missing:?}");
}
