//! A file with very many new users is loaded into a directory that has none. It comes to the
//! same as the batch that smaller files are.

use serde_json::{Value, json};

use crate::folder::{Folder, assert_says};

/// More than are loaded.
const MANY: usize = 2_000;

fn user(number: usize) -> Value {
    json!({
        "id": format!("00000000-0000-0000-0000-{number:012}"),
        "email": format!("u{number}@ex.co"),
        "username": number.is_multiple_of(3).then(|| format!("U.{number}")),
        "given_name": " Given  name ",
        "active": !number.is_multiple_of(5),
        "admin": number == 7,
        "created_at": "2020-01-02T03:04:05Z",
        "attributes": { "team": number.to_string() },
        "external_ids": { "okta": format!("00u{number}") },
    })
}

fn file(users: impl IntoIterator<Item = Value>) -> String {
    let lines: Vec<_> = users.into_iter().map(|user| user.to_string()).collect();
    lines.join("\n")
}

/// The users without the time of the import, and the changes without theirs.
fn facts(folder: &Folder) -> (Value, Value) {
    let mut users = folder.json("users list")["users"].take();
    for user in users.as_array_mut().unwrap() {
        user["updated_at"].take();
    }
    let mut changes = folder.json("changes")["changes"].take();
    for change in changes.as_array_mut().unwrap() {
        change["at"].take();
    }
    (users, changes)
}

#[test]
fn as_a_batch_would_make_it() {
    let (loaded, applied) = (Folder::with_enterprise(), Folder::with_enterprise());
    loaded.write("u.jsonl", file((0..MANY).map(user)));
    let tried = loaded.json("import u.jsonl --dry-run");
    let report = loaded.json("import u.jsonl");
    for (name, expected) in [
        ("created", json!(MANY)),
        ("changed", json!(true)),
        ("seats", loaded.json("seats")["seats"].take()),
    ] {
        assert_eq!(report[name], expected, "{name}");
        assert_eq!(tried[name], expected, "{name}");
    }
    assert_eq!(report["users"][3]["id"], user(3)["id"]);
    assert_eq!(report["users"][3]["username"], "U.3");
    assert_eq!(tried["users"][3]["username"], "U.3");
    assert_eq!(tried["users"][3]["id"], Value::Null);

    // One user fewer is a batch.
    applied.write("u.jsonl", file((1..MANY).map(user)));
    applied.done("import u.jsonl");
    loaded.done("users delete u0@ex.co --yes");
    let (users, changes) = facts(&loaded);
    let (expected, expected_changes) = facts(&applied);
    assert_eq!(users, expected);
    for (at, name) in [(1, "actor"), (1, "door"), (1, "sequence")] {
        assert_eq!(changes[at][name], expected_changes[at][name], "{name}");
    }
    let events = changes[1]["events"].as_array().unwrap();
    assert_eq!(
        events[1..],
        *expected_changes[1]["events"].as_array().unwrap()
    );
    assert_says(
        &loaded.done("import u.jsonl --ignore-ids"),
        &["imported 2000 users from u.jsonl: 1 created, 0 updated, 1999 unchanged"],
    );
}

#[test]
fn what_is_refused_is_named_and_changes_nothing() {
    let folder = Folder::with_enterprise();
    let clash = json!({ "email": "new@ex.co", "username": "u17@ex.co" });
    let bad = json!({ "email": "no address" });
    folder.write("u.jsonl", file((0..MANY).map(user).chain([clash, bad])));
    for line in ["import u.jsonl --dry-run", "import u.jsonl"] {
        let told = folder.refused(line);
        assert_says(&told, &["2 of 2002 rows", "  line 2001, ", "  line 2002, "]);
    }
    assert_eq!(folder.changes(), 1);
    assert_says(
        &folder.done("import u.jsonl --skip-invalid"),
        &["imported 2000 users", "2 rows skipped"],
    );
}

#[test]
fn a_directory_that_is_not_there_is_made_when_all_is_right() {
    let folder = Folder::new();
    folder.write("u.jsonl", file((0..MANY).map(user)));
    assert_says(
        &folder.refused("import u.jsonl"),
        &["1595 more seats are needed"],
    );
    assert!(!folder.has_database());
    let line = "import u.jsonl --when-full inactive";
    folder.done(&format!("{line} --dry-run"));
    assert!(!folder.has_database());
    assert_says(
        &folder.done(line),
        &["2000 created", "no seat for 1595 users", "5 of 5 seats"],
    );
    assert_eq!(folder.user("u7@ex.co")["admin"], true);
}
