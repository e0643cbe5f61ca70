//! The script: its cases, and whether an outcome is what a step expects. The command's runner
//! includes this file too.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Barrier, LazyLock};
use std::{fs, thread};

use headcount::Timestamp;
use serde_json::{Map, Value};

use crate::ROOT;

/// The kinds of lines, the calls and the operations, each with the keys that it may have.
pub static TABLE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("calls.json")).unwrap());

/// The values of a case's names.
pub type Names = HashMap<String, Value>;

/// The results of the cases.
#[derive(Default)]
pub struct Report {
    pub passed: usize,
    /// The names of the skipped cases.
    pub skipped: Vec<String>,
    /// The errors of the failed cases.
    pub failures: Vec<String>,
}

/// Runs the cases of the scripts in a folder. `run` returns false for a case that it skips.
pub fn run_all(folder: &str, run: impl Fn(&[(usize, Value)]) -> Result<bool, String>) -> Report {
    let mut report = Report::default();
    for (name, script) in scripts(folder) {
        for case in cases(&script) {
            match unknown_word(&case).map_or_else(|| run(&case), Err) {
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

/// The names and texts of the scripts in a folder, ordered by name.
pub fn scripts(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(ROOT).join("tests/conformance").join(folder);
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let scripts = paths.filter(|path| path.extension().is_some_and(|of| of == "jsonl"));
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut scripts: Vec<_> = scripts
        .map(|path| (name(&path), fs::read_to_string(&path).unwrap()))
        .collect();
    scripts.sort();
    scripts
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

/// A key that `calls.json` lacks: without this check, a misspelt key would have no effect.
fn unknown_word(case: &[(usize, Value)]) -> Option<String> {
    case.iter().find_map(|(number, line)| {
        let operations = line["in"]["operations"].as_array().into_iter().flatten();
        let mut parts = if line.get("case").is_some() {
            vec![("lines", "case", line), ("calls", "open", &line["open"])]
        } else {
            let name = line["do"].as_str().unwrap_or_default();
            vec![("lines", "step", line), ("calls", name, &line["in"])]
        };
        parts
            .extend(operations.map(|of| ("operations", of["op"].as_str().unwrap_or_default(), of)));
        let unknown = parts.into_iter().find_map(|(section, name, part)| {
            let Some(known) = TABLE[section][name].as_str() else {
                return Some(name);
            };
            let mut members = part.as_object().into_iter().flat_map(Map::keys);
            let unknown = members.find(|member| !known.split(' ').any(|word| word == *member));
            unknown.map(String::as_str)
        });
        unknown.map(|word| format!("{number}: {line} has {word}"))
    })
}

/// Whether the outcome is what the step expects.
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

/// Makes the call of a step on many threads at once.
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

/// The arguments, with the values of names.
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
        (Value::Object(wanted), Value::String(text)) if wanted.contains_key("$has") => {
            text.contains(wanted["$has"].as_str().unwrap())
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
