//! `--if-version` on whatever changes a record: who was slower is refused.

use crate::folder::Folder;

#[track_caller]
fn assert_conflict(folder: &Folder, line: &str, version: u64) {
    let error = folder.error(&format!("{line} --if-version {}", version + 1));
    assert_eq!(error["kind"], "conflict", "{line}: {error}");
    assert_eq!(error["expected"], version + 1, "{line}");
    assert_eq!(error["found"], version, "{line}");
    folder.done(&format!("{line} --if-version {version}"));
}

#[test]
fn of_every_record() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("workspaces create a --owner ann@ex.co");
    folder.done("workspaces add a bob@ex.co");

    assert_conflict(&folder, "users deactivate bob@ex.co", 1);
    assert_conflict(&folder, "users activate bob@ex.co", 2);
    assert_conflict(&folder, "workspaces rename a b", 1);
    assert_conflict(&folder, "workspaces archive b", 2);
    assert_conflict(&folder, "workspaces restore b", 3);
    assert_conflict(&folder, "workspaces set-role b bob@ex.co owner", 1);
    assert_conflict(&folder, "workspaces remove b bob@ex.co", 2);
    assert_conflict(&folder, "workspaces delete b --yes", 4);
    assert_conflict(&folder, "users delete bob@ex.co --yes", 3);
    assert_conflict(&folder, "license set 7", 2);
    assert_eq!(folder.json("license show")["seats"]["license_version"], 3);
    assert_eq!(folder.json("license show")["seats"]["limit"], 7);
}

#[test]
fn a_version_makes_no_new_directory() {
    let folder = Folder::new();
    let error = folder.error("license set 5 --if-version 1");
    assert_eq!(error["kind"], "no_directory");
    assert!(!folder.has_database());
}

#[test]
fn in_a_batch_operation_by_operation() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.write(
        "b.jsonl",
        "{\"op\":\"update_user\",\"user\":\"ann@ex.co\",\"username\":\"ann\",\"if_version\":1}\n\
         {\"op\":\"deactivate_user\",\"user\":\"ann@ex.co\",\"if_version\":2}\n\
         {\"op\":\"deactivate_user\",\"user\":\"bob@ex.co\",\"if_version\":2}\n",
    );
    let error = folder.error("batch b.jsonl");
    assert_eq!(error["kind"], "conflict");
    assert_eq!((&error["line"], &error["found"]), (&3.into(), &1.into()));
    assert_eq!(folder.users("--inactive"), [""; 0]);
}
