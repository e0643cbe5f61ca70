//! Runs cases and races, and says whether an outcome is the one that a step expects. The runners of
//! the library and of the command share it.

use std::sync::Barrier;
use std::thread;

use serde_json::Value;

use crate::helper::lines::{cases, scripts, unknown_word};
use crate::helper::values::{Names, filled, matches};

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
    let (passed, failed, skipped) = (report.passed, report.failures.len(), &report.skipped);
    println!("{passed} passed, {failed} failed, skipped: {skipped:?}");
    report
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
