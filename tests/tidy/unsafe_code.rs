//! Unsafe code is in one room, and says why it is sound. What callers of the C
//! functions must keep to is said in the header's words, and not checked here.
//! Outside of the library there are the addon's calls of Node, Arrow's C interface in Python,
//! and one more call: LMDB has no safe way to be opened.

use crate::expect_none;
use crate::sources::{self, Source};
use crate::tokens;

/// The rooms that may be unsafe: the C ABI, what is done in a child of `fork`, the bench that
/// calls it as C does, what calls its decoder in C, one file of the peers' benchmark, where
/// Node calls the addon, Arrow's C interface in Python, and the command's look at its standard
/// output before `main`.
const ROOMS: [&str; 8] = [
    "src/capi/",
    "src/process",
    "benches/capi/",
    "benches/peers/contenders/lmdb.rs",
    "bindings/node/native/src/napi/",
    "bindings/python/src/arrow/",
    "cli/src/stdout.rs",
    "fuzz/src/",
];

/// How far above a block its reason may stand: a call is sometimes begun on an
/// earlier line than the block in it.
const LINES_ABOVE: usize = 4;

#[test]
fn unsafe_code_is_in_its_room_and_says_why_it_is_sound() {
    let complaints: Vec<String> = sources::rust().iter().flat_map(complaints).collect();
    expect_none(&complaints);
}

fn complaints(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let tokens = tokens::of(&source.text);
    let mut complaints = Vec::new();
    for (at, token) in tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.text == "unsafe")
    {
        let next = tokens.get(at + 1).map_or("", |token| token.text);
        let complaint = if !ROOMS.iter().any(|room| source.path.starts_with(room)) {
            "unsafe code belongs in src/capi/"
        } else if matches!(next, "{" | "impl") && !has_reason(&lines, token.line) {
            "say why it is sound: `// SAFETY: …`"
        } else if next == "fn" && !has_contract(&lines, token.line) {
            "say what callers must keep to: `# Safety`"
        } else {
            continue;
        };
        complaints.push(source.complaint(token.line, complaint));
    }
    complaints
}

/// Whether a comment right above the block that begins on `line`, or a few lines
/// up in the same statement, says why it is sound.
fn has_reason(lines: &[&str], line: usize) -> bool {
    let above = lines[..line].iter().rev();
    let mut code_lines = 0;
    for text in above.map(|text| text.trim_start()) {
        if text.starts_with("// SAFETY: ") {
            return true;
        }
        code_lines += usize::from(!text.starts_with("//"));
        if code_lines > LINES_ABOVE || text.is_empty() {
            return false;
        }
    }
    false
}

/// Whether the documentation above the function on `line` has a section on it.
fn has_contract(lines: &[&str], line: usize) -> bool {
    let above = lines[..line - 1].iter().rev().map(|text| text.trim_start());
    let mut documentation =
        above.take_while(|text| text.starts_with("///") || text.starts_with('#'));
    documentation.any(|text| text == "/// # Safety")
}

#[test]
fn unsafe_code_elsewhere_or_without_a_reason_is_found() {
    let found = |path: &str, text: &str| complaints(&Source::new(path, text)).len();
    let sound = "/// # Safety\n///\n/// Why.\n#[no_mangle]\npub unsafe fn a() {\n    \
                 // SAFETY: the caller's word,\n    // and more.\n    let b = c(\n        unsafe { d() });\n}\n";
    assert_eq!(found("src/capi/a.rs", sound), 0);
    assert_eq!(found("src/directory/a.rs", sound), 2);
    assert_eq!(found("benches/peers/contenders/lmdb.rs", sound), 0);
    assert_eq!(
        found(
            "benches/peers/contenders/lmdb.rs",
            &sound.replace("SAFETY", "Safety")
        ),
        1
    );
    assert_eq!(found("tests/a.rs", "fn a() { unsafe { b() } }\n"), 1);
    assert_eq!(
        found("src/capi/a.rs", &sound.replace("SAFETY", "Safety")),
        1
    );
    assert_eq!(
        found("src/capi/a.rs", &sound.replace("# Safety", "Safety")),
        1
    );
    assert_eq!(found("src/capi/a.rs", "unsafe impl Send for A {}\n"), 1);
    assert_eq!(
        found(
            "src/directory/a.rs",
            "// unsafe\n#![deny(unsafe_code)] const A: &str = \"unsafe\";\n"
        ),
        0
    );
}
