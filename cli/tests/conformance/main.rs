//! The conformance script against the command, with `--json`: each call is a process, and
//! each case has a file. `tests/conformance/README.md` has the format.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod calls;
#[path = "../../../tests/conformance/script.rs"]
mod script;
#[path = "../common/served.rs"]
mod served;

use calls::Session;
use script::{Names, expect, filled, race, run_all};
use serde_json::Value;

/// The folder that has `tests/conformance`.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The features of cases that the command lacks, and those that it has.
const LACKED: [&str; 7] = [
    "door",
    "export",
    "external_ids",
    "fork",
    "last_seen",
    "many",
    "upkeep",
];
const HAD: [&str; 2] = ["conditions", "seat_history"];

/// Cases about what lasts longer than a command: a feed, an open directory, and its counters.
const LEFT_OUT: [&str; 12] = [
    "a feed tells changes as they come",
    "a feed says when its place is gone or not there yet",
    "a closed directory says so",
    "one handle has the file",
    "a file is read without being written",
    "a file is made only where that is wanted",
    "a file that was not closed needs its log",
    "the log of another file is refused",
    "a file that is taken away is not written to",
    "figures count from the opening",
    "figures of a directory in memory",
    // The command reads as many pages as it takes.
    "a limit is from 1 to 10,000",
];

/// What is malformed is told without asking the server, and then alone.
const LEFT_OUT_THERE: &str = "a preview and a dry run write nothing";

/// Calls that a server takes from nobody.
const OF_FILES: [&str; 6] = ["backup", "restore", "open", "close", "write_file", "exists"];

#[test]
fn the_command_does_what_the_script_says() {
    passes(false, 55, 30);
}

#[test]
fn the_command_does_so_through_a_server() {
    passes(true, 50, 37);
}

/// Runs the script: no case fails, more than `least` pass, and `skipped` are left out.
fn passes(through_server: bool, least: usize, skipped: usize) {
    let report = run_all("", |lines| run(lines, through_server));
    let failures = report.failures;
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    let passed = report.passed;
    assert!(passed > least, "only {passed} cases were found");
    assert_eq!(report.skipped.len(), skipped, "{:?}", report.skipped);
}

#[test]
fn each_planted_error_is_found() {
    for through_server in [false, true] {
        let report = run_all("planted", |lines| run(lines, through_server));
        let failures = report.failures;
        assert_eq!(
            (report.passed, failures.len()),
            (0, 40),
            "{}",
            failures.join("\n")
        );
    }
}

/// Runs a case; false when it is left out.
fn run(lines: &[(usize, Value)], through_server: bool) -> Result<bool, String> {
    let (_, head) = &lines[0];
    let case = head["case"].as_str().unwrap();
    let is_of_files = |(_, step): &(usize, Value)| {
        let name = step["do"].as_str().unwrap_or_default();
        OF_FILES.contains(&name)
    };
    let needs = head["needs"].as_array().into_iter().flatten();
    let needs: Vec<_> = needs.map(|need| need.as_str().unwrap()).collect();
    for need in &needs {
        assert!(
            LACKED.contains(need) || HAD.contains(need),
            "can the command do {need}?"
        );
    }
    if needs.iter().any(|need| LACKED.contains(need))
        || LEFT_OUT.contains(&case)
        || (through_server && (case == LEFT_OUT_THERE || lines.iter().any(is_of_files)))
    {
        return Ok(false);
    }
    let session = Session::begin(&head["open"], through_server);
    let mut names = Names::new();
    for (number, step) in &lines[1..] {
        let taken = take(&session, step, &mut names);
        taken.map_err(|what| format!("{number}: {case}: {what}"))?;
    }
    Ok(true)
}

fn take(session: &Session, step: &Value, names: &mut Names) -> Result<(), String> {
    let name = step["do"].as_str().unwrap();
    if let Some(racers) = step["race"].as_u64() {
        let call = |given: &Value| session.call(name, given, None);
        return race(step, racers, names, call);
    }
    let given = filled(&step["in"], names, "");
    let actor = filled(&step["as"], names, "");
    expect(step, &session.call(name, &given, actor.as_str()), names)
}
