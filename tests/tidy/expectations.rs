//! The tests that `bindings/README.md` names exist.

use std::path::Path;

use crate::expect_none;

#[test]
fn each_test_of_the_bindings_table_exists() {
    let bindings = Path::new(env!("CARGO_MANIFEST_DIR")).join("bindings");
    let table = std::fs::read_to_string(bindings.join("README.md")).unwrap();
    expect_none(&missing(&table, |path| {
        std::fs::read_to_string(bindings.join(path)).ok()
    }));
}

/// What is wrong with the rows `| expectation | `path` `words of it`, … |`.
fn missing(table: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut complaints = Vec::new();
    let rows = table.lines().filter(|line| line.starts_with("| "));
    for row in rows.filter(|row| !row.starts_with("| ---") && !row.starts_with("| expectation")) {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let quoted: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        if quoted.len() < 2 {
            complaints.push(format!("no test for {row}"));
        }
        let mut file = None;
        for name in quoted {
            match (read(name), &file) {
                (Some(text), _) => file = Some((name, text)),
                (None, Some((path, text))) if !text.contains(name) => {
                    complaints.push(format!("{path} has no `{name}`"));
                }
                (None, Some(_)) => {}
                (None, None) => complaints.push(format!("there is no {name}")),
            }
        }
    }
    complaints
}

#[test]
fn what_is_missing_is_found() {
    let read = |path: &str| (path == "a.py").then(|| "def test_one(): pass".to_owned());
    let of = |tests: &str| missing(&format!("| it works | {tests} |"), read);
    assert!(of("`a.py` `test_one`").is_empty());
    assert_eq!(of("`a.py` `test_two`"), ["a.py has no `test_two`"]);
    assert_eq!(of("by hand").len(), 1);
    assert_eq!(of("`b.py` `test_one`").len(), 2);
}
