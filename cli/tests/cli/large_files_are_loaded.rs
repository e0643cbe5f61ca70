//! The operations of a large file are streamed, with the same result as the batch of a smaller
//! file.

use serde_json::{Value, json};

use crate::folder::{Folder, assert_says};

/// From this many on they are.
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

/// The users without the times of the import, and the changes without theirs.
fn facts(folder: &Folder) -> (Value, Value) {
    let mut users = folder.json("users list")["users"].take();
    for user in users.as_array_mut().unwrap() {
        user["updated_at"].take();
        user["deactivated_at"] = user["deactivated_at"].is_string().into();
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

/// The same users with other names, some of them inactive.
fn changed(number: usize) -> Value {
    let mut user = user(number);
    user["given_name"] = json!(format!("G{number}"));
    user["attributes"]["floor"] = json!("3");
    let stays = number.is_multiple_of(2) && !number.is_multiple_of(5);
    user["active"] = json!(stays || user["admin"] == true);
    user
}

#[test]
fn users_who_are_there_are_changed_as_by_a_batch() {
    let (streamed, applied) = (Folder::with_enterprise(), Folder::with_enterprise());
    for folder in [&streamed, &applied] {
        folder.write("u.jsonl", file((0..MANY).map(user)));
        folder.done("import u.jsonl");
    }
    streamed.write("c.jsonl", file((0..MANY).map(changed)));
    let tried = streamed.json("import c.jsonl --dry-run");
    assert_eq!(streamed.changes(), 2);
    let report = streamed.json("import c.jsonl");
    assert_eq!(streamed.changes(), 3);
    for name in ["updated", "by_field", "seats", "users"] {
        assert_eq!(report[name], tried[name], "{name}");
    }
    assert_eq!(report["updated"], MANY);
    assert_eq!(report["by_field"]["given_name"], MANY);
    let changed_fields = &report["users"][1]["changed"];
    assert_eq!(
        *changed_fields,
        json!(["given_name", "active", "attributes.floor"])
    );

    for part in [0..MANY / 2, MANY / 2..MANY] {
        applied.write("c.jsonl", file(part.map(changed)));
        applied.done("import c.jsonl");
    }
    assert_eq!(facts(&streamed).0, facts(&applied).0);
    let again = streamed.json("import c.jsonl");
    assert_eq!(
        (&again["unchanged"], &again["changed"]),
        (&json!(MANY), &json!(false))
    );
}

/// In a stream a name is free only once it was given up: then a batch has to do it.
#[test]
fn names_change_hands() {
    let folder = Folder::with_enterprise();
    folder.write("u.jsonl", file((0..MANY).map(user)));
    folder.done("import u.jsonl");
    let swapped = |number: usize| {
        let mut user = changed(number);
        match number {
            1 => user["email"] = json!(format!("u{}@ex.co", MANY - 1)),
            number if number == MANY - 1 => user["email"] = json!("u1@ex.co"),
            _ => {}
        }
        user
    };
    folder.write("s.jsonl", file((0..MANY).map(swapped)));
    assert_eq!(folder.json("import s.jsonl --dry-run")["updated"], MANY);
    assert_eq!(folder.json("import s.jsonl")["by_field"]["email"], 2);
    assert_eq!(folder.user("u1@ex.co")["id"], user(MANY - 1)["id"]);
}

#[test]
fn what_the_rules_refuse_names_its_rows() {
    let folder = Folder::with_enterprise();
    folder.write("u.jsonl", file((0..MANY).map(user)));
    folder.done("import u.jsonl");
    let owner = "u4@ex.co";
    folder.done(&format!("workspaces create models --owner {owner}"));
    let gone = |gone: usize| {
        let users = (0..MANY).map(move |number| {
            let mut user = changed(number);
            if number == gone {
                user["active"] = json!(false);
            } else if user["admin"] == true || number == 4 {
                user["active"] = json!(true);
            }
            user
        });
        file(users)
    };
    for (number, told) in [(4, "models"), (7, "no active admin would be left")] {
        folder.write("g.jsonl", gone(number));
        for dry in ["", " --dry-run"] {
            let err = folder.refused(&format!("import g.jsonl{dry}"));
            assert_says(&err, &[told, &format!("u{number}@ex.co")]);
        }
    }
    assert_eq!(folder.changes(), 3);
}
