//! Compiles programs in C++, with warnings as errors.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::library::Link;
use crate::tools;

/// The compilers, each with its standards.
pub const COMPILERS: [&str; 2] = ["g++", "clang++"];
pub const STANDARDS: [&str; 2] = ["c++17", "c++20"];

/// A compiler that finds the headers and treats warnings as errors.
pub fn compiler(program: &str, standard: &str) -> Command {
    let mut command = Command::new(program);
    command
        .arg(format!("-std={standard}"))
        .args([
            "-g1",
            "-pthread",
            "-Werror",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
        ])
        .args(["-Wconversion", "-Wshadow", "-Wold-style-cast"]);
    for folder in ["include", "bindings/cpp"] {
        command.arg("-I").arg(tools::root().join(folder));
    }
    command
}

/// Compiles a program of one or more sources; `extra` are further arguments.
pub fn compile(
    (program, standard): (&str, &str),
    sources: &[PathBuf],
    link: Link,
    extra: &[&str],
    to: &Path,
) {
    let mut command = compiler(program, standard);
    command.args(extra).args(sources).arg("-o").arg(to);
    tools::run(command.args(link.arguments()));
}

/// The source of a story.
pub fn source(name: &str) -> PathBuf {
    tools::root().join(format!("bindings/cpp/tests/{name}.cpp"))
}
