//! The script: its cases, and whether an outcome is the one that a step says. The runner
//! of the command has this file too.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Barrier;
use std::{fs, thread};

use headcount::Timestamp;
use serde_json::{Map, Value};

use crate::ROOT;

/// What the names of a case stand for.
pub type Names = HashMap<String, Value>;

/// What became of the cases.
#[derive(Default)]
pub struct Report {
    pub passed: usize,
    /// The names of those that the runner can't do.
    pub skipped: Vec<String>,
    /// What was wrong with the others.
    pub failures: Vec<String>,
}

/// Runs the cases of the scripts in a folder. `run` returns false for one that it skips.
pub fn run_all(folder: &str, run: impl Fn(&[(usize, Value)]) -> Result<bool, String>) -> Report {
    let folder = Path::new(ROOT).join("tests/conformance").join(folder);
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut scripts: Vec<_> = paths
        .filter(|p| p.extension().is_some_and(|e| e == "jsonl"))
        .collect();
    scripts.sort();
    let mut report = Report::default();
    for script in scripts {
        let name = script.file_name().unwrap().to_string_lossy();
        for case in cases(&fs::read_to_string(&script).unwrap()) {
            match unknown_member(&case).map_or_else(|| run(&case), Err) {
                Ok(true) => report.passed += 1,
                Ok(false) => report
                    .skipped
                    .push(case[0].1["case"].as_str().unwrap().to_owned()),
                Err(failure) => report.failures.push(format!("{name}:{failure}")),
            }
        }
    }
    println!(
        "{} passed, {} failed, skipped: {:?}",
        report.passed,
        report.failures.len(),
        report.skipped
    );
    report
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

/// What no line of a script has: a word that is misspelt would say nothing.
fn unknown_member(case: &[(usize, Value)]) -> Option<String> {
    const OF_CASES: [&str; 3] = ["case", "open", "needs"];
    const OF_STEPS: [&str; 9] = [
        "do", "in", "out", "err", "as", "through", "race", "won", "fork",
    ];
    case.iter().enumerate().find_map(|(index, (number, line))| {
        let known: &[&str] = if index == 0 { &OF_CASES } else { &OF_STEPS };
        let mut members = line.as_object().unwrap().keys();
        let unknown = members.find(|member| !known.contains(&member.as_str()))?;
        Some(format!("{number}: {line} has {unknown}"))
    })
}

/// Whether the outcome is the one that the step says.
pub fn expect(
    step: &Value,
    result: &Result<Value, Value>,
    names: &mut Names,
) -> Result<(), String> {
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

/// Makes the call of a step many times at once.
pub fn race(
    step: &Value,
    racers: u64,
    names: &Names,
    call: impl Fn(&Value) -> Result<Value, Value> + Sync,
) -> Result<(), String> {
    let start = Barrier::new(usize::try_from(racers).unwrap());
    let results: Vec<_> = thread::scope(|scope| {
        let run = |i: u64| {
            let given = filled(&step["in"], names, &i.to_string());
            let (call, start) = (&call, &start);
            scope.spawn(move || {
                start.wait();
                call(&given)
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
        expect(of_this, &result, &mut names.clone())?;
    }
    Ok(())
}

/// The arguments, with what the names stand for.
pub fn filled(given: &Value, names: &Names, i: &str) -> Value {
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

pub fn matches(wanted: &Value, found: &Value, names: &mut Names) -> bool {
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
