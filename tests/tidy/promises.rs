//! Each promise in the server's table names a test, and these tests exist.

use crate::expect_none;
use crate::sources::{self, Source};

const TABLE: &str = "server/tests/README.md";
/// The tests without a folder in their name.
const STORIES: &str = "server/tests/http/";

#[test]
fn every_promise_has_its_tests() {
    let sources = sources::all();
    let table = sources.iter().find(|source| source.path == TABLE).unwrap();
    expect_none(&complaints(table, &sources));
}

fn complaints(table: &Source, sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (at, line) in table.text.lines().enumerate() {
        // Code in a cell may contain `::`, but no bar.
        let mut cells = line.trim_matches('|').rsplit('|');
        let is_row = line.starts_with("| ") && !line.starts_with("| ---");
        let Some(proof) = cells.next().filter(|_| is_row) else {
            continue;
        };
        let names: Vec<_> = proof.split('`').skip(1).step_by(2).collect();
        let is_heading = proof.trim() == "proved by" || proof.trim() == "command";
        if names.is_empty() && !is_heading {
            complaints.push(table.complaint(at + 1, "a promise without a test"));
        }
        let tests = names.into_iter().filter(|name| !name.contains(' '));
        for name in tests.filter(|name| !is_there(name, sources)) {
            complaints.push(table.complaint(at + 1, format!("there is no test {name}")));
        }
    }
    complaints
}

/// Whether the script exists, or a file that has this function as a test.
fn is_there(name: &str, sources: &[Source]) -> bool {
    let (path, function) = match name.split_once("::") {
        Some((path, function)) => (path.to_owned(), Some(function)),
        None => (name.to_owned(), None),
    };
    let path = if path.contains('/') {
        path
    } else {
        format!("{STORIES}{path}.rs")
    };
    let Some(function) = function else {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        return root.join(path).is_file();
    };
    let source = sources.iter().find(|source| source.path == path);
    source.is_some_and(|source| {
        let start = format!("fn {function}(");
        let mut lines = source.text.lines().map(str::trim).peekable();
        let mut is_test = false;
        lines.any(|line| {
            let is_it = is_test && line.starts_with(&start);
            is_test = line == "#[test]" || (is_test && line.starts_with("#["));
            is_it
        })
    })
}

#[test]
fn a_promise_without_its_test_is_found() {
    let story = Source::new(
        "server/tests/http/a.rs",
        "#[test]\nfn b() {}\n\nfn c() {}\n",
    );
    let table = "| promise | proved by |\n| --- | --- |\n| 1 | `a::b` |\n| 2 | `a::c` |\n\
                 | 3 | `a::d`, `a::b` |\n| 4 | `server/tests/none.py` |\n| 5 | |\n";
    let found = complaints(&Source::new(TABLE, table), &[story]);
    let found: Vec<_> = found.iter().map(String::as_str).collect();
    assert_eq!(
        found,
        [
            "server/tests/README.md:4: there is no test a::c",
            "server/tests/README.md:5: there is no test a::d",
            "server/tests/README.md:6: there is no test server/tests/none.py",
            "server/tests/README.md:7: a promise without a test",
        ]
    );
}
