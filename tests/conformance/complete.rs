//! The script is complete: every call, operation, kind of error, method and C function is in some
//! case, or the README says why not and where it is tested instead.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::ROOT;
use crate::helper::lines::{TABLE, scripts};

type Names = BTreeSet<String>;

#[test]
fn nothing_is_left_out_without_a_reason() {
    let used = used();
    let mut all = Names::new();
    all.extend(kinds());
    all.extend(methods());
    all.extend(c_functions());
    all.extend(words("calls"));
    all.extend(words("operations").iter().map(|name| format!("op {name}")));
    let missing: Names = all.difference(&used).cloned().collect();
    assert_eq!(missing, excepted(), "found in the code, and in the README");
}

/// A runner written from the README knows the same calls as one written from `calls.json`.
#[test]
fn the_readme_and_the_table_have_the_same_calls() {
    let readme = read("tests/conformance/README.md");
    let calls = section(&readme, "Calls");
    let rows = calls.lines().filter(|line| line.starts_with("| `"));
    let named = rows
        .flat_map(|row| quoted(row.split(" | ").next().unwrap()))
        .filter(|name| name != "do");
    assert_eq!(named.collect::<Names>(), words("calls"));
    let is_kept = |(name, members): (&String, &Value)| {
        let own = TABLE["calls"][name].as_str().unwrap();
        let version = if own.contains("if_version") {
            ""
        } else {
            " if_version"
        };
        let members = members.as_str().unwrap();
        members == format!("op {own}") || members == format!("op {own}{version}")
    };
    assert!(TABLE["operations"].as_object().unwrap().iter().all(is_kept));
}

/// A runner is easy to read, and to write for another language.
#[test]
fn runners_are_short() {
    let readme = read("tests/conformance/README.md");
    let table = section(&readme, "Runners");
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<_> = rows
        .map(|row| row.split(" | ").collect::<Vec<_>>())
        .skip(2)
        .collect();
    assert_eq!(rows.len(), 9, "one for each door");
    for row in rows {
        let lines = |path: &String| read(&format!("tests/conformance/{path}")).lines().count();
        let in_all: usize = quoted(row[1]).iter().map(lines).sum();
        assert!(in_all > 0 && in_all < 200, "{}: {in_all} lines", row[0]);
        assert!(quoted(row[2]).iter().all(|path| lines(path) > 0));
    }
}

/// The names that the cases use: calls, operations, kinds of errors and, in C, functions.
fn used() -> Names {
    let mut used = Names::new();
    for line in scripts("").iter().flat_map(|(_, script)| script.lines()) {
        if !line.is_empty() {
            collect(&serde_json::from_str(line).unwrap(), &mut used);
        }
    }
    for part in [
        "batches", "calls", "helper", "main", "queries", "show", "upkeep",
    ] {
        let code = read(&format!("tests/conformance/c/{part}.c"));
        let code = code.replace("ON_WORKSPACE(", "hc_batch_");
        let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        used.extend(
            words
                .filter(|word| word.starts_with("hc_"))
                .map(str::to_owned),
        );
    }
    used
}

fn collect(value: &Value, used: &mut Names) {
    if value["do"] == "open" {
        used.extend(value["in"].as_object().unwrap().keys().cloned());
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("do" | "err" | "kind", Value::String(name)) => drop(used.insert(name.clone())),
            ("op", Value::String(name)) => drop(used.insert(format!("op {name}"))),
            ("err" | "open", Value::Object(of)) => used.extend(of.keys().cloned()),
            ("as", _) => drop(used.insert("acting_as".to_owned())),
            ("through", _) => drop(used.insert("through".to_owned())),
            _ => {}
        }
        collect(value, used);
    }
    value
        .as_array()
        .into_iter()
        .flatten()
        .for_each(|item| collect(item, used));
}

/// The names of the kinds, as `ErrorKind::name` gives them.
fn kinds() -> Names {
    let code = read("src/error/kind.rs");
    let arms = code
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Self::"));
    arms.filter_map(|arm| {
        arm.split_once("=> \"")?
            .1
            .split('"')
            .next()
            .map(str::to_owned)
    })
    .collect()
}

/// The public methods of `Directory` and `Options`.
fn methods() -> Names {
    let folder = Path::new(ROOT).join("src/directory");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut methods = Names::new();
    for file in files.filter(|file| file.extension().is_some_and(|of| of == "rs")) {
        let code = fs::read_to_string(file).unwrap();
        let mut is_in = false;
        for line in code.lines() {
            if !line.starts_with([' ', '}']) && !line.is_empty() {
                is_in = line == "impl Directory {" || line == "impl Options {";
            }
            let name = line
                .strip_prefix("    pub fn ")
                .and_then(|of| of.split(['(', '<']).next());
            methods.extend(name.filter(|_| is_in).map(str::to_owned));
        }
    }
    methods
}

fn c_functions() -> Names {
    let api: Value = serde_json::from_str(&read("include/headcount.json")).unwrap();
    let functions = api["functions"].as_array().unwrap().iter();
    functions
        .map(|function| function["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The names in the first column of the README's last table. Checks that the files in its last
/// column contain them.
fn excepted() -> Names {
    let readme = read("tests/conformance/README.md");
    let table = section(&readme, "Not in the script");
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| {
        let columns: Vec<_> = row.trim_matches('|').split(" | ").collect();
        let tests: String = quoted(columns[2])
            .iter()
            .map(|path| plain(&read(path)))
            .collect();
        let names = quoted(columns[0]);
        for name in &names {
            assert!(tests.contains(&plain(name)), "no test of {row} has {name}");
        }
        names
    })
    .collect()
}

/// A name without underscores, since kinds have none in the code.
fn plain(text: &str) -> String {
    text.replace('_', "").to_lowercase()
}

fn section<'r>(readme: &'r str, heading: &str) -> &'r str {
    let from = readme.split(&format!("## {heading}\n")).nth(1).unwrap();
    from.split("\n## ").next().unwrap()
}

fn quoted(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.map(str::to_owned).collect()
}

fn words(section: &str) -> Names {
    TABLE[section]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}
