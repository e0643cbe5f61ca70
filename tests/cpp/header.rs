//! The C++ header compiles without warnings, covers all of the C header, and documents it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::compilers::{COMPILERS, STANDARDS, compiler, source};
use crate::tools;

fn read(path: &str) -> String {
    std::fs::read_to_string(tools::root().join(path)).unwrap()
}

/// The words of a text that begin with `prefix`.
fn words<'t>(text: &'t str, prefix: &str) -> BTreeSet<&'t str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with(prefix))
        .collect()
}

/// The header alone, in each standard.
#[test]
fn no_compiler_complains_about_the_header() {
    for program in COMPILERS {
        if tools::have(&[program]) {
            for standard in STANDARDS {
                let mut command = compiler(program, standard);
                command.arg("-fsyntax-only").arg(source("other_unit"));
                tools::run(&mut command);
            }
        }
    }
}

/// All programs, so that all templates are instantiated; g++ compiles them to run them.
#[test]
fn no_compiler_complains_about_its_use() {
    if !tools::have(&["clang++"]) {
        return;
    }
    let mut sources = tools::files(&tools::root().join("bindings/cpp/tests"), "cpp");
    sources.push(tools::root().join("examples/cpp/quickstart.cpp"));
    assert!(sources.len() > 10);
    // Clang before 16 can't compile the views of libstdc++.
    sources.retain(|path| *path != source("concepts"));
    for path in sources {
        let mut command = compiler("clang++", "c++17");
        if path == source("no_exceptions") {
            command.arg("-fno-exceptions");
        }
        tools::run(command.arg("-fsyntax-only").arg(&path));
    }
}

/// C++ has every function, status and kind that C has.
#[test]
fn nothing_of_the_c_header_is_missing() {
    let c = read("include/headcount.h");
    let cpp = read("bindings/cpp/headcount.hpp");
    let used = words(&cpp, "hc_");
    let calls = |name: &&&str| c.contains(&format!(" {name}(")) || c.contains(&format!("*{name}("));
    let functions = words(&c, "hc_");
    let functions: Vec<_> = functions.iter().filter(calls).collect();
    assert!(
        functions.len() >= 189,
        "only {} were found",
        functions.len()
    );
    for function in functions {
        assert!(
            used.contains(function),
            "headcount.hpp doesn't call {function}"
        );
    }
    for prefix in [
        "STATUS",
        "LOG_LEVEL",
        "LICENSE",
        "ROLE",
        "SORT",
        "SUBJECT",
        "EVENT",
        "FIELD",
    ] {
        let prefix = format!("HC_{prefix}_");
        let known = words(&cpp, &prefix);
        let values = words(&c, &prefix);
        let values = values
            .iter()
            .filter(|name| c.contains(&format!("    {name} = ")));
        for value in values {
            assert!(known.contains(value), "headcount.hpp lacks {value}");
        }
    }
}

/// Each throwing form has one that doesn't throw, and vice versa.
#[test]
fn calls_come_in_two_forms() {
    let cpp = read("bindings/cpp/headcount.hpp");
    let forms: Vec<_> = cpp
        .lines()
        .filter(|line| line.trim_start().starts_with("result<") && line.contains(" try_"))
        .filter_map(|line| line.split(" try_").nth(1)?.split('(').next())
        .collect();
    assert!(forms.len() > 45, "only {} were found", forms.len());
    for name in forms {
        let throwing = format!(" {name}(");
        assert!(cpp.contains(&throwing), "try_{name}() has no {name}()");
    }
}

/// Everything public has a comment that doxygen understands.
#[test]
fn doxygen_has_no_complaints() {
    if !tools::have(&["doxygen"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let header = tools::root().join("bindings/cpp/headcount.hpp");
    let complaints = |header: &Path| {
        let configuration = folder.path().join("Doxyfile");
        let lines = format!(
            "INPUT = {}\nOUTPUT_DIRECTORY = {}\nGENERATE_LATEX = NO\nGENERATE_HTML = NO\nGENERATE_XML = YES\nQUIET = YES\n\
             WARN_AS_ERROR = FAIL_ON_WARNINGS\n",
            header.display(),
            folder.path().display()
        );
        std::fs::write(&configuration, lines).unwrap();
        let output = Command::new("doxygen").arg(configuration).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (!output.status.success()).then_some(said)
    };
    assert_eq!(complaints(&header), None);
    // The file has the name that its `@file` comment states.
    let bad = folder.path().join("headcount.hpp");
    let text =
        read("bindings/cpp/headcount.hpp").replace("/** The bytes, in network order. */", "");
    std::fs::write(&bad, text).unwrap();
    let found = complaints(&bad).unwrap_or_default();
    assert!(found.contains("is not documented"), "{found}");
}
