//! Runs the conformance script against the library itself. README.md in this folder describes the
//! format and what a runner does.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod calls;
mod complete;
mod helper;
mod script;

use calls::{Session, call, json};
use helper::values::{Names, filled};
use script::{expect, race, run_all};
use serde_json::{Value, json as object};

/// The folder that contains `tests/conformance`.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_library_does_what_the_script_says() {
    let report = run_all("", run);
    let failures = report.failures.join("\n");
    assert!(failures.is_empty(), "\n{failures}");
    assert_eq!(report.passed, 93);
    let of_fork = [
        "a child of fork is refused",
        "a child of fork is refused in memory too",
    ];
    assert_eq!(report.skipped, of_fork);
}

#[test]
fn each_planted_error_is_found() {
    let report = run_all("planted", run);
    let told = report.failures.join("\n");
    assert_eq!((report.passed, report.failures.len()), (0, 40), "{told}");
}

/// Runs a case; returns false if it is skipped.
fn run(lines: &[(usize, Value)]) -> Result<bool, String> {
    let (number, head) = &lines[0];
    let needs = head["needs"].as_array().into_iter().flatten();
    if needs.into_iter().any(|need| need == "fork") {
        return Ok(false);
    }
    let told = |number: usize, what: String| format!("{number}: {}: {what}", head["case"]);
    let mut session =
        Session::begin(&head["open"]).map_err(|error| told(*number, error.to_string()))?;
    let mut names = Names::new();
    for (number, step) in &lines[1..] {
        take(&mut session, step, &mut names).map_err(|what| told(*number, what))?;
    }
    session.end();
    Ok(true)
}

fn take(session: &mut Session, step: &Value, names: &mut Names) -> Result<(), String> {
    let name = step["do"].as_str().unwrap();
    if let Some(racers) = step["race"].as_u64() {
        let directory = &session.directory;
        let call = |given: &Value| call(directory, name, given).map_err(json);
        return race(step, racers, names, call);
    }
    let given = filled(step.get("in").unwrap_or(&object!({})), names, "");
    let on = object!({ "as": filled(&step["as"], names, ""), "through": step["through"] });
    let result = session.call(name, &given, &on);
    expect(step, &result.map_err(json), names)
}
