//! `headcount changes` by user, workspace, actor and time.

use std::time::Duration;

use serde_json::{Value, json};

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
}

#[test]
fn an_empty_list_says_why() {
    let folder = Folder::new();
    folder.done("license set enterprise"); // 1
    folder.done("users create ann@ex.co"); // 2
    for (line, told) in [
        ("--after 2", "no changes after 2"),
        ("--before 1d", "no match among 2 changes"),
        ("--before 1d --after 1", "no match among 1 change after 1"),
        ("--by ann@ex.co", "no match among 2 changes"),
        (
            "--door comand",
            "no match among 2 changes: none came through the door \"comand\" (doors: command); \
             did you mean command?",
        ),
        (
            "--door 'scim:\u{200b}'",
            "no match among 2 changes: none came through the door \"scim:<U+200B>\" (doors: \
             command)",
        ),
        ("--door command --before 1d", "no match among 2 changes"),
    ] {
        let line = format!("changes {line}");
        assert_eq!(folder.done(&line), format!("{told}\n"));
        let document = folder.json(&line);
        let hint = if line == "changes --after 2" {
            json!(null)
        } else {
            json!(told)
        };
        assert_eq!(
            (&document["changes"], &document["hint"]),
            (&json!([]), &hint),
            "{line}"
        );
    }
    assert!(folder.json("changes").get("hint").is_none());
    folder.done("changes --trim-before 3 --yes");
    let told = "changes up to 2 were trimmed\nno changes after 2\n";
    assert_eq!(folder.done("changes"), told);
}

#[test]
fn a_range_that_nothing_is_in_is_refused() {
    let folder = Folder::with_users(&["ann"]);
    let refused = |line: &str| {
        let run = folder.run(line);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{line}");
        run.err
    };
    for options in [
        "changes --since 2026-11-01 --before 2026-11-01",
        "changes --since 1d --before 2d",
    ] {
        let told = refused(options);
        assert_says(
            &told,
            &["nothing is since", "give --since a time that is earlier"],
        );
        refused(&format!("{options} --follow"));
    }
    for (since, before) in [
        ("created-since", "created-before"),
        ("changed-since", "changed-before"),
        ("seen-since", "inactive-since"),
    ] {
        let options = format!("--{since} 1d --{before} 2d");
        for command in ["users list", "users deactivate", "users delete --yes"] {
            let told = refused(&format!("{command} {options}"));
            assert_says(
                &told,
                &["nothing is since", &format!("than that of --{before}")],
            );
        }
        for option in [since, before] {
            let told = refused(&format!("users deactivate --{option} 2199-01-01 --dry-run"));
            assert_says(&told, &["is in the future; give a time that has passed"]);
        }
        folder.done(&format!("users list --{since} 2d --{before} 1d"));
    }
    for line in ["changes --since 2199-01-01", "seats --since 2199-01-01"] {
        assert_says(
            &refused(line),
            &["is in the future; give a time that has passed"],
        );
    }
    assert_says(
        &refused("changes --follow --before 1d"),
        &["cannot be used with"],
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
