//! Every public item of the library has an example that is compiled and run.

use crate::expect_none;
use crate::sources::{self, Source};

/// The rooms with nothing public in Rust: the C ABI, whose functions have examples in C, two
/// private rooms, and the code that only the fuzzers call.
const HIDDEN: [&str; 4] = ["src/capi", "src/engine", "src/process", "src/fuzzing"];

#[test]
fn every_public_item_has_an_example() {
    let sources = sources::rust();
    let items: Vec<_> = sources
        .iter()
        .filter(|source| is_public(source))
        .flat_map(|source| items_of(source).into_iter().map(move |item| (source, item)))
        .collect();
    assert!(items.len() > 300, "{} public items were found", items.len());
    let complaints: Vec<String> = items
        .into_iter()
        .filter(|(_, item)| !item.has_example)
        .map(|(source, item)| source.complaint(item.line, format!("{}: no example", item.text)))
        .collect();
    expect_none(&complaints);
}

fn is_public(source: &Source) -> bool {
    let path = &source.path;
    path.starts_with("src/")
        && !source.is_test()
        && !HIDDEN.iter().any(|room| path.starts_with(room))
}

/// The words that can follow the `pub` of an item.
const ITEMS: [&str; 11] = [
    "fn", "const", "static", "async", "unsafe", "extern", "struct", "enum", "union", "type",
    "trait",
];

struct Item {
    line: usize,
    text: String,
    has_example: bool,
}

/// The items that begin with `pub`, each with whether its comment has an example.
fn items_of(source: &Source) -> Vec<Item> {
    let mut items = Vec::new();
    let (mut has_example, mut is_in_block) = (false, false);
    for (at, line) in source.text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix("///") {
            if let Some(word) = comment.trim().strip_prefix("```") {
                // A block with a word after its fence may not be run.
                has_example |= !is_in_block && word.is_empty();
                is_in_block = !is_in_block;
            }
            continue;
        }
        let is_item = ITEMS
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
                pub(crate) fn c() {}\n/// ```text\n/// d\n/// ```\npub fn d() {}\n";
    let items = items_of(&Source::new("src/a.rs", text));
    let shown: Vec<_> = items
        .iter()
        .map(|item| (item.line, item.has_example))
        .collect();
    assert_eq!(shown, [(5, true), (8, false), (13, false)]);
}
