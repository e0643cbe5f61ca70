//! Where the lint that forbids unsafe code may be lifted. What unsafe code must say for
//! itself, clippy checks.

use crate::expect_none;
use crate::sources::{self, Source};
use crate::tokens;

/// The crate roots that lift it for one module each (the C ABI, what is done in a child of
/// `fork`, the calls of Node and of Arrow), the bench that calls the C ABI as C does, and
/// the one call of LMDB, which has no safe way to be opened.
const PLACES: [&str; 5] = [
    "src/lib.rs",
    "benches/capi/c.rs",
    "benches/peers/contenders/lmdb.rs",
    "bindings/node/native/src/lib.rs",
    "bindings/python/src/lib.rs",
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
fn a_lint_that_is_lifted_elsewhere_is_found() {
    let lifted = "// unsafe_code\n#![allow(unsafe_code)]\n";
    let found = |path: &str| complaint(&Source::new(path, lifted));
    assert_eq!(found("src/lib.rs"), None);
    let complaint = "src/rules/a.rs:2: unsafe code belongs in src/capi/";
    assert_eq!(found("src/rules/a.rs").as_deref(), Some(complaint));
}
