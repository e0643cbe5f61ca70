//! The conformance script against the library itself. README.md in this folder has the
//! format, and says what a runner does.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod calls;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Barrier;
use std::{fs, thread};

use calls::{Session, call, shown_error};
use headcount::Timestamp;
use serde_json::{Map, Value};

type Names = HashMap<String, Value>;

#[test]
fn the_library_does_what_the_script_says() {
    let (passed, failures) = run_all("");
    let failed = failures.len();
    assert!(
        failures.is_empty(),
        "\n{}\n{passed} passed, {failed} failed",
        failures.join("\n")
    );
    assert!(passed > 60, "only {passed} cases were found");
    println!("{passed} passed, 0 failed");
}

#[test]
fn each_planted_error_is_found() {
    let (passed, failures) = run_all("planted");
    assert_eq!((passed, failures.len()), (0, 20), "{}", failures.join("\n"));
}

/// How many cases of the scripts in a folder passed, and what was wrong with the others.
fn run_all(folder: &str) -> (usize, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/conformance")
        .join(folder);
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut scripts: Vec<_> = paths
        .filter(|p| p.extension().is_some_and(|e| e == "jsonl"))
        .collect();
    scripts.sort();
    let (mut passed, mut failures) = (0, Vec::new());
    for script in scripts {
        let name = script.file_name().unwrap().to_string_lossy();
        for case in cases(&fs::read_to_string(&script).unwrap()) {
            match run(&case) {
                Ok(true) => passed += 1,
                Ok(false) => {} // It needs what Rust can't do without unsafe code.
                Err(failure) => failures.push(format!("{name}:{failure}")),
            }
        }
    }
    (passed, failures)
}

/// The lines of each case with their numbers.
fn cases(text: &str) -> Vec<Vec<(usize, Value)>> {
    let mut cases: Vec<Vec<_>> = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty()) {
        let line: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{number}: {error}"));
        if line.get("case").is_some() {
            cases.push(Vec::new());
        }
        cases.last_mut().unwrap().push((number, line));
    }
    cases
}

/// Runs a case; false when it is left out.
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
    let given = filled(&step["in"], names, "");
    if let Some(racers) = step["race"].as_u64() {
        return race(session, step, racers, names);
    }
    let actor = filled(&step["as"], names, "");
    let result = session.call(name, &given, actor.as_str());
    expect(step, &result.map_err(|error| shown_error(&error)), names)
}

/// Whether the outcome is the one that the step says.
fn expect(step: &Value, result: &Result<Value, Value>, names: &mut Names) -> Result<(), String> {
    let wanted = step.get("out");
    let as_said = match (result, step.get("err")) {
        (Ok(out), None) => wanted.is_none_or(|wanted| matches(wanted, out, names)),
        (Err(error), Some(Value::String(kind))) => error["kind"] == **kind,
        (Err(error), Some(Value::Object(kind))) => kind
            .iter()
            .all(|(kind, numbers)| error["kind"] == **kind && matches(numbers, error, names)),
        _ => false,
    };
    let (Ok(found) | Err(found)) = result;
    if as_said {
        Ok(())
    } else {
        Err(format!("{step} gave {found}"))
    }
}

fn race(session: &Session, step: &Value, racers: u64, names: &Names) -> Result<(), String> {
    let start = Barrier::new(usize::try_from(racers).unwrap());
    let results: Vec<_> = thread::scope(|scope| {
        let run = |i: u64| {
            let given = filled(&step["in"], names, &i.to_string());
            let (directory, start) = (session.directory.clone(), &start);
            scope.spawn(move || {
                start.wait();
                call(&directory, step["do"].as_str().unwrap(), &given)
            })
        };
        let racers: Vec<_> = (0..racers).map(run).collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .collect()
    });
    let won = results.iter().filter(|result| result.is_ok()).count();
    if won as u64 != step["won"] {
        return Err(format!("{step} was won by {won}"));
    }
    let (mut of_winner, mut of_loser) = (step.clone(), step.clone());
    of_winner.as_object_mut().unwrap().remove("err");
    of_loser.as_object_mut().unwrap().remove("out");
    for result in results {
        let of_this = if result.is_ok() {
            &of_winner
        } else {
            &of_loser
        };
        expect(
            of_this,
            &result.map_err(|error| shown_error(&error)),
            &mut names.clone(),
        )?;
    }
    Ok(())
}

/// The arguments, with what the names stand for.
fn filled(given: &Value, names: &Names, i: &str) -> Value {
    match given {
        Value::String(name) if name.starts_with('$') => names[name].clone(),
        Value::String(text) => text.replace("{i}", i).into(),
        Value::Array(items) => items.iter().map(|item| filled(item, names, i)).collect(),
        Value::Object(map) => match (map.get("$repeat"), map.get("times")) {
            (Some(text), Some(times)) => {
                let times = usize::try_from(times.as_u64().unwrap()).unwrap();
                text.as_str().unwrap().repeat(times).into()
            }
            _ => map
                .iter()
                .map(|(k, v)| (k.clone(), filled(v, names, i)))
                .collect::<Map<_, _>>()
                .into(),
        },
        other => other.clone(),
    }
}

fn matches(wanted: &Value, found: &Value, names: &mut Names) -> bool {
    let none = Value::Null;
    match (wanted, found) {
        (Value::String(name), found) if name.starts_with('$') => {
            !found.is_null() && names.entry(name.clone()).or_insert_with(|| found.clone()) == found
        }
        (Value::Object(wanted), Value::String(time)) if wanted.contains_key("$from") => {
            let from = names[wanted["$from"].as_str().unwrap()].as_str().unwrap();
            time.parse::<Timestamp>().unwrap() >= from.parse().unwrap()
        }
        (Value::Object(wanted), Value::Object(found)) => wanted
            .iter()
            .all(|(key, wanted)| matches(wanted, found.get(key).unwrap_or(&none), names)),
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted
                    .iter()
                    .zip(found)
                    .all(|(wanted, found)| matches(wanted, found, names))
        }
        (wanted, found) => wanted == found,
    }
}
