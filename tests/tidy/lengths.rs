//! Files and functions are short.

use crate::expect_none;
use crate::sources::{self, Source};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

#[test]
fn files_and_functions_are_short() {
    let sources = sources::rust();
    let sources = sources.iter().filter(|source| !source.is_test());
    let complaints: Vec<String> = sources.flat_map(complaints).collect();
    expect_none(&complaints);
}

fn complaints(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut complaints = Vec::new();
    if lines.len() > FILE_LINES_MAX {
        let what = format!("{} lines; find the second room in it", lines.len());
        complaints.push(source.complaint(FILE_LINES_MAX, what));
    }
    for (at, line) in lines
        .iter()
        .enumerate()
        .filter(|(_, line)| begins_function(line))
    {
        let length = function_length(&lines[at..]);
        if length > FUNCTION_LINES_MAX {
            complaints.push(source.complaint(
                at + 1,
                format!("a function of {length} lines: {}", line.trim()),
            ));
        }
    }
    complaints
}

fn begins_function(line: &str) -> bool {
    let mut words = line.split([' ', '(']).skip_while(|word| {
        matches!(
            *word,
            "" | "pub"
                | "const"
                | "async"
                | "unsafe"
                | "extern"
                | "\"C\""
                | "crate)"
                | "super)"
                | "in"
                | "self)"
        )
    });
    words.next() == Some("fn")
}

/// The number of lines of the function that begins on the first of `lines`. rustfmt puts the
/// closing brace under its first word.
fn function_length(lines: &[&str]) -> usize {
    let margin = lines[0].len() - lines[0].trim_start().len();
    let last = format!("{}}}", &lines[0][..margin]);
    let is_whole = |line: &str| line.ends_with(';') || line.ends_with('}');
    let head = lines
        .iter()
        .position(|line| line.ends_with('{') || is_whole(line));
    match head {
        Some(head) if !is_whole(lines[head]) => lines
            .iter()
            .position(|line| **line == last)
            .map_or(lines.len(), |at| at + 1),
        head => head.map_or(lines.len(), |head| head + 1),
    }
}

#[test]
fn what_is_too_long_is_found() {
    let function = |lines: usize| {
        let body = "        x();\n".repeat(lines - 4);
        format!("    pub(crate) fn a(\n        b: u8,\n    ) -> C {{\n{body}    }}\n")
    };
    let source = |text: String| Source::new("src/a.rs", text);
    assert_eq!(complaints(&source(function(FUNCTION_LINES_MAX))), [""; 0]);
    let long = complaints(&source(format!(
        "fn a();\nfn b() {{}}\n{}",
        function(FUNCTION_LINES_MAX + 1)
    )));
    assert_eq!(
        long,
        ["src/a.rs:3: a function of 71 lines: pub(crate) fn a("]
    );
    assert_eq!(complaints(&source("x\n".repeat(FILE_LINES_MAX))), [""; 0]);
    assert_eq!(
        complaints(&source("x\n".repeat(FILE_LINES_MAX + 1))).len(),
        1
    );
}
