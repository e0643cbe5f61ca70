//! The choice of the file, a missing file, and a file that another process has open.

use std::time::{Duration, Instant};

use headcount::Directory;

use crate::folder::{CommandOutput, Folder, assert_says};

#[test]
fn a_reading_command_does_not_make_one() {
    let folder = Folder::new();
    for line in [
        "users list",
        "users get ann@ex.co",
        "license show",
        "changes",
        "users update ann@ex.co --admin true",
        "users activate ann@ex.co",
        "users deactivate ann@ex.co",
        "users delete ann@ex.co --yes",
        "users create ann@ex.co --actor bob@ex.co",
    ] {
        let err = folder.refused(line);
        assert_says(&err, &["headcount.redb", "`headcount import FILE`", "--db"]);
    }
    assert_says(&folder.refused("users create ann"), &["usable email"]);
    assert!(!folder.has_database());
    // An empty file counts as missing.
    folder.write("headcount.redb", "");
    assert_says(&folder.refused("users list"), &["there is no directory"]);
    folder.done("users create ann@ex.co");
}

#[test]
fn it_can_be_another_file() {
    let folder = Folder::new();
    folder.done("--db a.redb users create ann@ex.co");
    let in_environment = CommandOutput::of(
        folder
            .command(&["users", "list", "--active"])
            .env("HEADCOUNT_DB", "a.redb"),
    );
    assert_says(&in_environment.out, &["ann@ex.co"]);
    let both = CommandOutput::of(
        folder
            .command(&["users", "list", "--db", "b.redb"])
            .env("HEADCOUNT_DB", "a.redb"),
    );
    assert_says(&both.err, &["there is no directory in b.redb"]);
    assert!(!folder.has_database());
    Directory::open(folder.path("a.redb"))
        .unwrap()
        .verify()
        .unwrap();
}

#[test]
fn one_that_another_process_has_open_is_refused() {
    let folder = Folder::with_examples();
    folder.done("users create ann@ex.co");
    let directory = Directory::open(folder.path("headcount.redb")).unwrap();
    for line in [
        "users list",
        "users create b@ex.co",
        "import examples/data/seed-users.jsonl",
    ] {
        let line = format!("{line} --wait 0s");
        assert_says(&folder.refused(&line), &["already open by another process"]);
    }
    let start = Instant::now();
    folder.refused("users list --wait 300ms");
    assert!(start.elapsed() >= Duration::from_millis(300));
    directory.close().unwrap();
    folder.done("users list");
}

#[test]
fn one_that_is_no_directory_is_refused_and_kept() {
    let folder = Folder::new();
    folder.write("notes.txt", "not a directory of users");
    folder.refused("--db notes.txt users list");
    folder.refused("--db notes.txt users create ann@ex.co");
    let notes = std::fs::read(folder.path("notes.txt")).unwrap();
    assert_eq!(notes, b"not a directory of users");
    folder.refused("--db . users list");
}
