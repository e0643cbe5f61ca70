//! Skips tests that this machine can't run, always with a line that says so, and never on CI.

use std::io::Write;

/// Prints that the current test is skipped, and why; with `CI=true`, fails it.
#[track_caller]
pub fn skip(why: &str) {
    let message = format!("{}: {why}", test_name());
    assert!(!is_ci(), "nothing is skipped on CI: {message}");
    print(&format!("SKIPPED: {message}"));
}

/// Whether nothing may be skipped.
fn is_ci() -> bool {
    std::env::var("CI").as_deref() == Ok("true")
}

/// The name of the current test.
pub fn test_name() -> String {
    let test = std::thread::current();
    test.name().unwrap_or("a test").to_owned()
}

/// Writes a line past the test harness, which hides the output of tests that pass.
pub fn print(line: &str) {
    let line = format!("{line}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
