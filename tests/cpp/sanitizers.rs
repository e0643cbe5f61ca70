//! The stories under the address sanitizer, which also finds leaks, and the sanitizer for undefined
//! behaviour; and programs with bugs, which show that the sanitizers work. The address sanitizer
//! also covers the library's Rust.

use std::path::Path;
use std::process::Command;

use crate::compilers::{STANDARDS, compile, source};
use crate::library::{Link, Sanitizer};
use crate::stories::{Argument, STORIES};
use crate::tools;

const FLAGS: [&str; 3] = [
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
];

fn build(name: &str, standard: &str, folder: &Path) -> Command {
    let program = folder.join(name);
    compile(
        ("g++", standard),
        &[source(name)],
        Link::Sanitized(Sanitizer::Address),
        &FLAGS,
        &program,
    );
    let mut command = Command::new(program);
    command.env(
        "ASAN_OPTIONS",
        "detect_leaks=1:detect_stack_use_after_return=1",
    );
    command
}

#[test]
fn stories_are_clean_under_sanitizers() {
    if tools::have(&["g++"]) {
        for (at, (name, argument)) in STORIES.into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let argument = match argument {
                Argument::Rounds(rounds) => Argument::Rounds(rounds / 5),
                other => other,
            };
            // Half of the stories in each standard.
            let standard = STANDARDS[at % STANDARDS.len()];
            let mut command = build(name, standard, folder.path());
            tools::run(argument.give(&mut command, folder.path()));
        }
    }
}

#[test]
fn bugs_are_caught_by_the_sanitizers() {
    if !tools::have(&["g++"]) {
        return;
    }
    let bugs = [
        ("bad_memory", "heap-use-after-free"),
        ("bad_arithmetic", "signed integer overflow"),
        ("bad_leak", "detected memory leaks"),
    ];
    for (name, complaint) in bugs {
        let folder = tempfile::tempdir().unwrap();
        let output = build(name, "c++17", folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{name} was not caught");
        assert!(said.contains(complaint), "{name}: {said}");
    }
}
