//! Each fuzz target has a corpus, and each corpus a target. The targets are listed in four
//! packages, which can't see each other's lists.

use std::fs;
use std::path::Path;

use crate::sources::{self, Source};

/// What a list of targets begins with.
const LIST: &str = "const TARGETS: &[(&str, Check)] = &[";

#[test]
fn fuzz_targets_are_the_folders_of_the_corpus() {
    let sources = sources::rust();
    let lists: Vec<Vec<&str>> = sources.iter().filter_map(targets_of).collect();
    assert_eq!(lists.len(), 4, "lists of targets");
    let mut targets = lists.concat();
    targets.sort_unstable();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let folders = fs::read_dir(corpus).unwrap();
    let mut folders: Vec<_> = folders
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(targets, folders);
}

/// The names in the list of targets of `source`, if it has one.
fn targets_of(source: &Source) -> Option<Vec<&str>> {
    let is_itself = source.path.ends_with("tidy/targets.rs");
    let (_, list) = source.text.split_once(LIST).filter(|_| !is_itself)?;
    let (list, _) = list.split_once("];")?;
    let names = list.split("(\"").skip(1);
    Some(names.filter_map(|rest| rest.split('"').next()).collect())
}

#[test]
fn names_are_found_in_a_list() {
    let list = format!("pub {LIST}\n    (\"a\", a),\n    (\"b\", |bytes| b(bytes)),\n];");
    let source = Source::new("src/x.rs", list);
    assert_eq!(targets_of(&source).unwrap(), ["a", "b"]);
    assert_eq!(targets_of(&Source::new("src/y.rs", "(\"a\", b);")), None);
}
