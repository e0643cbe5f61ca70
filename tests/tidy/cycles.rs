//! Sibling modules don't import each other in cycles, not even through their parent module: a
//! re-exported item counts as an item of the module that defines it. A module and its submodules
//! may import each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::expect_none;
use crate::imports::{module_of, paths};
use crate::sources::{self, Source};

/// The modules of a folder, each with the siblings that it imports.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn sibling_modules_have_no_cycles() {
    expect_none(&complaints(&cycles(&sources::rust())));
}

fn complaints(cycles: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let told = cycles.iter().map(|(folder, modules)| {
        let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
        format!("{folder}: {} import each other", modules.join(", "))
    });
    told.collect()
}

/// The folders with cycles, each with the modules in a cycle.
fn cycles(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let mut cycles = BTreeMap::new();
    for (folder, imports) in imports(sources) {
        let reached: Imports = { imports.keys() }
            .map(|module| (module.clone(), reached_from(module, &imports)))
            .collect();
        let in_cycle = reached.iter().filter(|(module, all)| all.contains(*module));
        let in_cycle: BTreeSet<String> = in_cycle.map(|(module, _)| module.clone()).collect();
        if !in_cycle.is_empty() {
            cycles.insert(folder, in_cycle);
        }
    }
    cycles
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

/// The imports between sibling modules of the library, by folder.
fn imports(sources: &[Source]) -> BTreeMap<String, Imports> {
    let library = sources
        .iter()
        .filter(|source| source.path.starts_with("src/") && !source.is_test());
    let library: Vec<&Source> = library.collect();
    let modules: BTreeSet<Vec<&str>> = { library.iter() }
        .map(|source| module_of(&source.path))
        .collect();
    let exports = exports(&library);
    let mut imports: BTreeMap<String, Imports> = BTreeMap::new();
    for source in library {
        let here = module_of(&source.path);
        for (_, path) in paths(source) {
            let path = origin(path, &modules, &exports);
            let there = &path[..module_len(&path, &modules)];
            let shared = here.iter().zip(there).take_while(|(a, b)| a == b).count();
            if let (Some(one), Some(other)) = (here.get(shared), there.get(shared)) {
                let folder = imports.entry(here[..shared].join("::")).or_default();
                let known = folder.entry((*one).to_owned()).or_default();
                known.insert(other.clone());
            }
        }
    }
    imports
}

/// The paths that modules import or re-export, by the paths under which they do.
type Exports = BTreeMap<Vec<String>, Vec<String>>;

fn exports(library: &[&Source]) -> Exports {
    let mut exports = Exports::new();
    for source in library {
        let here = module_of(&source.path);
        for (_, path) in paths(source) {
            if let Some(name) = path.last() {
                let here = here.iter().copied().map(str::to_owned);
                let under: Vec<String> = here.chain([name.clone()]).collect();
                if under != path {
                    exports.insert(under, path);
                }
            }
        }
    }
    exports
}

/// Where the item at `path` is defined.
fn origin(mut path: Vec<String>, modules: &BTreeSet<Vec<&str>>, exports: &Exports) -> Vec<String> {
    let mut known = BTreeSet::new();
    while known.insert(path.clone()) {
        let item = module_len(&path, modules) + 1;
        if let Some(exported) = path.get(..item).and_then(|under| exports.get(under)) {
            path = exported.iter().chain(&path[item..]).cloned().collect();
        }
    }
    path
}

/// How many parts of `path` name a module.
fn module_len(path: &[String], modules: &BTreeSet<Vec<&str>>) -> usize {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let is_module = |len: &usize| modules.contains(&path[..*len]);
    (1..=path.len()).rev().find(is_module).unwrap_or(0)
}

#[test]
fn a_cycle_is_found() {
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
        complaints(&cycles(&sources)),
        ["capi: a, b, c import each other"]
    );
}

#[test]
fn a_cycle_through_a_re_export_is_found() {
    let sources = [
        Source::new("src/codec/mod.rs", "mod a;\nmod b;\npub(crate) use b::B;"),
        Source::new("src/codec/a.rs", "fn a() { super::B::make(); }"),
        Source::new("src/codec/b.rs", "use super::a::A;"),
        Source::new("src/rules/mod.rs", "use self::c::{C, D};\nfn here() {}"),
        Source::new("src/rules/c.rs", "use super::e::E;"),
        Source::new("src/rules/e.rs", "use super::{here, D};"),
        Source::new("src/rules/f.rs", "use super::C;\nuse std::ops::e;"),
    ];
    assert_eq!(
        complaints(&cycles(&sources)),
        [
            "codec: a, b import each other",
            "rules: c, e import each other"
        ]
    );
}
