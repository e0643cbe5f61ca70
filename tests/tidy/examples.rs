//! Public items of the library have an example.

use crate::sources::{self, Source};

/// Public items that have none yet. Lower it with each that gets one.
const WITHOUT: usize = 165;

/// The rooms with nothing public in Rust.
const HIDDEN: [&str; 4] = ["src/capi", "src/engine", "src/fuzzing", "src/process"];

#[test]
fn items_without_an_example_only_become_fewer() {
    let sources = sources::rust();
    let public = sources.iter().filter(|source| is_public(source));
    let (mut items, mut without) = (0, Vec::new());
    for source in public {
        for item in items_of(source) {
            items += 1;
            if !item.has_example {
                without.push(source.complaint(item.line, item.text));
            }
        }
    }
    assert!(items > 200, "{items} public items were found");
    assert_eq!(
        without.len(),
        WITHOUT,
        "of {items} public items these have no example:\n{}",
        without.join("\n")
    );
}

fn is_public(source: &Source) -> bool {
    let path = &source.path;
    path.starts_with("src/")
        && !source.is_test()
        && !HIDDEN.iter().any(|room| path.starts_with(room))
}

struct Item {
    line: usize,
    text: String,
    has_example: bool,
}

/// The items that begin with `pub`, with what the comment above them shows.
fn items_of(source: &Source) -> Vec<Item> {
    let mut items = Vec::new();
    let mut has_example = false;
    for (at, line) in source.text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("///") {
            has_example |= line.contains("```");
            continue;
        }
        let is_item = ["fn", "const", "struct", "enum", "type", "trait"]
            .iter()
            .any(|word| line.starts_with(&format!("pub {word} ")));
        if is_item {
            items.push(Item {
                line: at + 1,
                text: line.trim_end_matches('{').trim().to_owned(),
                has_example,
            });
        }
        // Attributes may stand between a comment and its item.
        if line.is_empty() || is_item || line.ends_with('}') {
            has_example = false;
        }
    }
    items
}

#[test]
fn an_item_without_an_example_is_found() {
    let text = "/// ```\n/// a\n/// ```\n#[must_use]\npub fn a() {}\n\n/// B.\npub const fn b() {}\n\
                pub(crate) fn c() {}\n";
    let items = items_of(&Source::new("src/a.rs", text));
    let shown: Vec<_> = items
        .iter()
        .map(|item| (item.line, item.has_example))
        .collect();
    assert_eq!(shown, [(5, true), (8, false)]);
}
