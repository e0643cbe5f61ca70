//! `headcount doctor` and `headcount bench`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use headcount::Directory;

use crate::folder::{Folder, assert_says};

/// The state that the doctor found in one check.
fn state(folder: &Folder, check: &str) -> String {
    let run = folder.run("doctor --json");
    let document: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let checks = document["checks"].as_array().unwrap();
    let found = checks.iter().find(|found| found["check"] == check);
    let found = found.unwrap_or_else(|| panic!("no {check}: {}", run.out));
    let state = found["state"].as_str().unwrap();
    assert_eq!(state == "ok", found["cure"].is_null(), "{found}");
    state.to_owned()
}

#[test]
fn a_healthy_directory() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("users update ann@ex.co --admin true");
    folder.done("workspaces create w --owner ann@ex.co");
    let before = fs::read(folder.path("headcount.redb")).unwrap();
    let report = folder.done("doctor");
    assert_says(&report, &["sound: 2 users, 5 changes", "1 active admin"]);
    assert_eq!(folder.json("doctor")["healthy"], true);
    assert!(fs::read(folder.path("headcount.redb")).unwrap() == before);
}

#[test]
fn what_needs_a_look_has_a_cure() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("workspaces create w --owner bob@ex.co");
    folder.done("users deactivate bob@ex.co --allow-ownerless");
    folder.done("license set 1");
    fs::set_permissions(folder.path("headcount.redb"), Permissions::from_mode(0o644)).unwrap();
    for check in ["license", "admins", "workspaces", "permissions"] {
        assert_eq!(state(&folder, check), "warning", "{check}");
    }
    let out = folder.done("doctor");
    assert_says(
        &out,
        &["chmod 600 '", "--admin true", "\"w\"", "no seat is free"],
    );
    let held = Directory::open(folder.path("headcount.redb")).unwrap();
    assert_eq!(state(&folder, "holder"), "unknown");
    assert_says(&folder.done("doctor"), &["already open by"]);
    held.close().unwrap();
}

#[test]
fn what_is_wrong_fails() {
    let folder = Folder::new();
    folder.write("notes.redb", &"these are notes\n".repeat(1000));
    let run = folder.run("--db notes.redb doctor");
    assert_eq!(run.code, 1, "{}", run.err);
    assert_says(
        &run.out,
        &["WRONG   contents", "name the directory's file with --db"],
    );
    assert_says(&run.err, &["something is wrong: contents"]);
    // What helps a directory could harm what is none.
    for advice in ["chmod", "backup", "repair", "log"] {
        assert!(!run.out.contains(advice), "{advice}: {}", run.out);
    }
    let run = folder.run("--db . doctor");
    assert_eq!(run.code, 1, "{}", run.err);
    assert_says(
        &run.out,
        &["WRONG   file", "name the directory's file with --db"],
    );
    assert_eq!(run.out.lines().count(), 2, "{}", run.out);
    assert_says(&folder.refused("doctor"), &["there is no directory"]);
}

#[test]
fn a_narrow_report_has_paragraphs() {
    let folder = Folder::with_users(&["ann"]);
    let long = "a-name-that-takes-most-of-the-columns.redb";
    fs::rename(folder.path("headcount.redb"), folder.path(long)).unwrap();
    fs::set_permissions(folder.path(long), Permissions::from_mode(0o644)).unwrap();
    let mut command = folder.command(&format!("--db {long} doctor"));
    let output = command.env("COLUMNS", "40").output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    let heads = ["ok ", "look ", "WRONG ", "unknown "];
    for line in report.lines() {
        let is_head = heads.iter().any(|head| line.starts_with(head));
        assert!(
            is_head || line.starts_with("  ") || line.len() > 38,
            "{line:?} of {report}"
        );
    }
    assert_says(&report, &["look permissions\n  everybody"]);
    fs::rename(folder.path(long), folder.path("headcount.redb")).unwrap();
}

#[test]
fn a_bench_leaves_nothing_behind() {
    let folder = Folder::new();
    let told = folder.json("bench --time 250ms");
    let measured = told["measured"].as_array().unwrap();
    assert_eq!(measured.len(), 5);
    for one in measured {
        assert!(one["per_second"].as_f64() > Some(0.0), "{one}");
    }
    let chart = folder.done("bench --time 250ms");
    assert_says(&chart, &["syncs of a small write", "x  #"]);
    let left: Vec<_> = fs::read_dir(folder.path(".")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert_says(
        &folder.refused("bench --folder nowhere"),
        &["name another with --folder"],
    );
}
