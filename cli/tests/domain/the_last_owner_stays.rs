//! A workspace keeps an active owner, unless the request says that it may not.

use serde_json::json;

use crate::folder::{Folder, assert_says, texts};

/// Ann owns the workspaces a and b, Bob works in them.
fn folder() -> Folder {
    let folder = Folder::with_users(&["ann", "bob"]);
    for name in ["a", "b"] {
        folder.done(&format!("workspaces create {name} --owner ann@ex.co"));
        folder.done(&format!("workspaces add {name} bob@ex.co"));
    }
    folder
}

#[test]
fn whichever_way_it_would_go() {
    for line in [
        "workspaces create c",
        "workspaces set-role a ann@ex.co user",
        "workspaces remove a ann@ex.co",
        "users deactivate ann@ex.co",
        "users delete ann@ex.co --yes",
    ] {
        let folder = folder();
        let err = folder.refused(line);
        let told = if line.starts_with("workspaces create") {
            [
                "needs an active owner",
                "--owner USER, or use --allow-ownerless",
            ]
        } else {
            [
                "no active owner would be left in ",
                "\nuse --allow-ownerless to leave it without one\n",
            ]
        };
        assert_says(&err, &told);
        let error = folder.error(line);
        assert_eq!(error["kind"], "last_owner");
        if !line.starts_with("workspaces create") {
            // JSON has what helps, too.
            let help = error["help"].as_str().unwrap();
            assert_says(help, &["use --allow-ownerless"]);
        }
        assert_eq!(folder.members("a"), ["ann owner", "bob user"]);

        folder.done(&format!("{line} --allow-ownerless"));
        assert_says(&folder.done("changes"), &["left without an active owner"]);
    }
}

#[test]
fn the_refusal_names_the_workspaces() {
    let folder = folder();
    assert_says(
        &folder.refused("users delete ann@ex.co --yes"),
        &["\"a\", \"b\""],
    );
    folder.done("workspaces set-role a bob@ex.co owner");
    let err = folder.refused("users deactivate ann@ex.co");
    assert!(!err.contains("\"a\"") && err.contains("\"b\""), "{err}");
}

#[test]
fn handing_over_and_going_is_one_request() {
    let folder = folder();
    let handover = r#"
        {"op":"delete_user","user":"ann@ex.co"}
        {"op":"set_role","workspace":"a","user":"bob@ex.co","role":"owner"}
        {"op":"set_role","workspace":"b","user":"bob@ex.co","role":"owner"}
    "#;
    let run = folder.run_with_input("batch -", handover);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(folder.members("a"), ["bob owner"]);
}

#[test]
fn a_batch_can_be_allowed_it_too() {
    let folder = folder();
    folder.write(
        "b.jsonl",
        "{\"op\":\"deactivate_user\",\"user\":\"ann@ex.co\"}\n",
    );
    let err = folder.refused("batch b.jsonl");
    assert_says(
        &err,
        &[
            "headcount: no active owner would be left in \"a\", \"b\"",
            "use --allow-ownerless",
            "nothing was changed",
        ],
    );
    folder.done("batch b.jsonl --allow-ownerless");
    assert_eq!(folder.users("--inactive"), ["ann"]);
}

#[test]
fn who_is_behind_a_refusal_is_named() {
    let folder = folder();
    folder.write(
        "b.jsonl",
        "{\"op\":\"create_user\",\"email\":\"cho@ex.co\"}\n\
         {\"op\":\"deactivate_user\",\"user\":\"bob@ex.co\"}\n\
         {\"op\":\"deactivate_user\",\"user\":\"ann@ex.co\"}\n",
    );
    let told = "because of line 3, deactivate_user\n";
    assert_says(&folder.refused("batch b.jsonl"), &[told]);
    let line = json!({ "line": 3, "op": "deactivate_user" });
    assert_eq!(folder.error("batch b.jsonl")["operations"], json!([line]));

    let several = "users deactivate bob@ex.co ann@ex.co";
    assert_says(&folder.refused(several), &["because of ann@ex.co\n"]);
    let users = &folder.error(several)["users"];
    assert_eq!(texts(users, "email"), ["ann@ex.co"]);

    folder.done("users deactivate bob@ex.co");
    folder.done("license set 1");
    folder.write(
        "s.jsonl",
        "{\"op\":\"activate_user\",\"user\":\"ann@ex.co\"}\n\
         {\"op\":\"activate_user\",\"user\":\"bob@ex.co\"}\n\
         {\"op\":\"create_user\",\"email\":\"cho@ex.co\"}\n",
    );
    let told = "because of line 2, activate_user; line 3, create_user\n";
    assert_says(&folder.refused("batch s.jsonl"), &[told]);

    folder.done("license set enterprise");
    folder.done("users update bob@ex.co --admin true");
    folder.done("users activate bob@ex.co");
    let several = "users deactivate ann@ex.co bob@ex.co --allow-ownerless";
    let error = folder.error(several);
    assert_eq!(error["kind"], "last_admin");
    assert_eq!(texts(&error["users"], "email"), ["bob@ex.co"]);
}

#[test]
fn workspaces_left_without_an_owner_are_named() {
    let folder = folder();
    let named = json!([{ "id": 1, "name": "a" }, { "id": 2, "name": "b" }]);
    let would = "2 workspaces would have no active owner: \"a\", \"b\"";
    let now = "2 workspaces have no active owner now: \"a\", \"b\"";
    folder.write("u.csv", "email,active\nann@ex.co,no\n");
    folder.write("b.jsonl", r#"{"op":"deactivate_user","user":"ann@ex.co"}"#);
    for line in [
        "users deactivate ann@ex.co bob@ex.co",
        "users delete ann@ex.co bob@ex.co",
        "import u.csv",
        "batch b.jsonl",
    ] {
        let line = format!("{line} --allow-ownerless --dry-run");
        assert_says(&folder.done(&line), &[would]);
        assert_eq!(folder.json(&line)["ownerless"], named, "{line}");
    }
    for line in [
        "users deactivate ann@ex.co",
        "users deactivate ann@ex.co bob@ex.co",
        "users delete ann@ex.co --yes",
        "import u.csv",
        "batch b.jsonl",
        "undo 9",
    ] {
        for json in [false, true] {
            let folder = self::folder();
            folder.write("u.csv", "email,active\nann@ex.co,no\n");
            folder.write("b.jsonl", r#"{"op":"deactivate_user","user":"ann@ex.co"}"#);
            if line == "undo 9" {
                folder.done("users deactivate ann@ex.co --allow-ownerless");
                folder.done("users activate ann@ex.co");
            }
            let line = format!("{line} --allow-ownerless");
            if json {
                assert_eq!(folder.json(&line)["ownerless"], named, "{line}");
            } else {
                assert_says(&folder.done(&line), &[now]);
            }
        }
    }
    let own = "1 workspace has no active owner now: \"a\"";
    assert_says(
        &folder.done("workspaces remove a ann@ex.co --allow-ownerless"),
        &[own],
    );
    let line = "workspaces set-role b ann@ex.co user --allow-ownerless";
    assert_eq!(folder.json(line)["ownerless"][0]["name"], "b");
    assert_eq!(
        folder.json("users deactivate ann@ex.co").get("ownerless"),
        None
    );
}

/// From 2,000 users on, an import is applied in parts of 4,096 operations.
#[test]
fn a_long_import_names_those_that_it_leaves_without_one() {
    const USERS: usize = 4_300;
    let file = |first: &str, last: &str, name: &str| {
        let rows = (0..USERS).map(|number| {
            let active = match number {
                0 => first,
                _ if number == USERS - 1 => last,
                _ => "no",
            };
            format!("u{number:05}@ex.co,{active},{name}\n")
        });
        format!("email,active,given_name\n{}", rows.collect::<String>())
    };
    let folder = Folder::with_users(&["ann"]);
    folder.write("before.csv", &file("yes", "no", "A"));
    folder.done("import before.csv");
    for name in ["models", "data"] {
        folder.done(&format!("workspaces create {name} --owner u00000@ex.co"));
    }
    let last = format!("u{:05}@ex.co", USERS - 1);
    folder.done(&format!("workspaces add models {last} --role owner"));
    folder.write("after.csv", &file("no", "yes", "B"));
    let named = json!([{ "id": 2, "name": "data" }]);
    let line = "import after.csv --keep none --allow-ownerless";
    assert_eq!(
        folder.json(&format!("{line} --dry-run"))["ownerless"],
        named
    );
    assert_eq!(folder.json(line)["ownerless"], named);
    let changes = folder.done("changes");
    assert_eq!(changes.matches("left without an active owner").count(), 1);
}
