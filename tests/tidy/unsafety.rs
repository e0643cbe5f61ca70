//! The lint against unsafe code is allowed only in a few places, and every package has it. Clippy
//! checks that unsafe code says why it is sound.

use crate::expect_none;
use crate::sources::{self, Source};
use crate::tokens;

/// The crate roots that allow it for one module each (the C ABI, the code for a child of `fork`,
/// the calls of Node and of Arrow, the fuzzed C decoder), the benchmark that calls the C ABI as C
/// does, and the one call that opens LMDB, for which there is no safe way.
const PLACES: [&str; 6] = [
    "src/lib.rs",
    "benches/capi/c.rs",
    "benches/peers/contenders/lmdb.rs",
    "bindings/node/native/src/lib.rs",
    "bindings/python/src/lib.rs",
    "fuzz/src/lib.rs",
];

#[test]
fn the_lint_against_unsafe_code_is_lifted_in_few_places() {
    let complaints: Vec<String> = sources::rust().iter().filter_map(complaint).collect();
    expect_none(&complaints);
}

fn complaint(source: &Source) -> Option<String> {
    let tokens = tokens::of(&source.text);
    let lifted = tokens.iter().find(|token| token.text == "unsafe_code")?;
    let what = "unsafe code belongs in src/capi/";
    (!PLACES.contains(&&*source.path)).then(|| source.complaint(lifted.line, what))
}

#[test]
fn the_workspace_denies_unsafe_code() {
    let manifests = sources::all().into_iter().filter_map(|source| {
        let is_manifest = source.path.ends_with("Cargo.toml");
        let manifest: toml::Table = is_manifest.then(|| source.text.parse().unwrap())?;
        Some((source.path, manifest.get("workspace")?.clone()))
    });
    let manifests: Vec<_> = manifests.collect();
    assert_eq!(manifests.len(), 1, "all packages are in one workspace");
    for (path, workspace) in manifests {
        let lint = workspace.get("lints").and_then(|lints| lints.get("rust"));
        let lint = lint.and_then(|rust| rust.get("unsafe_code")?.as_str());
        assert_eq!(lint, Some("deny"), "{path}");
    }
}

#[test]
fn every_package_takes_the_lints_of_its_workspace() {
    let complaints: Vec<String> = sources::all().iter().filter_map(without_lints).collect();
    expect_none(&complaints);
}

/// A complaint about a package's manifest that doesn't take the workspace's lints.
fn without_lints(source: &Source) -> Option<String> {
    let is_manifest = source.path.ends_with("Cargo.toml");
    let manifest: toml::Table = is_manifest.then(|| source.text.parse().unwrap())?;
    manifest.get("package")?;
    let lints = manifest.get("lints");
    let taken = lints.and_then(|lints| lints.get("workspace")?.as_bool());
    let what = "take the workspace's lints: `lints.workspace = true`";
    (taken != Some(true)).then(|| source.complaint(1, what))
}

#[test]
fn a_package_without_the_lints_is_found() {
    let is_found = |text: &str| without_lints(&Source::new("a/Cargo.toml", text)).is_some();
    assert!(!is_found(
        "[package]\nname = 'a'\n[lints]\nworkspace = true\n"
    ));
    assert!(!is_found("[workspace]\nmembers = ['a']\n"));
    assert!(is_found("[package]\nname = 'a'\n"));
    assert!(is_found(
        "[package]\nname = 'a'\n[lints]\nworkspace = false\n"
    ));
    assert!(is_found(
        "[package]\nname = 'a'\n[lints.rust]\nunsafe_code = 'allow'\n"
    ));
}

#[test]
fn a_lint_that_is_lifted_elsewhere_is_found() {
    let lifted = "// unsafe_code\n#![allow(unsafe_code)]\n";
    let found = |path: &str| complaint(&Source::new(path, lifted));
    assert_eq!(found("src/lib.rs"), None);
    let complaint = "src/rules/a.rs:2: unsafe code belongs in src/capi/";
    assert_eq!(found("src/rules/a.rs").as_deref(), Some(complaint));
}
