//! `headcount users list --limit`: the cursor continues the list, whatever changes between
//! two pages.

use serde_json::Value;

use crate::folder::{Folder, assert_says, texts};

/// The names of the users of a list, read page by page.
fn walk(folder: &Folder, line: &str) -> Vec<String> {
    let mut read = Vec::new();
    let mut next = String::new();
    loop {
        let page = folder.json(&format!("users list {line} --limit 2 {next}"));
        read.extend(texts(&page["users"], "email"));
        match &page["next"] {
            Value::String(cursor) => next = format!("--after {cursor}"),
            other => {
                assert_eq!(*other, Value::Null);
                let names = read.iter().map(|email| email.split('@').next().unwrap());
                return names.map(str::to_owned).collect();
            }
        }
    }
}

#[test]
fn to_the_end_in_every_order() {
    let folder = Folder::with_users(&["eve", "ann", "dee", "bob", "cho"]);
    folder.done("users update eve@ex.co --username a-name --given-name Zoe --admin true");
    folder.done("users update cho@ex.co --given-name ada --attribute team=B");
    folder.done("users update ann@ex.co --attribute team=a");
    folder.done("users deactivate bob@ex.co");
    for order in [
        "",
        "--sort username",
        "--sort created --descending",
        "--sort given_name",
        "--sort active --descending",
        "--sort updated_at",
        "--sort attributes.team --descending",
        "--search e --descending",
        "--attribute team --sort username",
        "--created-before 0s --sort version",
    ] {
        assert_eq!(walk(&folder, order), folder.users(order), "{order}");
    }
}

#[test]
fn by_each_column() {
    let folder = Folder::with_users(&["ann", "bob", "cho"]);
    folder.done("users update cho@ex.co --given-name ada --admin true --attribute team=b");
    folder.done("users update ann@ex.co --given-name Bea --family-name Young --attribute team=C");
    folder.done("users update ann@ex.co --family-name Zorn");
    folder.done("users deactivate bob@ex.co");
    for (order, users) in [
        ("created", ["ann", "bob", "cho"]),
        ("created_at", ["ann", "bob", "cho"]),
        ("id", ["ann", "bob", "cho"]),
        ("given_name", ["cho", "ann", "bob"]),
        // Users without the field come last, in both directions.
        ("given_name --descending", ["ann", "cho", "bob"]),
        ("family_name", ["ann", "bob", "cho"]),
        ("admin --descending", ["cho", "bob", "ann"]),
        ("active", ["bob", "ann", "cho"]),
        ("updated_at", ["cho", "ann", "bob"]),
        ("deactivated_at --descending", ["bob", "cho", "ann"]),
        ("version --descending", ["ann", "cho", "bob"]),
        ("attributes.team", ["cho", "ann", "bob"]),
        ("attributes.none", ["ann", "bob", "cho"]),
    ] {
        assert_eq!(folder.users(&format!("--sort {order}")), users, "{order}");
    }
    let run = folder.run("users list --sort name");
    assert_eq!(run.code, 2);
    assert_says(&run.err, &["the columns are id, email", "attributes.NAME"]);
}

#[test]
fn while_users_come_and_go() {
    let folder = Folder::with_users(&["ann", "bob", "cho", "dee"]);
    let out = folder.done("users list --limit 2");
    let (_, rest) = out.split_once("\n\nthere are more: ").unwrap();
    let (after, seats) = rest.split_once("\n\n").unwrap();
    assert_says(seats, &["4 seats in use"]);
    // The user at the cursor goes; others come before and behind it.
    folder.done("users delete bob@ex.co --yes");
    folder.done("users create abe@ex.co");
    folder.done("users create bud@ex.co");
    let users = |line: &str| folder.users(&format!("{line} {after}"));
    assert_eq!(users("--limit 2"), ["bud", "cho"]);
    // Without a limit, all the rest.
    assert_eq!(users(""), ["bud", "cho", "dee"]);
    let last = folder.done("users list --limit 9");
    assert!(!last.contains("there are more"), "{last}");
}

#[test]
fn a_cursor_is_good_for_its_list_and_says_nothing_about_people() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let next = folder.json("users list --limit 1")["next"].take();
    let next = next.as_str().unwrap();
    let is_hex = next.bytes().all(|byte| byte.is_ascii_hexdigit());
    // 616e6e is "ann".
    assert!(is_hex && !next.contains("616e6e"), "{next}");
    for line in [
        "--sort created",
        "--sort username",
        "--descending",
        "--sort family_name",
    ] {
        assert_is_of_another_list(&folder, &format!("{line} --after {next}"));
    }
    let other = Folder::with_users(&["ann", "bob"]);
    for cursor in [next, "email:ann@ex.co", "00"] {
        assert_is_of_another_list(&other, &format!("--after {cursor}"));
    }
}

/// The cursor and the rest of the line contradict each other, which is a usage error.
#[track_caller]
fn assert_is_of_another_list(folder: &Folder, line: &str) {
    let run = folder.run(&format!("users list {line} --json"));
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{line}");
    let error: Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!(error["error"]["kind"], "usage", "{line}");
    let message = error["error"]["message"].as_str().unwrap();
    assert_says(message, &["not one of this list", "--descending"]);
}

#[test]
fn every_format_has_the_cursor() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let cursor = folder.json("users list --limit 1")["next"].take();
    let told = format!("there are more: --after {}\n", cursor.as_str().unwrap());
    for format in ["", "--columns email"] {
        let out = folder.done(&format!("users list --limit 1 {format}"));
        assert_says(&out, &["ann@ex.co", &told]);
    }
    for format in ["--format csv", "--format jsonl"] {
        let run = folder.run(&format!("users list --limit 1 {format}"));
        assert_eq!((run.code, &run.err), (0, &told), "{format}");
        assert!(!run.out.contains("more"), "{}", run.out);
        let last = folder.done(&format!("users list --limit 2 {format}"));
        assert_says(&last, &["bob@ex.co"]);
    }
}

/// A list writes once at most, and only if it has a next page.
#[test]
fn only_the_first_list_with_a_next_page_writes() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let content = || std::fs::read(folder.path("headcount.redb")).unwrap();
    let before = content();
    folder.done("users list --limit 2");
    assert!(content() == before);
    folder.done("users list --limit 1");
    let after = content();
    assert!(after != before);
    folder.done("users list --limit 1");
    assert!(content() == after);
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
    let next = page["next"].as_str().unwrap();
    let rest = folder.users(&format!("--after {next}"));
    assert_eq!((rest.len(), rest[0].as_str()), (300, "u10200"));
}
