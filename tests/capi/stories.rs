//! The programs in `c/`, and the example: compiled, run, and run under valgrind.

use std::path::Path;
use std::process::Command;

use crate::library::Link;
use crate::tools;

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
fn use_after_fork_is_refused() {
    story("fork", Argument::File);
}

#[test]
fn builders_carry_everything() {
    story("builders", Argument::File);
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

/// What a story wants on its command line.
#[derive(Clone, Copy)]
enum Argument {
    None,
    /// The path of a file to make.
    File,
    /// How often to do it; under valgrind everything is much slower.
    Rounds {
        native: u32,
        valgrind: u32,
    },
}

/// Compiles and runs a story in both standards and with both libraries, and with
/// one of them under valgrind.
fn story(name: &str, argument: Argument) {
    if !tools::have(&["gcc"]) {
        return;
    }
    let source = tools::root().join(format!("tests/capi/c/{name}.c"));
    for (standard, link) in [("c99", Link::Shared), ("c17", Link::Static)] {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join(name);
        compile(&source, standard, link, &program);
        let mut native = Command::new(&program);
        tools::run(with(&mut native, argument, folder.path(), false));
        if matches!(link, Link::Shared) && tools::have(&["valgrind"]) {
            let mut valgrind = Command::new("valgrind");
            valgrind
                .args(["--quiet", "--error-exitcode=99", "--leak-check=full"])
                .args([
                    "--show-leak-kinds=definite",
                    "--errors-for-leak-kinds=definite",
                ])
                .arg(&program);
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
    match argument {
        Argument::None => command,
        Argument::File => command.arg(folder.join(format!("{slow}.redb"))),
        Argument::Rounds { valgrind, .. } if slow => command.arg(valgrind.to_string()),
        Argument::Rounds { native, .. } => command.arg(native.to_string()),
    }
}

fn compile(source: &Path, standard: &str, link: Link, program: &Path) {
    let mut gcc = tools::gcc(standard);
    gcc.arg(source).arg("-o").arg(program);
    tools::run(gcc.args(link.arguments()));
}
