//! `headcount changes` by user, workspace, actor and time.

use std::time::Duration;

use serde_json::Value;

use crate::folder::{Folder, assert_says};

/// The numbers of the changes that are shown.
fn shown(folder: &Folder, line: &str) -> Vec<u64> {
    let document = folder.json(&format!("changes {line}"));
    let changes = document["changes"].as_array().unwrap().iter();
    changes
        .map(|change| change["sequence"].as_u64().unwrap())
        .collect()
}

#[test]
fn by_user_workspace_actor_and_time() {
    let folder = Folder::with_users(&["ann", "bob"]); // 1: license, 2, 3
    folder.done("workspaces create w --owner ann@ex.co"); // 4
    folder.done("workspaces add w bob@ex.co"); // 5
    folder.done("users deactivate bob@ex.co --actor ann@ex.co"); // 6
    folder.done("users update bob@ex.co --given-name Bob"); // 7
    std::thread::sleep(Duration::from_millis(2));
    folder.done("workspaces rename w v"); // 8
    let bob = folder.json("users get bob@ex.co")["user"]["id"].take();
    let bob = bob.as_str().unwrap();
    let eighth = folder.changes()[7]["at"].take();
    let eighth = eighth.as_str().unwrap();

    for (line, numbers) in [
        ("--user bob@ex.co", &[3, 5, 6, 7][..]),
        ("--workspace v", &[4, 5, 8]),
        ("--workspace v --user bob@ex.co", &[5]),
        ("--by ann@ex.co", &[6]),
        ("--by bob@ex.co", &[]),
        (&format!("--since {eighth}"), &[8]),
        (&format!("--before {eighth} --after 5"), &[6, 7]),
        ("--since 1d", &[1, 2, 3, 4, 5, 6, 7, 8]),
        ("--before 1d", &[]),
    ] {
        assert_eq!(shown(&folder, line), numbers, "{line}");
    }
    // The ids of deleted records are still known.
    folder.done("users delete bob@ex.co --yes --allow-ownerless"); // 9
    folder.done("workspaces delete v --yes"); // 10
    assert_eq!(shown(&folder, &format!("--user {bob}")), [3, 5, 6, 7, 9]);
    assert_eq!(shown(&folder, "--workspace id:1"), [4, 5, 8, 10]);
    assert_says(&folder.refused("changes --user bob@ex.co"), &["by id"]);
    assert_says(&folder.refused("changes --workspace v"), &["no workspace"]);
    assert_eq!(
        folder.done("changes --before 1d"),
        "no such changes after 0\n"
    );
}

#[test]
fn of_an_import_only_what_is_about_the_user() {
    let folder = Folder::new();
    folder.write("u.csv", "email\nann@ex.co\nbob@ex.co\n");
    folder.done("import u.csv");
    let document = folder.json("changes --user ann@ex.co");
    let events = &document["changes"][0]["events"];
    assert_eq!(events.as_array().map(Vec::len), Some(1));
    let out = folder.done("changes --user ann@ex.co");
    assert_eq!(out.lines().count(), 2, "{out}");
}

#[test]
fn who_follows_is_shown_no_others_either() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let mut child = folder
        .command("changes --follow --interval 0.02 --json --user bob@ex.co")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut lines = std::io::BufRead::lines(lines);
    let change: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(change["sequence"], 3);
    child.kill().unwrap();
    child.wait().unwrap();
}
