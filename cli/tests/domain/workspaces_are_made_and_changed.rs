//! `headcount workspaces`: created, found, renamed, archived, restored, deleted.

use serde_json::Value;

use crate::folder::{Folder, assert_says};

#[test]
fn created_shown_and_listed() {
    let folder = Folder::with_users(&["ann"]);
    assert_eq!(
        folder.done("workspaces create 'Fraud models' --owner ann@ex.co"),
        "created Fraud models (id:1)\n"
    );
    let shown = folder.done("workspaces get 'fraud MODELS'");
    assert_says(
        &shown,
        &[
            "id           1\n",
            "name         Fraud models\n",
            "archived     no\n",
            "default of   -\n",
            "version      1\n",
            "\n\nEMAIL      ROLE   SEAT  SINCE\nann@ex.co  owner  yes   2",
        ],
    );
    let document = folder.json("workspaces get id:1");
    assert_eq!(document["workspace"]["name"], "Fraud models");
    assert_eq!(document["members"][0]["email"], "ann@ex.co");
    assert_eq!(document["members"][0]["role"], "owner");
    assert_eq!(document["members"][0]["active"], true);
    assert_eq!(document["members"][0]["version"], 1);
    assert!(document["members"][0]["since"].is_string());

    let listed = folder.done("workspaces list");
    assert_says(
        &listed,
        &["ID  NAME          ARCHIVED  DEFAULT OF  CREATED\n1   Fraud models  no        -   "],
    );
    assert_says(
        &folder.refused("workspaces create 'FRAUD models' --owner ann@ex.co"),
        &["another workspace has the name"],
    );
    assert_says(
        &folder.refused("workspaces create '' --owner ann@ex.co"),
        &["needs a name"],
    );
    assert_says(
        &folder.refused("workspaces create b --owner bob@ex.co"),
        &["no user has the email or username"],
    );
}

#[test]
fn named_by_name_or_by_id() {
    let folder = Folder::with_users(&["ann"]);
    folder.done("workspaces create a --owner ann@ex.co");
    folder.done("workspaces create 1 --owner ann@ex.co");
    let name_of = |workspace: &str| -> Value {
        folder.json(&format!("workspaces get {workspace}"))["workspace"]["name"].take()
    };
    // A number is a name before it is an id.
    assert_eq!(name_of("1"), "1");
    assert_eq!(name_of("2"), "1");
    assert_eq!(name_of("id:1"), "a");
    folder.done("workspaces rename 1 b");
    assert_eq!(name_of("1"), "a");
    assert_says(
        &folder.refused("workspaces get id:7"),
        &["no workspace has the id \"7\"; list the workspaces"],
    );
    let error = folder.error("workspaces archive nowhere");
    assert_eq!(error["kind"], "workspace_not_found");
    assert_says(
        &folder.done("workspaces get --help"),
        &["id:12", "A number alone is a name"],
    );
}

#[test]
fn renamed_archived_restored_and_deleted() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("workspaces create a --owner ann@ex.co");
    let names =
        |filter: &str| folder.listed(&format!("workspaces list {filter}"), "workspaces", "name");
    assert_eq!(folder.done("workspaces rename a b"), "renamed b (id:1)\n");
    assert_says(
        &folder.done("workspaces rename b b"),
        &["nothing to change: b (id:1) is called that already"],
    );
    folder.done("workspaces create c --owner ann@ex.co");
    assert_eq!(folder.done("workspaces archive b"), "archived b (id:1)\n");
    assert_says(
        &folder.done("workspaces archive b"),
        &["is archived already"],
    );
    assert_eq!(names(""), ["c"]);
    assert_eq!(names("--archived"), ["b"]);
    assert_eq!(names("--all"), ["b", "c"]);
    assert_says(
        &folder.refused("workspaces add b bob@ex.co"),
        &["is archived; restore it first"],
    );
    assert_eq!(
        folder.error("workspaces rename b d")["kind"],
        "workspace_archived"
    );

    let restored = folder.json("workspaces restore b");
    assert_eq!(restored["changed"], true);
    assert_eq!(restored["workspace"]["archived"], false);
    assert_eq!(restored["workspace"]["version"], 4);
    assert_says(&folder.done("workspaces restore b"), &["is not archived"]);

    assert_eq!(
        folder.done("workspaces delete b --yes"),
        "deleted b (id:1)\n"
    );
    assert_eq!(folder.json("workspaces delete c --yes")["deleted"], 2);
    assert_eq!(folder.done("workspaces list --all"), "no workspaces\n");
    assert_eq!(
        folder.done("workspaces list --json"),
        "{\"workspaces\":[]}\n"
    );
    // The name is free, the id is not given again.
    let made = folder.json("workspaces create b --owner ann@ex.co");
    assert_eq!(made["workspace"]["id"], 3);
}

#[test]
fn a_default_workspace_is_made_when_it_is_asked_for() {
    let folder = Folder::with_users(&["ann"]);
    let first = folder.json("workspaces default ann@ex.co");
    assert_eq!(first["changed"], true);
    assert_says(
        &folder.done("workspaces default ann@ex.co"),
        &["nothing to change: default-", "(id:1)"],
    );
    let again = folder.json("workspaces default ann@ex.co");
    assert_eq!(
        (&again["changed"], &again["workspace"]),
        (&false.into(), &first["workspace"])
    );
    assert_says(
        &folder.done("workspaces get 1"),
        &["default of   ann@ex.co\n"],
    );
    assert_eq!(
        folder.error("workspaces remove 1 ann@ex.co")["kind"],
        "default_workspace"
    );
    assert_eq!(
        folder.error("workspaces delete 1 --yes")["kind"],
        "default_workspace"
    );
    folder.done("users delete ann@ex.co --yes");
    assert_eq!(folder.done("workspaces list --all"), "no workspaces\n");
}

#[test]
fn names_can_t_steer_a_terminal() {
    let folder = Folder::with_users(&["ann"]);
    for line in [
        "workspaces create 'a\u{202e}b' --owner ann@ex.co",
        "workspaces get 'a\u{202e}b'",
    ] {
        assert_says(&folder.refused(line), &["a<U+202E>b"]);
    }
    assert_eq!(folder.done("workspaces list"), "no workspaces\n");
}

#[test]
fn a_command_line_that_makes_no_sense_is_a_usage_error() {
    let folder = Folder::with_users(&[]);
    for line in [
        "workspaces",
        "workspaces get",
        "workspaces list --all --archived",
        "workspaces add a ann@ex.co --role boss",
        "workspaces set-role a ann@ex.co",
        "workspaces rename a",
        "workspaces add a b --allow-ownerless",
        "users list --role owner",
        "users list --limit 0",
        "users list --count --limit 5",
        "users list --sort size",
        "users list --created-since yesterday",
        "batch",
        "batch f --request-id 5",
        "changes --trim-before 5 --follow --yes",
        "changes --trim-before 5 --after 3 --yes",
        "changes --interval 1",
        "changes --follow --interval 0",
    ] {
        let run = folder.run(line);
        assert_eq!(run.code, 2, "{line}: {}", run.err);
        assert_eq!(run.out, "", "{line}");
    }
}
