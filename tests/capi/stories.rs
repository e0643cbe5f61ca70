//! Compiles and runs the programs in `c/`, and the example: under sanitizers too, and some of them,
//! or all with `HEADCOUNT_DEEP=yes`, under valgrind.

use std::path::Path;
use std::process::Command;

use crate::library::{Link, Sanitizer};
use crate::{sanitizers, tools};

#[test]
fn product_guide_session() {
    story("guide_session", Argument::File);
}

#[test]
fn null_arguments_are_refused() {
    story("null_arguments", Argument::None);
}

#[test]
fn bad_input_is_refused() {
    story("bad_input", Argument::File);
}

#[test]
fn handles_are_closed_in_any_order() {
    story("closing_order", Argument::File);
}

#[test]
fn last_seat_has_one_winner() {
    let rounds = Argument::Rounds {
        native: 200,
        valgrind: 5,
    };
    story("last_seat", rounds);
}

#[test]
fn feeds_call_back() {
    story("feed_callback", Argument::None);
}

#[test]
fn peaks_of_seats_are_kept() {
    story("seat_history", Argument::None);
}

#[test]
fn use_after_fork_is_refused() {
    story("fork", Argument::File);
}

#[test]
fn a_host_without_output_does_no_harm() {
    story("descriptors", Argument::File);
}

#[test]
fn a_host_keeps_its_signals_and_closes_from_anywhere() {
    story("guest", Argument::File);
}

#[test]
fn builders_carry_everything() {
    story("builders", Argument::File);
}

#[test]
fn null_arguments_of_the_domain_are_refused() {
    story("null_arguments_domain", Argument::None);
}

#[test]
fn bad_input_of_the_domain_is_refused() {
    story("bad_domain_input", Argument::None);
}

#[test]
fn workspaces_come_and_go() {
    story("workspaces", Argument::None);
}

#[test]
fn batches_are_all_or_nothing() {
    story("batches", Argument::File);
}

#[test]
fn faults_are_listed_and_repaired() {
    story("faults", Argument::File);
}

#[test]
fn workspaces_are_changed_in_batches() {
    story("workspace_batches", Argument::None);
}

#[test]
fn last_owner_stays() {
    let rounds = Argument::Rounds {
        native: 300,
        valgrind: 5,
    };
    story("last_owner", rounds);
}

#[test]
fn queries_find_matching_users() {
    story("queries", Argument::None);
}

#[test]
fn feeds_return_changes() {
    story("feed", Argument::None);
}

#[test]
fn packed_lists_equal_single_reads() {
    story("packed_lists", Argument::None);
}

#[test]
fn users_are_read_in_one_call() {
    story("user_read", Argument::None);
}

#[test]
fn null_arguments_of_packed_records_are_refused() {
    story("null_arguments_packed", Argument::None);
}

#[test]
fn null_arguments_of_texts_are_refused() {
    story("null_arguments_texts", Argument::None);
}

#[test]
fn texts_are_parsed_as_in_rust() {
    story("texts", Argument::None);
}

#[test]
fn files_are_copied_shared_and_made_smaller() {
    story("copies", Argument::File);
}

#[test]
fn packed_operations_do_what_single_ones_do() {
    story("packed_operations", Argument::None);
}

#[test]
fn submitted_batches_are_applied_and_reported_in_order() {
    story("submit", Argument::File);
}

#[test]
fn doors_and_sightings_are_kept() {
    story("doors", Argument::None);
}

#[test]
fn external_ids_find_users_and_workspaces() {
    story("external_ids", Argument::None);
}

#[test]
fn a_small_stack_is_enough() {
    story("small_stack", Argument::File);
}

#[test]
fn records_are_exported_and_loaded() {
    story("transfer", Argument::None);
}

#[test]
fn messages_reach_the_callback() {
    let rounds = Argument::RoundsAndFile {
        native: 300,
        valgrind: 5,
    };
    story("log", rounds);
}

#[test]
fn decoder_refuses_malformed_batches() {
    let rounds = Argument::Rounds {
        native: 20_000,
        valgrind: 200,
    };
    story("packed_hostile", rounds);
}

#[test]
fn quickstart_prints_the_seats() {
    if !tools::have(&["gcc"]) {
        return;
    }
    let source = tools::root().join("examples/c/quickstart.c");
    let folder = tempfile::tempdir().unwrap();
    for (standard, link) in [("c99", Link::Shared), ("c17", Link::Static)] {
        let program = folder.path().join("quickstart");
        compile(&source, standard, link, &program);
        let printed = tools::run(&mut Command::new(&program));
        assert_eq!(printed, "1 of 5 seats in use, 1 inactive\n");
    }
}

/// The arguments of a story.
#[derive(Clone, Copy)]
enum Argument {
    None,
    /// The path of a file to create.
    File,
    /// A number of rounds, which is lower under valgrind, where everything is much slower.
    Rounds {
        native: u32,
        valgrind: u32,
    },
    /// Both, in this order.
    RoundsAndFile {
        native: u32,
        valgrind: u32,
    },
}

/// The stories that run under valgrind by default: those that read the most of what the library
/// writes. All of them run under the address sanitizer; only valgrind detects uninitialized values,
/// but it takes seconds to load the library.
const UNDER_VALGRIND: [&str; 6] = [
    "guide_session",
    "builders",
    "queries",
    "packed_lists",
    "user_read",
    "feed",
];

/// Compiles and runs a story with the shared library, natively and maybe under valgrind, and with
/// the library built for the sanitizers. The static library links slowly: only the quickstart runs
/// with it, and `static_library_has_every_function` links all of it.
fn story(name: &str, argument: Argument) {
    if !tools::have(&["gcc"]) {
        return;
    }
    let source = tools::root().join(format!("tests/capi/c/{name}.c"));
    let builds = [
        ("c99", Link::Shared),
        ("c11", Link::Sanitized(Sanitizer::Address)),
    ];
    for (standard, link) in builds {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join(name);
        compile(&source, standard, link, &program);
        let mut native = Command::new(&program);
        tools::run(with(&mut native, argument, folder.path(), false));
        let watched = tools::is_deep() || UNDER_VALGRIND.contains(&name);
        if matches!(link, Link::Shared) && watched && tools::have(&["valgrind"]) {
            let mut valgrind = Command::new("valgrind");
            valgrind
                .args(["--quiet", "--error-exitcode=99", "--leak-check=full"])
                .args([
                    "--show-leak-kinds=definite",
                    "--errors-for-leak-kinds=definite",
                ]);
            let suppressions = source.with_extension("supp");
            if suppressions.is_file() {
                valgrind.arg(format!("--suppressions={}", suppressions.display()));
            }
            valgrind.arg(&program);
            tools::run(with(&mut valgrind, argument, folder.path(), true));
        }
    }
}

fn with<'a>(
    command: &'a mut Command,
    argument: Argument,
    folder: &Path,
    slow: bool,
) -> &'a mut Command {
    let file = folder.join(format!("{slow}.redb"));
    let rounds = |native: u32, valgrind: u32| if slow { valgrind } else { native }.to_string();
    match argument {
        Argument::None => command,
        Argument::File => command.arg(file),
        Argument::Rounds { native, valgrind } => command.arg(rounds(native, valgrind)),
        Argument::RoundsAndFile { native, valgrind } => {
            command.arg(rounds(native, valgrind)).arg(file)
        }
    }
}

fn compile(source: &Path, standard: &str, link: Link, program: &Path) {
    let mut gcc = tools::gcc(standard);
    if matches!(link, Link::Sanitized(_)) {
        gcc.args(sanitizers::FLAGS);
    }
    gcc.arg(source).arg("-o").arg(program);
    tools::run(gcc.args(link.arguments()));
}
