//! `headcount verify` and `headcount repair`: a sound directory passes, and a repair
//! has to be asked for twice.

use crate::folder::{Folder, assert_says};

#[test]
fn a_sound_directory_passes() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co");
    assert_eq!(
        folder.done("verify"),
        "nothing is wrong: 1 active and 0 inactive users, 0 workspaces, 1 change\n"
    );
    let json = folder.json("verify");
    assert_eq!(json["sound"], true);
    assert_eq!(json["verified"]["active"], 1);
    assert_eq!(folder.done("repair --dry-run"), "nothing to repair\n");
}

#[test]
fn a_repair_has_to_be_confirmed() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co");
    assert_says(
        &folder.refused("repair --aside aside.jsonl"),
        &["--dry-run", "--yes"],
    );
    assert_eq!(
        folder.done("repair --aside aside.jsonl --yes"),
        "nothing to repair\n"
    );
    assert!(!folder.path("aside.jsonl").exists());
    assert_eq!(folder.run("repair").code, 2);
}

#[test]
fn where_nothing_is_there_is_nothing_to_verify() {
    let folder = Folder::new();
    assert_says(&folder.refused("verify"), &["there is no directory"]);
    assert_says(
        &folder.refused("repair --dry-run"),
        &["there is no directory"],
    );
    assert!(!folder.has_database());
}

#[test]
fn a_file_that_is_no_directory_is_damaged() {
    let folder = Folder::new();
    folder.write("headcount.redb", "not a database".repeat(1_000));
    assert_says(&folder.refused("verify"), &["headcount.redb"]);
    std::fs::remove_file(folder.path("headcount.redb")).unwrap();
}
