//! `headcount users list --limit`: the cursor leads on, whatever happens between
//! two pages.

use serde_json::Value;

use crate::folder::{Folder, assert_says, texts};

#[test]
fn to_the_end_in_every_order() {
    let folder = Folder::with_users(&["eve", "ann", "dee", "bob", "cho"]);
    folder.done("users update eve@ex.co --username a-name");
    for order in ["", "--sort username", "--sort created --descending"] {
        let all = folder.users(order);
        let mut read = Vec::new();
        let mut next = String::new();
        loop {
            let page = folder.json(&format!("users list {order} --limit 2 {next}"));
            read.extend(texts(&page["users"], "email"));
            match &page["next"] {
                Value::String(cursor) => next = format!("--after '{cursor}'"),
                other => {
                    assert_eq!(*other, Value::Null);
                    break;
                }
            }
        }
        let read: Vec<_> = read.iter().map(|email| &email[..3]).collect();
        assert_eq!(read, all, "{order}");
    }
}

#[test]
fn while_users_come_and_go() {
    let folder = Folder::with_users(&["ann", "bob", "cho", "dee"]);
    let out = folder.done("users list --limit 2");
    assert_says(
        &out,
        &["\n\nthere are more: --after 'email:bob@ex.co'\n\n4 seats in use"],
    );
    // The user at the cursor goes; others come before and behind it.
    folder.done("users delete bob@ex.co --yes");
    folder.done("users create abe@ex.co");
    folder.done("users create bud@ex.co");
    assert_eq!(
        folder.users("--limit 2 --after email:bob@ex.co"),
        ["bud", "cho"]
    );
    // Without a limit, all the rest.
    assert_eq!(
        folder.users("--after email:bob@ex.co"),
        ["bud", "cho", "dee"]
    );
    let last = folder.done("users list --limit 9");
    assert!(!last.contains("there are more"), "{last}");
}

#[test]
fn a_cursor_of_another_order_is_refused() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let next = folder.json("users list --limit 1")["next"].take();
    let line = format!(
        "users list --sort created --after {}",
        next.as_str().unwrap()
    );
    let error = folder.error(&line);
    assert_eq!(error["kind"], "invalid_argument");
}

#[test]
fn a_cursor_can_be_pasted_into_a_shell() {
    let folder = Folder::with_users(&[]);
    let mut command = folder.command("users create");
    assert!(
        command
            .arg("o'brien@ex.co")
            .output()
            .unwrap()
            .status
            .success()
    );
    folder.done("users create zoe@ex.co");
    assert_says(
        &folder.done("users list --limit 1"),
        &[r"--after 'email:o'\''brien@ex.co'"],
    );
}

/// More users than a page of the library or a lot of the table has.
#[test]
fn a_long_list_is_read_and_shown_whole() {
    const USERS: usize = 10_500;
    let folder = Folder::with_users(&[]);
    let rows: Vec<_> = (0..USERS).map(|n| format!("u{n:05}@ex.co")).collect();
    folder.write("u.csv", &format!("email\n{}\n", rows.join("\n")));
    folder.done("import u.csv");
    let out = folder.done("users list");
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines.len(), USERS + 3);
    assert_eq!(lines[0], "EMAIL         USERNAME      NAME  SEAT  ADMIN");
    for (n, line) in lines[1..=USERS].iter().enumerate() {
        assert_eq!(
            *line,
            format!("u{n:05}@ex.co  u{n:05}@ex.co  -     yes   no")
        );
    }
    let page = folder.json("users list --limit 10200");
    assert_eq!(page["users"].as_array().unwrap().len(), 10_200);
    assert_eq!(page["next"], "email:u10199@ex.co");
}
