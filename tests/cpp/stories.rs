//! The stories, compiled with g++ and run.

use std::path::Path;
use std::process::Command;

use crate::compilers::{compile, source};
use crate::library::Link;
use crate::tools;

/// The argument of a story.
#[derive(Clone, Copy)]
pub enum Argument {
    None,
    /// The path of a file to create.
    File,
    /// A number of rounds.
    Rounds(u32),
}

impl Argument {
    /// Adds it to the command of a story that has `folder` for itself.
    pub fn give<'a>(self, command: &'a mut Command, folder: &Path) -> &'a mut Command {
        match self {
            Self::None => command,
            Self::File => command.arg(folder.join("users.redb")),
            Self::Rounds(rounds) => command.arg(rounds.to_string()),
        }
    }
}

/// The stories that compile as C++17 and as C++20. The sanitizers run each of them in one of the
/// two.
pub const STORIES: [(&str, Argument); 13] = [
    ("guide_session", Argument::File),
    ("last_seat", Argument::Rounds(100)),
    ("ownership", Argument::File),
    ("failures", Argument::File),
    ("queries", Argument::None),
    ("feed", Argument::None),
    ("batches", Argument::File),
    ("texts", Argument::None),
    ("workspaces", Argument::None),
    ("helpers", Argument::File),
    ("figures", Argument::File),
    ("copies", Argument::File),
    ("other_abi", Argument::None),
];

/// The first stories without sanitizers, or all with `HEADCOUNT_DEEP=yes`. All of them run under
/// the sanitizers.
#[test]
fn stories_pass() {
    let count = if tools::is_deep() { STORIES.len() } else { 2 };
    if tools::have(&["g++"]) {
        for (name, argument) in &STORIES[..count] {
            let folder = tempfile::tempdir().unwrap();
            let program = folder.path().join(name);
            compile(
                ("g++", "c++20"),
                &[source(name)],
                Link::Shared,
                &[],
                &program,
            );
            tools::run(argument.give(&mut Command::new(&program), folder.path()));
        }
    }
}

/// The header in two translation units of one program defines nothing twice.
#[test]
fn two_units_share_the_header() {
    if tools::have(&["g++"]) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("two_units");
        let sources = [source("two_units"), source("other_unit")];
        compile(("g++", "c++17"), &sources, Link::Shared, &[], &program);
        tools::run(&mut Command::new(&program));
    }
}

#[test]
fn lists_are_ranges_of_cpp20() {
    if tools::have(&["g++"]) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("concepts");
        compile(
            ("g++", "c++20"),
            &[source("concepts")],
            Link::Shared,
            &[],
            &program,
        );
        tools::run(&mut Command::new(&program));
    }
}

/// Without exceptions, the throwing forms print the error and abort.
#[test]
fn exceptions_can_be_turned_off() {
    if tools::have(&["g++"]) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("no_exceptions");
        compile(
            ("g++", "c++17"),
            &[source("no_exceptions")],
            Link::Shared,
            &["-fno-exceptions", "-fno-rtti"],
            &program,
        );
        tools::run(&mut Command::new(&program));
        let aborted = Command::new(&program).arg("throw").output().unwrap();
        assert!(!aborted.status.success());
        let said = String::from_utf8_lossy(&aborted.stderr);
        assert!(said.contains("another user has the email"), "{said}");
    }
}

#[test]
fn quickstart_prints_what_it_says() {
    if tools::have(&["g++"]) {
        let example = tools::root().join("examples/cpp/quickstart.cpp");
        let folder = tempfile::tempdir().unwrap();
        for (standard, link) in [("c++17", Link::Shared), ("c++20", Link::Static)] {
            let program = folder.path().join("quickstart");
            compile(
                ("g++", standard),
                std::slice::from_ref(&example),
                link,
                &[],
                &program,
            );
            let printed = tools::run(&mut Command::new(&program));
            assert_eq!(
                printed,
                "steve@ex.co\nann@ex.co\nsteve\nHC_STATUS_EMAIL_TAKEN\n2 of 5 seats in use\n"
            );
        }
    }
}
