//! Reads the scripts: their cases and lines, and the words that a line may have.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::ROOT;

/// The kinds of lines, the calls and the operations, each with the keys that it may have.
pub static TABLE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../calls.json")).unwrap());

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
pub fn cases(text: &str) -> Vec<Vec<(usize, Value)>> {
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
pub fn unknown_word(case: &[(usize, Value)]) -> Option<String> {
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
