//! Modules beside each other don't import each other in circles.

use std::collections::{BTreeMap, BTreeSet};

use crate::expect_none;
use crate::imports::{module_of, paths};
use crate::sources::{self, Source};

/// Folders whose modules may: the parts of the engine share its state.
const EXEMPT: [&str; 2] = ["engine::redb", "engine::redb::log"];

/// The modules of a folder, each with those beside it that it imports.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn modules_beside_each_other_have_no_circles() {
    let mut circles = circles(&sources::rust());
    for folder in EXEMPT {
        assert!(
            circles.remove(folder).is_some(),
            "{folder} needs no exemption"
        );
    }
    expect_none(&complaints(&circles));
}

fn complaints(circles: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let told = circles.iter().map(|(folder, modules)| {
        let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
        format!("{folder}: {} import each other", modules.join(", "))
    });
    told.collect()
}

/// The folders with circles, each with the modules in them.
fn circles(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let mut circles = BTreeMap::new();
    for (folder, imports) in imports(sources) {
        let reached: Imports = { imports.keys() }
            .map(|module| (module.clone(), reached_from(module, &imports)))
            .collect();
        let in_circle = reached.iter().filter(|(module, all)| all.contains(*module));
        let in_circle: BTreeSet<String> = in_circle.map(|(module, _)| module.clone()).collect();
        if !in_circle.is_empty() {
            circles.insert(folder, in_circle);
        }
    }
    circles
}

/// The modules that `module` imports, directly or through others.
fn reached_from(module: &str, imports: &Imports) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![module];
    while let Some(module) = open.pop() {
        for imported in imports.get(module).into_iter().flatten() {
            if reached.insert(imported.clone()) {
                open.push(imported);
            }
        }
    }
    reached
}

/// The imports between modules of the library, by the folder that both are in.
fn imports(sources: &[Source]) -> BTreeMap<String, Imports> {
    let library = sources
        .iter()
        .filter(|source| source.path.starts_with("src/") && !source.is_test());
    let library: Vec<&Source> = library.collect();
    let modules: BTreeSet<Vec<&str>> = { library.iter() }
        .map(|source| module_of(&source.path))
        .collect();
    let mut imports: BTreeMap<String, Imports> = BTreeMap::new();
    for source in library {
        let here = module_of(&source.path);
        for (_, path) in paths(source) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let is_module = |len: &usize| modules.contains(&path[..*len]);
            let there = &path[..(1..=path.len()).rev().find(is_module).unwrap_or(0)];
            let shared = here.iter().zip(there).take_while(|(a, b)| a == b).count();
            if let (Some(one), Some(other)) = (here.get(shared), there.get(shared)) {
                let folder = imports.entry(here[..shared].join("::")).or_default();
                let known = folder.entry((*one).to_owned()).or_default();
                known.insert((*other).to_owned());
            }
        }
    }
    imports
}

#[test]
fn a_circle_is_found() {
    let sources = [
        Source::new("src/capi/mod.rs", ""),
        Source::new("src/capi/a.rs", "use super::b::B;"),
        Source::new("src/capi/b.rs", "use super::c::deep::C;"),
        Source::new("src/capi/c.rs", "mod deep;"),
        Source::new(
            "src/capi/c/deep.rs",
            "use crate::capi::a::A;\nuse super::super::d;",
        ),
        Source::new(
            "src/capi/d.rs",
            "use crate::model::a;\n#[cfg(test)]\nmod tests { use super::super::a; }",
        ),
        Source::new("src/model/a.rs", "use super::M;"),
        Source::new("src/model/mod.rs", "use self::a::A;"),
    ];
    assert_eq!(
        complaints(&circles(&sources)),
        ["capi: a, b, c import each other"]
    );
}
