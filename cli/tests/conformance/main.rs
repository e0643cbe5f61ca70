//! The conformance script against the command, with `--json`: each call is a process, and
//! each case has a file. `tests/conformance/README.md` has the format.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod calls;
#[path = "../../../tests/conformance/helper/mod.rs"]
mod helper;
mod left_out;
#[path = "../../../tests/conformance/script.rs"]
mod script;
#[path = "../common/served.rs"]
mod served;
mod session;
mod words;

use std::panic::catch_unwind;

use helper::values::{Names, filled};
use script::{expect, race, run_all};
use serde_json::Value;
use session::Session;

/// The folder that has `tests/conformance`.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn the_command_does_what_the_script_says() {
    passes(false);
}

#[test]
fn the_command_does_so_through_a_server() {
    passes(true);
}

/// Runs the script: no case fails, and only those of the list are left out.
fn passes(through_server: bool) {
    let report = run_all("", |lines| run(lines, through_server));
    let failures = report.failures;
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    let passed = report.passed;
    assert!(passed > 75, "only {passed} cases were found");
    let mut listed: Vec<_> = left_out::all(through_server)
        .map(|(case, _)| case)
        .collect();
    let mut skipped = report.skipped;
    listed.sort_unstable();
    skipped.sort_unstable();
    assert_eq!(skipped, listed);
}

#[test]
fn each_planted_error_is_found() {
    for through_server in [false, true] {
        let report = run_all("planted", |lines| run(lines, through_server));
        let told = report.failures.join("\n");
        assert_eq!((report.passed, report.failures.len()), (0, 40), "{told}");
    }
}

/// Runs a case. False for one of the list, which has to fail.
fn run(lines: &[(usize, Value)], through_server: bool) -> Result<bool, String> {
    let case = lines[0].1["case"].as_str().unwrap();
    let Some((_, reason)) = left_out::all(through_server).find(|(of, _)| *of == case) else {
        return carry_out(lines, through_server).map(|()| true);
    };
    // What a server can't do may also end it.
    match catch_unwind(|| carry_out(lines, through_server)) {
        Ok(Ok(())) => Err(format!("{case} is left out, as {reason}, but can be done")),
        _ => Ok(false),
    }
}

fn carry_out(lines: &[(usize, Value)], through_server: bool) -> Result<(), String> {
    let (_, head) = &lines[0];
    let mut session = Session::begin(&head["open"], through_server);
    let mut names = Names::new();
    for (number, step) in &lines[1..] {
        let taken = take(&mut session, step, &mut names);
        taken.map_err(|what| format!("{number}: {}: {what}", head["case"]))?;
    }
    Ok(())
}

fn take(session: &mut Session, step: &Value, names: &mut Names) -> Result<(), String> {
    let name = step["do"].as_str().unwrap();
    if let Some(racers) = step["race"].as_u64() {
        let call = |given: &Value| session.call(name, given, None);
        return race(step, racers, names, call);
    }
    let given = filled(&step["in"], names, "");
    let actor = filled(&step["as"], names, "");
    expect(step, &session.step(name, &given, actor.as_str()), names)
}
