//! Rules for every file that is written by hand.

use crate::expect_none;
use crate::sources::{self, Source};

/// Words that mark unfinished work, in two parts, because this file is searched too.
const UNFINISHED: [&str; 7] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK:"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("db", "g!("),
];

#[test]
fn files_are_clean() {
    let complaints: Vec<String> = sources::all().iter().flat_map(complaints).collect();
    expect_none(&complaints);
}

fn complaints(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    if source.is_rust() && !source.text.starts_with("//! ") {
        complaints.push(source.complaint(1, "begin with what the file is for: `//! …`"));
    }
    if !source.text.ends_with('\n') || source.text.ends_with("\n\n") {
        let last = source.text.lines().count();
        complaints.push(source.complaint(last, "end the file with one line break"));
    }
    for (number, line) in (1..).zip(source.text.split('\n')) {
        if line.contains(['\t', '\r']) {
            complaints.push(source.complaint(number, "a tab or carriage return"));
        }
        if line.ends_with(char::is_whitespace) {
            complaints.push(source.complaint(number, "white space at the end of the line"));
        }
        let words = UNFINISHED.iter().filter(|word| line.contains(**word));
        complaints.extend(words.map(|word| source.complaint(number, word)));
    }
    complaints
}

#[test]
fn what_is_not_clean_is_found() {
    let found = |path: &str, text: &str| complaints(&Source::new(path, text)).len();
    assert_eq!(found("src/a.rs", "//! Fine.\n\nfn a() {}\n"), 0);
    assert_eq!(found("src/a.rs", "fn a() {}\n"), 1);
    assert_eq!(found("README.md", "# No end"), 1);
    assert_eq!(found("README.md", "# Two ends\n\n"), 1);
    assert_eq!(found("a.c", "\tint a;\n"), 1);
    assert_eq!(found("a.c", "int a; \n"), 1);
    assert_eq!(found("a.c", "int a;\r\n"), 2);
    for word in UNFINISHED {
        assert_eq!(found("a.c", &format!("// {word}\n")), 1, "{word}");
    }
}
