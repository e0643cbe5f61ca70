//! No function of the header is forgotten: each is exported, guarded, documented
//! and called, and nothing else is exported.

use std::collections::BTreeSet;
use std::process::Command;

use crate::declarations::functions;
use crate::{library, tools};

/// As many functions as there were when this was written, lest a header that
/// can't be read looks like one without functions.
const FUNCTIONS_MIN: usize = 185;

#[test]
fn header_has_functions() {
    let count = functions().len();
    assert!(count >= FUNCTIONS_MIN, "only {count} were found");
}

#[test]
fn library_exports_what_the_header_declares() {
    if !tools::have(&["nm"]) {
        return;
    }
    let library = library::folder().join("libheadcount.so");
    let symbols = tools::run(
        Command::new("nm")
            .args(["-D", "--defined-only"])
            .arg(library),
    );
    let exported: BTreeSet<_> = symbols
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .map(str::to_owned)
        .collect();
    let declared: BTreeSet<_> = functions().into_iter().map(|f| f.name).collect();
    assert_eq!(exported, declared);
}

/// Each body is a call of `guard`.
#[test]
fn every_function_is_guarded() {
    let mut found = BTreeSet::new();
    for path in tools::files(&tools::root().join("src/capi"), "rs") {
        let source = std::fs::read_to_string(&path).unwrap();
        for piece in source.split("extern \"C\" fn hc_").skip(1) {
            let (name, rest) = piece.split_once('(').unwrap();
            let body = rest.split("\n}\n").next().unwrap();
            let guarded = [
                "call",
                "call_even_poisoned",
                "start",
                "ask",
                "plain",
                "free",
            ]
            .iter()
            .any(|guard| body.contains(&format!("guard::{guard}(")));
            assert!(guarded, "hc_{name} in {} has no guard", path.display());
            found.insert(format!("hc_{name}"));
        }
    }
    let declared: BTreeSet<_> = functions().into_iter().map(|f| f.name).collect();
    assert_eq!(found, declared);
}

#[test]
fn every_function_is_called_from_c() {
    let mut all = String::new();
    let mut nulls = String::new();
    for path in tools::files(&tools::root().join("tests/capi/c"), "c") {
        let source = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        if name.starts_with("null_arguments") {
            nulls.push_str(&source);
        }
        all.push_str(&source);
    }
    for function in functions() {
        let call = format!("{}(", function.name);
        assert!(all.contains(&call), "no story calls {call})");
        if function.parameters.contains('*') {
            assert!(nulls.contains(&call), "no null_arguments*.c calls {call})");
        }
    }
}
