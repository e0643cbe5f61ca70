//! `headcount changes --trim-before`: earlier changes are forgotten, and
//! asking for them is an error.

use crate::folder::{Folder, assert_says};

#[test]
fn and_who_asks_for_them_is_told_to_read_all_again() {
    let folder = Folder::with_users(&["ann", "bob", "cho"]);
    assert_eq!(
        folder.done("changes --trim-before 3 --yes"),
        "trimmed 2 changes\n"
    );
    assert_eq!(folder.json("changes --trim-before 3 --yes")["trimmed"], 0);
    assert_says(
        &folder.refused("changes --after 1"),
        &["changes up to 2 were trimmed; read all users again, then the changes after 2"],
    );
    let error = folder.error("changes --after 0");
    assert_eq!(error["kind"], "history_trimmed");
    assert_eq!(error["resume_after"], 2);
    let error = folder.error("changes --after 1 --follow");
    assert_eq!(error["kind"], "history_trimmed");
}

#[test]
fn who_names_no_beginning_gets_what_is_left() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("changes --trim-before 3 --yes");
    let out = folder.done("changes");
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some("changes up to 2 were trimmed"));
    assert_eq!(
        lines.next().unwrap().trim_start(),
        "CHANGE  TIME                         EVENT"
    );
    assert!(lines.next().unwrap().starts_with("     3  "));
    assert_eq!(lines.next(), None);
    let changes = folder.json("changes")["changes"].take();
    assert_eq!(changes[0]["sequence"], 3);

    folder.done("changes --trim-before 99 --yes");
    assert_eq!(
        folder.done("changes"),
        "changes up to 3 were trimmed\nno changes after 3\n"
    );
    assert_eq!(folder.done("changes --json"), "{\"changes\":[]}\n");
    assert_eq!(folder.done("changes --after 3"), "no changes after 3\n");
}

#[test]
fn numbers_go_on_and_users_stay() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("changes --trim-before 4 --yes");
    folder.done("users deactivate ann@ex.co");
    assert_eq!(
        folder.json("changes --after 3")["changes"][0]["sequence"],
        4
    );
    assert_eq!(folder.users(""), ["ann", "bob"]);
}
