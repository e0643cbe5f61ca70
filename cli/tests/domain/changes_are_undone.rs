//! `headcount undo`: reverts a change in one other change, and does nothing else.

use serde_json::Value;

use crate::folder::{Folder, assert_says};

/// The contents of `users` and `workspaces`, without versions and times.
fn state(folder: &Folder) -> String {
    let mut lines = Vec::new();
    let columns = "--columns email,active,admin --format csv";
    lines.push(folder.done(&format!("users list {columns}")));
    let list = folder.json("workspaces list")["workspaces"].take();
    for workspace in list.as_array().unwrap() {
        let name = workspace["name"].as_str().unwrap();
        lines.push(format!("{name} {}", workspace["archived"]));
        lines.extend(folder.members(name));
    }
    lines.push(folder.json("license show")["seats"]["license"].to_string());
    lines.join("\n")
}

fn latest(folder: &Folder) -> u64 {
    let changes = folder.changes();
    changes
        .last()
        .map_or(0, |change| change["sequence"].as_u64().unwrap())
}

#[test]
fn what_can_be_taken_back_is() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("users update ann@ex.co --admin true");
    folder.done("workspaces create w --owner ann@ex.co");
    folder.done("workspaces add w bob@ex.co");
    folder.write(
        "many.jsonl",
        "{\"op\":\"create_user\",\"email\":\"cho@ex.co\"}\n\
         {\"op\":\"create_workspace\",\"name\":\"v\",\"owner\":\"cho@ex.co\"}\n\
         {\"op\":\"deactivate_user\",\"user\":\"bob@ex.co\"}\n",
    );
    folder.write(
        "default.jsonl",
        "{\"op\":\"create_user\",\"email\":\"cho@ex.co\"}\n\
         {\"op\":\"default_workspace\",\"user\":\"cho@ex.co\"}\n",
    );
    folder.write(
        "whole.jsonl",
        "{\"op\":\"create_user\",\"email\":\"cho@ex.co\"}\n\
         {\"op\":\"update_user\",\"user\":\"cho@ex.co\",\"given_name\":\"Cho\"}\n\
         {\"op\":\"deactivate_user\",\"user\":\"cho@ex.co\"}\n\
         {\"op\":\"add_member\",\"workspace\":\"w\",\"user\":\"cho@ex.co\",\"role\":\"user\"}\n\
         {\"op\":\"set_role\",\"workspace\":\"w\",\"user\":\"cho@ex.co\",\"role\":\"owner\"}\n\
         {\"op\":\"create_workspace\",\"name\":\"v\",\"owner\":\"ann@ex.co\"}\n\
         {\"op\":\"rename_workspace\",\"workspace\":\"v\",\"name\":\"u\"}\n\
         {\"op\":\"archive_workspace\",\"workspace\":\"u\"}\n",
    );
    for line in [
        "batch whole.jsonl",
        "users deactivate bob@ex.co",
        "users update bob@ex.co --admin true",
        "users create cho@ex.co",
        "workspaces create v --owner bob@ex.co",
        "workspaces archive w",
        "workspaces set-role w bob@ex.co owner",
        "workspaces remove w bob@ex.co",
        "license set 7",
        "batch many.jsonl",
        "batch default.jsonl",
    ] {
        let before = state(&folder);
        folder.done(line);
        let number = latest(&folder);
        let after = state(&folder);
        assert_ne!(before, after, "{line}");
        let dry = folder.json(&format!("undo {number} --dry-run"));
        assert_eq!(
            (&dry["dry_run"], &dry["sequence"]),
            (&true.into(), &Value::Null)
        );
        assert_eq!(state(&folder), after, "{line}");
        let told = folder.done(&format!("undo {number} --yes"));
        assert_says(
            &told,
            &[&format!("undid change {number}, as change {}", number + 1)],
        );
        assert_eq!(state(&folder), before, "{line}: {told}");
        assert_eq!(latest(&folder), number + 1);
    }
}

#[test]
fn what_is_not_kept_or_came_after_is_refused() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.write(
        "first.jsonl",
        "{\"op\":\"create_workspace\",\"name\":\"w\",\"owner\":\"ann@ex.co\"}\n\
         {\"op\":\"update_user\",\"user\":\"ann@ex.co\",\"admin\":true}\n",
    );
    folder.done("batch first.jsonl"); // 4
    folder.done("users update bob@ex.co --given-name Bob --admin true"); // 5
    folder.done("workspaces rename w v"); // 6
    folder.done("users deactivate bob@ex.co"); // 7
    folder.done("users activate bob@ex.co"); // 8
    folder.done("users create cho@ex.co"); // 9
    folder.done("workspaces add v cho@ex.co"); // 10
    folder.done("users create dee@ex.co"); // 11
    folder.done("users delete dee@ex.co --yes"); // 12
    folder.done("workspaces default ann@ex.co"); // 13
    let before = (state(&folder), latest(&folder));
    for (line, kind, part) in [
        ("undo 5", "conflict", "change 7"),
        ("undo 6", "not_undoable", "can't be undone"),
        ("undo 7", "conflict", "change 8"),
        // Who was created is a member now.
        ("undo 9", "conflict", "change 10"),
        ("undo 12", "not_undoable", "can't be undone"),
        ("undo 1", "not_undoable", "can't be undone"),
        ("undo 0", "invalid_argument", "numbered from 1"),
        ("undo 13", "not_undoable", "can't be undone"),
        ("undo 14", "invalid_argument", "no change 14"),
        ("undo 10 --if-version 1", "", ""),
    ] {
        if kind.is_empty() {
            assert_eq!(folder.run(line).code, 2, "{line}");
            continue;
        }
        let error = folder.error(line);
        assert_eq!(error["kind"], kind, "{line}");
        assert_says(error["message"].as_str().unwrap(), &[part]);
    }
    assert_says(&folder.refused("undo 12"), &["deleted for good"]);
    let reasons = folder.error("undo 12")["reasons"].take();
    assert_says(reasons[0].as_str().unwrap(), &["deleted for good"]);
    assert_says(&folder.refused("undo 13"), &["archive it instead"]);
    // To undo the later change first would not help.
    assert_says(&folder.refused("undo 7"), &["by hand"]);
    assert_eq!((state(&folder), latest(&folder)), before);
}

#[test]
fn what_was_trimmed_is_not_known() {
    let folder = Folder::with_users(&["ann"]);
    folder.done("users deactivate ann@ex.co"); // 3
    folder.done("changes --trim-before 4 --yes");
    let error = folder.error("undo 3");
    assert_eq!(error["kind"], "not_undoable");
    assert_says(
        error["message"].as_str().unwrap(),
        &["change 3 was trimmed"],
    );
}

#[test]
fn deleting_what_was_created_is_asked_about() {
    let folder = Folder::with_users(&["ann"]);
    let error = folder.error("undo 2");
    assert_eq!(error["kind"], "not_confirmed");
    assert_eq!(folder.users(""), ["ann"]);
    // The rules hold: the last owner stays.
    folder.done("workspaces create w --owner ann@ex.co");
    folder.done("users create bob@ex.co"); // 4
    folder.done("workspaces set-role w ann@ex.co owner");
    assert_says(&folder.refused("undo 2 --yes"), &["change 3"]);
    folder.done("undo 4 --yes");
    assert_eq!(folder.users(""), ["ann"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_member_who_comes_while_it_asks_is_not_deleted() {
    use headcount::{Directory, Role};
    use headcount_server::{Config, Holder, Scope};

    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("workspaces create w --owner ann@ex.co"); // 4
    let path = folder.path("served.redb");
    std::fs::rename(folder.path("headcount.redb"), &path).unwrap();
    let served = crate::served::Served::start(&path, &Directory::options(), Config::default());
    let key = served.key(Holder::Provisioner("operator".to_owned()), Scope::Admin);
    let undo = folder.command(&format!("undo 4 --server {} --key {key}", served.url));
    let (code, shown) = crate::terminal::answer(undo, "y\n", || {
        served
            .directory
            .add_member("w", "bob@ex.co", Role::User)
            .unwrap();
    });
    assert_eq!(code, 1, "{shown}");
    assert_says(&shown, &["changed again by change"]);
    assert_eq!(served.directory.members("w").unwrap().len(), 2);
}
