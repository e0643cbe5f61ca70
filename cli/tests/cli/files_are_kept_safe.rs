//! Backing up, restoring and compacting; and commands that run at the same time.

use std::process::Stdio;

use headcount::Directory;

use crate::folder::{Folder, assert_says};

#[test]
fn a_backup_is_restored() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co");
    let said = folder.done("backup safe.redb");
    assert_says(&said, &["backed up 1 user to safe.redb, up to change 1"]);
    folder.done("users create bob@ex.co");
    assert_says(
        &folder.refused("backup safe.redb"),
        &["safe.redb already", "--force"],
    );
    assert_eq!(
        folder.json("backup safe.redb --force")["backup"]["users"],
        2
    );
    folder.done("users delete ann@ex.co --yes");
    assert_says(
        &folder.refused("restore safe.redb"),
        &["already", "--force"],
    );
    assert_eq!(folder.emails(""), ["bob@ex.co"]);
    let said = folder.done("restore safe.redb --force");
    assert_says(&said, &["restored 2 users to headcount.redb"]);
    assert_eq!(folder.emails(""), ["ann@ex.co", "bob@ex.co"]);
    assert_eq!(folder.emails("--db safe.redb"), ["ann@ex.co", "bob@ex.co"]);
    let lost = folder.json("--db new.redb restore safe.redb");
    assert_eq!(lost["restored"]["sequence"], 2);
    assert_eq!(folder.emails("--db new.redb"), ["ann@ex.co", "bob@ex.co"]);
    folder.refused("restore missing.redb --force");
    assert_eq!(folder.emails(""), ["ann@ex.co", "bob@ex.co"]);
}

#[test]
fn a_file_is_compacted() {
    let folder = Folder::new();
    assert_says(&folder.refused("compact"), &["there is no directory"]);
    folder.done("users create ann@ex.co");
    assert_says(&folder.done("compact"), &["bytes before", "bytes now"]);
    let compacted = folder.json("compact")["compacted"].take();
    assert!(compacted["bytes"].as_u64() <= compacted["bytes_before"].as_u64());
    assert_eq!(folder.emails(""), ["ann@ex.co"]);
}

#[test]
fn twenty_writers_at_the_same_time_all_succeed() {
    let folder = Folder::with_enterprise();
    let writers: Vec<_> = (0..20)
        .map(|n| {
            let email = format!("user-{n}@ex.co");
            let args = ["users", "create", &email, "--wait", "60s"];
            let mut command = folder.command(&args);
            command.stdout(Stdio::null()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{err}");
    }
    assert_eq!(folder.emails("").len(), 20);
}

#[test]
fn commands_that_only_read_share_the_file() {
    let folder = Folder::with_examples();
    folder.done("users create ann@ex.co");
    let path = folder.path("headcount.redb");
    let reader = Directory::options().read_only(true).open(&path).unwrap();
    for line in [
        "users list",
        "users get ann@ex.co",
        "license show",
        "workspaces list",
        "changes",
        "backup safe.redb",
        "import examples/data/seed-users.jsonl --dry-run",
    ] {
        folder.done(&format!("{line} --wait 0s"));
    }
    for line in [
        "users create bob@ex.co",
        "changes --trim-before 1 --yes",
        "compact",
    ] {
        let err = folder.refused(&format!("{line} --wait 0s"));
        assert_says(&err, &["already open"]);
    }
    reader.close().unwrap();
}

#[test]
fn a_time_to_wait_has_a_unit() {
    let folder = Folder::new();
    let run = folder.run("users list --wait 5");
    assert_eq!(run.code, 2);
    assert_says(&run.err, &["500ms, 5s or 2m"]);
}
