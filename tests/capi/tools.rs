//! The programs that the tests need, and how to run them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[path = "../kit/skip.rs"]
pub mod skip;

use crate::library;

/// Whether all of `programs`, and those that install the library, are installed. If not, prints
/// that the test is skipped.
pub fn have(programs: &[&str]) -> bool {
    let mut needed = programs.iter().chain(&["make"]);
    let missing = needed.find(|program| !is_installed(program));
    if let Some(program) = missing {
        skip::skip(&format!("it needs {program}, which is not installed"));
    }
    missing.is_none()
}

fn is_installed(program: &str) -> bool {
    let version = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// Whether this is `./test --deep`, which runs every story in every way and takes minutes.
pub fn is_deep() -> bool {
    std::env::var("HEADCOUNT_DEEP").as_deref() == Ok("yes")
}

/// Runs a program, which must succeed, and returns its standard output.
pub fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{stdout}{stderr}",
        output.status
    );
    stdout
}

/// A C compiler that finds the header and treats warnings as errors.
pub fn gcc(standard: &str) -> Command {
    compiler("gcc", standard)
}

/// A C++ compiler that finds the header and treats warnings as errors.
pub fn gxx(standard: &str) -> Command {
    compiler("g++", standard)
}

fn compiler(program: &str, standard: &str) -> Command {
    let mut command = Command::new(program);
    command
        .arg(format!("-std={standard}"))
        .args([
            "-g1",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-pthread",
        ])
        .arg("-I")
        .arg(library::prefix().join("include"));
    command
}

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of `folder` with this extension, ordered by name.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}
