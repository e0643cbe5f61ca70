//! No message shows a text in the form of `Debug`: `headcount::quoted` writes out invisible
//! characters in a readable form.

use crate::expect_none;
use crate::sources::{self, Source};

/// Where messages for people are made. The C ABI's messages name constants, for programmers.
const FOLDERS: [&str; 3] = ["src/", "cli/src/", "server/src/"];
const OF_PROGRAMMERS: &str = "src/capi/";

/// The macros that make messages.
const MACROS: [&str; 4] = ["format", "format_args", "write", "writeln"];

/// The format of `Debug`, in two parts, because this file is searched too.
const DEBUG: &str = concat!(":", "?}");

#[test]
fn messages_have_no_rust_in_them() {
    let complaints: Vec<String> = sources::rust().iter().flat_map(complaints).collect();
    expect_none(&complaints);
}

fn complaints(source: &Source) -> Vec<String> {
    let is_for_people = FOLDERS.iter().any(|folder| source.path.starts_with(folder))
        && ![OF_PROGRAMMERS, "fuzzing"]
            .iter()
            .any(|part| source.path.contains(part))
        && !source.is_test();
    if !is_for_people {
        return Vec::new();
    }
    let code = source.text.split("#[cfg(test)]\nmod tests").next();
    let code = code.unwrap_or_default();
    let debugs = code.match_indices(DEBUG).map(|(at, _)| at);
    let in_messages = debugs.filter(|at| macro_of(code, *at).is_some_and(|m| MACROS.contains(&m)));
    let line = |at: usize| code[..at].matches('\n').count() + 1;
    in_messages
        .map(|at| source.complaint(line(at), "show it with headcount::quoted"))
        .collect()
}

/// The macro in whose arguments the place is.
fn macro_of(code: &str, at: usize) -> Option<&str> {
    let before = &code[..code[..at].rfind("!(")?];
    let name = before.rfind(|c: char| !c.is_alphanumeric() && c != '_');
    Some(&before[name.map_or(0, |at| at + 1)..])
}

#[test]
fn a_text_as_rust_shows_it_is_found() {
    let found = |path: &str, line: &str| {
        let text = format!("fn a() {{\n    {line}\n}}\n#[cfg(test)]\nmod tests {{ {line} }}\n");
        complaints(&Source::new(path, text))
    };
    let shown = format!("format!(\"no {{name{DEBUG}\")");
    let expected = ["src/a.rs:2: show it with headcount::quoted"];
    assert_eq!(found("src/a.rs", &shown), expected);
    assert_eq!(
        found("src/a.rs", &format!("write!(f, \"{{{DEBUG}\", a)")).len(),
        1
    );
    assert_eq!(found("cli/src/b/c.rs", &shown).len(), 1);
    for path in ["src/capi/a.rs", "src/a/tests.rs", "tests/a.rs", "fuzz/a.rs"] {
        assert!(found(path, &shown).is_empty(), "{path}");
    }
    assert!(found("src/a.rs", &format!("assert!(a, \"{{a{DEBUG}\")")).is_empty());
    assert!(found("src/a.rs", "format!(\"{name}\")").is_empty());
}
