//! Every function of the header is exported, guarded, documented and called, and nothing else is
//! exported.

use std::collections::BTreeSet;
use std::process::Command;

use crate::declarations::functions;
use crate::{library, tools};

/// A lower bound, so that a header that can't be parsed doesn't pass as one without functions.
const FUNCTIONS_MIN: usize = 180;

#[test]
fn header_has_functions() {
    let count = functions().len();
    assert!(count >= FUNCTIONS_MIN, "only {count} functions were found");
}

/// `include/symbols.txt` is the library's promise to programs that are linked with it. It is
/// generated from the header, as the header is from the sources.
#[test]
fn symbols_are_up_to_date() {
    let path = tools::root().join("include/symbols.txt");
    let mut made = declared().into_iter().collect::<Vec<_>>().join("\n");
    made.push('\n');
    if std::env::var_os("HEADCOUNT_UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "include/symbols.txt is not what the header declares; run `HEADCOUNT_UPDATE=1 \
         cargo test --features capi --test capi symbols` and look at the difference"
    );
}

#[test]
fn library_exports_its_symbols_and_nothing_else() {
    if !tools::have(&["nm"]) {
        return;
    }
    let library = library::prefix().join("lib/libheadcount.so");
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
    expect_listed(&exported);
}

/// The stories are linked with the shared library; this program, in C17, uses all functions of the
/// static library.
#[test]
fn static_library_has_every_function() {
    if !tools::have(&["gcc"]) {
        return;
    }
    let all: Vec<_> = listed()
        .into_iter()
        .map(|name| format!("(function *){name}"))
        .collect();
    let source = format!(
        "#include \"headcount.h\"\ntypedef void function(void);\n\
         extern function *const all[];\nfunction *const all[] = {{\n{},\n}};\n\
         int main(void)\n{{\n    return all[0] == 0 || hc_abi_version() != HC_ABI_VERSION;\n}}\n",
        all.join(",\n")
    );
    let folder = tempfile::tempdir().unwrap();
    let (file, program) = (folder.path().join("all.c"), folder.path().join("all"));
    std::fs::write(&file, source).unwrap();
    let mut gcc = tools::gcc("c17");
    gcc.arg(file).arg("-o").arg(&program);
    tools::run(gcc.args(library::Link::Static.arguments()));
    tools::run(&mut Command::new(program));
}

/// Fails with the names that only one side has.
fn expect_listed(found: &BTreeSet<String>) {
    let listed = listed();
    let differing: Vec<_> = found.symmetric_difference(&listed).collect();
    assert!(
        differing.is_empty(),
        "not the same as include/symbols.txt: {differing:?}"
    );
}

/// The names in `include/symbols.txt`.
fn listed() -> BTreeSet<String> {
    let list = include_str!("../../include/symbols.txt");
    list.lines().map(str::to_owned).collect()
}

/// The names of the functions of the header.
fn declared() -> BTreeSet<String> {
    functions().into_iter().map(|f| f.name).collect()
}

/// Each function's body is a call of `guard`.
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
                "read",
                "plain",
                "free",
                "unshare",
            ]
            .iter()
            .any(|guard| body.contains(&format!("guard::{guard}(")));
            assert!(guarded, "hc_{name} in {} has no guard", path.display());
            found.insert(format!("hc_{name}"));
        }
    }
    expect_listed(&found);
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
    for name in listed() {
        let call = format!("{name}(");
        assert!(all.contains(&call), "no story calls {call})");
    }
    for function in functions() {
        let call = format!("{}(", function.name);
        if function.parameters.contains('*') {
            assert!(nulls.contains(&call), "no null_arguments*.c calls {call})");
        }
    }
}
