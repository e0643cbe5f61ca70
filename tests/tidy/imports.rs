//! Which rooms of the library may import which: DESIGN.md has the map.

use std::collections::BTreeSet;

use crate::expect_none;
use crate::sources::{self, Source};
use crate::tokens::{self, Token};

/// The rooms that each room may import.
const ARROWS: [(&str, &[&str]); 9] = [
    ("error", &[]),
    ("process", &[]),
    ("model", &["error"]),
    ("codec", &["error", "model"]),
    ("engine", &["error", "process"]),
    ("rules", &["codec", "engine", "error", "model"]),
    (
        "directory",
        &["rules", "engine", "error", "model", "process"],
    ),
    ("capi", &["error", "model", "directory", "process"]),
    // Checks the parsers of each room, and is in no release.
    (
        "fuzzing",
        &[
            "capi",
            "codec",
            "directory",
            "engine",
            "error",
            "model",
            "rules",
        ],
    ),
];

/// Which other parts of its room a part may import, where that is restricted: the operations import
/// only the session, and the session imports neither the operations nor their callers.
const PARTS: [((&str, &str), &[&str]); 2] = [
    (("rules", "ops"), &["session"]),
    (
        ("rules", "session"),
        &["claims", "external", "judge", "read", "working"],
    ),
];

/// The engines behind the traits, which only `directory` may name in a release.
const ENGINES: [&str; 4] = ["embedded", "memory", "redb", "suite"];

/// What `lib.rs` exports of the room `error`.
const OF_ERROR: [&str; 3] = ["Error", "ErrorKind", "Result"];

#[test]
fn arrows_go_one_way() {
    let complaints: Vec<String> = sources::rust()
        .iter()
        .filter(|source| !source.is_test())
        .flat_map(complaints)
        .collect();
    expect_none(&complaints);
}

#[test]
fn every_room_is_on_the_map() {
    let sources = sources::rust();
    let rooms: BTreeSet<&str> = sources
        .iter()
        .filter_map(|source| room_of(&source.path))
        .collect();
    let known: BTreeSet<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    assert_eq!(rooms, known);
}

/// The room that a file is in.
fn room_of(path: &str) -> Option<&str> {
    let path = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let room = path.split('/').next()?;
    (room != "lib").then_some(room)
}

fn complaints(source: &Source) -> Vec<String> {
    let Some(room) = room_of(&source.path) else {
        return Vec::new();
    };
    let mut complaints = Vec::new();
    for (line, path) in paths(source) {
        let shown = path.join("::");
        let named = match &path[..] {
            [name, ..] if OF_ERROR.contains(&name.as_str()) => "error",
            [name, ..] => name,
            [] => continue,
        };
        if named == room {
            complaints.extend(part_complaint(source, line, &path));
            continue;
        }
        let Some((_, known)) = ARROWS.iter().find(|(name, _)| *name == room) else {
            continue;
        };
        if !ARROWS.iter().any(|(name, _)| *name == named) {
            complaints.push(source.complaint(
                line,
                format!("crate::{shown} goes through lib.rs; name the room"),
            ));
        } else if !known.contains(&named) {
            complaints.push(source.complaint(line, format!("{room} may not know {named}")));
        } else if named == "engine" && !matches!(room, "directory" | "fuzzing") {
            let engine = path.get(1).filter(|name| ENGINES.contains(&name.as_str()));
            complaints.extend(engine.map(|engine| {
                source.complaint(line, format!("{room} may not know the engine {engine}"))
            }));
        }
    }
    if !matches!(room, "engine" | "directory") {
        let names_redb = tokens::of(&source.text)
            .into_iter()
            .find(|token| token.text == "redb");
        complaints.extend(
            names_redb
                .map(|token| source.complaint(token.line, format!("{room} may not know redb"))),
        );
    }
    complaints.dedup();
    complaints
}

/// The complaint about a path from one part of a room to another that it may not import.
fn part_complaint(source: &Source, line: usize, path: &[String]) -> Option<String> {
    let (room, named) = (path.first()?, path.get(1)?);
    let part = module_of(&source.path).get(1).copied()?;
    let (_, known) = PARTS.iter().find(|(of, _)| *of == (room, part))?;
    let is_fine = named == part || known.contains(&named.as_str());
    (!is_fine)
        .then(|| source.complaint(line, format!("{room}::{part} may not know {room}::{named}")))
}

/// The paths in code outside of tests that begin with `crate`, `self` or `super` or follow `use`,
/// resolved from the root and without `crate`, with their lines. A path after `use` that begins
/// with another crate is resolved as if it were in the module.
pub(crate) fn paths(source: &Source) -> Vec<(usize, Vec<String>)> {
    let tokens = tokens::of(&source.text);
    let module = module_of(&source.path);
    let mut paths = Vec::new();
    // For each open brace, the module that it opens.
    let mut braces: Vec<Option<&str>> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "{" => {
                let before = |back: usize| at.checked_sub(back).map(|at| tokens[at].text);
                braces.push(if before(2) == Some("mod") {
                    before(1)
                } else {
                    None
                });
            }
            "}" => {
                braces.pop();
            }
            "crate" | "super" | "self" | "use" => {
                let follows = at > 0 && tokens[at - 1].text == "::";
                let inline: Vec<&str> = braces.iter().copied().flatten().collect();
                if follows || inline.contains(&"tests") || !begins_path(&tokens, at) {
                    continue;
                }
                let here = module.iter().copied().chain(inline);
                let here = here.map(str::to_owned).collect::<Vec<_>>();
                let mut found = Vec::new();
                if token.text == "use" {
                    tree(&tokens[at + 1..], &mut 0, &["self".to_owned()], &mut found);
                } else {
                    tree(&tokens[at..], &mut 0, &[], &mut found);
                }
                let resolved = found.into_iter().filter_map(|path| resolve(&here, &path));
                paths.extend(resolved.map(|path| (token.line, path)));
            }
            _ => {}
        }
    }
    paths
}

/// Whether a path begins at `crate`, `super` or `self`, or after `use`.
fn begins_path(tokens: &[Token<'_>], at: usize) -> bool {
    let next = tokens.get(at + 1).map_or("", |token| token.text);
    match tokens[at].text {
        "self" => next == "::",
        "use" => {
            next.starts_with(|first: char| first.is_alphabetic())
                && !matches!(next, "crate" | "super" | "self")
        }
        _ => !is_visibility(tokens, at),
    }
}

/// Whether the `crate` is part of `pub(crate)` or `pub(in crate::…)`.
fn is_visibility(tokens: &[Token<'_>], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|at| tokens[at].text);
    before(2) == Some("pub") || (before(1) == Some("in") && before(3) == Some("pub"))
}

/// The module that a file is.
pub(crate) fn module_of(path: &str) -> Vec<&str> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut parts: Vec<&str> = path.split('/').collect();
    if matches!(parts.last(), Some(&("mod" | "lib"))) {
        parts.pop();
    }
    parts
}

/// Reads `a::b::{c, d::e}` from `at` on into its paths.
fn tree(tokens: &[Token<'_>], at: &mut usize, prefix: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = prefix.to_vec();
    loop {
        match tokens.get(*at).map(|token| token.text) {
            Some("{") => {
                while matches!(tokens.get(*at).map(|token| token.text), Some("{" | ",")) {
                    *at += 1;
                    if tokens.get(*at).is_some_and(|token| token.text != "}") {
                        tree(tokens, at, &path, found);
                    }
                }
                *at += 1;
                return;
            }
            Some(word) => path.push(word.to_owned()),
            None => return,
        }
        *at += 1;
        if tokens.get(*at).is_none_or(|token| token.text != "::") {
            break;
        }
        *at += 1;
    }
    // `as name`
    while tokens
        .get(*at)
        .is_some_and(|token| !matches!(token.text, "," | "}" | ";"))
        && !prefix.is_empty()
    {
        *at += 1;
    }
    found.push(path);
}

/// The path from the root; `None` if it leads above it.
fn resolve(here: &[String], path: &[String]) -> Option<Vec<String>> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    if ups == 0 {
        let base = if path[0] == "self" { here } else { &[] };
        return Some(base.iter().chain(&path[1..]).cloned().collect());
    }
    let base = &here[..here.len().checked_sub(ups)?];
    Some(base.iter().chain(&path[ups..]).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints_about(path: &str, text: &str) -> String {
        let complaints = complaints(&Source::new(path, text));
        complaints.join("; ").replace(&format!("{path}:"), "")
    }

    #[test]
    fn arrows_that_go_the_wrong_way_are_found() {
        let about = complaints_about;
        assert_eq!(
            about("src/model/a.rs", "use crate::codec::keys;"),
            "1: model may not know codec"
        );
        assert_eq!(
            about("src/engine/mod.rs", "\nuse crate::model::UserId;"),
            "2: engine may not know model"
        );
        assert_eq!(
            about(
                "src/engine/redb/a.rs",
                "fn a(b: super::super::super::model::B) {}"
            ),
            "1: engine may not know model"
        );
        assert_eq!(
            about("src/directory/mod.rs", "use super::codec::encode;"),
            "1: directory may not know codec"
        );
        assert_eq!(
            about("src/error.rs", "impl From<crate::model::A> for B {}"),
            "1: error may not know model"
        );
        assert_eq!(
            about("src/capi/a.rs", "use crate::rules;"),
            "1: capi may not know rules"
        );
        assert_eq!(
            about(
                "src/rules/a.rs",
                "use crate::{codec::x, directory::{self, y}, error};"
            ),
            "1: rules may not know directory"
        );
        assert_eq!(
            about("src/rules/a.rs", "use crate::engine::memory::Memory;"),
            "1: rules may not know the engine memory"
        );
        assert_eq!(
            about("src/rules/a.rs", "use crate::engine::{Read, redb as r};"),
            "1: rules may not know the engine redb; 1: rules may not know redb"
        );
        assert_eq!(
            about("src/codec/a.rs", "use redb::Value;"),
            "1: codec may not know redb"
        );
        assert_eq!(
            about("src/rules/ops/users.rs", "use super::super::read;"),
            "1: rules::ops may not know rules::read"
        );
        assert_eq!(
            about("src/rules/session/mod.rs", "use super::ops::users;"),
            "1: rules::session may not know rules::ops"
        );
        assert_eq!(
            about("src/model/a.rs", "use crate::Directory;"),
            "1: crate::Directory goes through lib.rs; name the room"
        );
    }

    #[test]
    fn arrows_that_go_the_right_way_are_not() {
        let fine = [
            (
                "src/model/a.rs",
                "use crate::Error;\nuse super::email::Email;",
            ),
            ("src/model/email/a.rs", "use super::super::User;"),
            (
                "src/rules/a.rs",
                "use crate::engine::{Order, Read};\n/// [`a`](crate::directory::A)\nuse super::b;",
            ),
            (
                "src/directory/a.rs",
                "use crate::engine::redb::Redb;\npub(in crate::directory) fn a() {}\npub(crate) fn b() {}",
            ),
            (
                "src/directory/mod.rs",
                "mod inner { use super::a; }\n#[cfg(test)]\nmod tests { use super::*; use crate::codec::b; }",
            ),
            (
                "src/rules/ops/users.rs",
                "use super::super::session::Session;\npub(in crate::rules) fn a() {}",
            ),
            (
                "src/rules/session/users.rs",
                "use super::Session;\nuse crate::rules::read;",
            ),
            ("src/lib.rs", "pub use engine::redb::A;"),
            ("cli/src/main.rs", "use crate::output;"),
        ];
        for (path, text) in fine {
            assert_eq!(complaints_about(path, text), "", "{text}");
        }
    }
}
