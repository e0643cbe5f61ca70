//! `headcount batch`: one request of many operations, judged on its net result.

use std::fs;

use serde_json::{Value, json};

use crate::folder::{Folder, assert_says};

#[test]
fn what_came_of_each_operation_is_told() {
    let folder = Folder::with_users(&["ann"]);
    folder.write(
        "b.jsonl",
        r#"
{"op":"create_user","email":"bob@ex.co","id":"45e6b641-fe57-4fb2-83d2-2c2bd201efe8"}
{"op":"activate_user","user":"ann@ex.co"}
{"op":"create_workspace","name":"w","owner":"bob@ex.co"}
{"op":"add_member","workspace":"w","user":"ann@ex.co","role":"user"}
{"op":"delete_workspace","workspace":1}
"#,
    );
    let dry = folder.done("batch b.jsonl --dry-run");
    assert_eq!(
        dry,
        "\
dry run, nothing is written: 4 of 5 operations from b.jsonl would change something

LINE  OP                ABOUT              RESULT     VERSION
2     create_user       bob@ex.co          changed    1
3     activate_user     ann@ex.co          unchanged  1
4     create_workspace  id:1               changed    1
5     add_member        ann@ex.co in id:1  changed    1
6     delete_workspace  id:1               changed    -

then: 2 seats in use (enterprise: no limit), 0 inactive
"
    );
    assert_eq!(folder.users(""), ["ann"]);

    let document = folder.json("batch b.jsonl");
    assert_eq!(document["file"], "b.jsonl");
    assert_eq!(document["changed"], true);
    assert_eq!(document["replayed"], false);
    assert_eq!(document["dry_run"], false);
    assert_eq!(document["sequence"], 3);
    assert_eq!(document["seats"]["active"], 2);
    let bob = "45e6b641-fe57-4fb2-83d2-2c2bd201efe8";
    let outcomes = document["outcomes"].as_array().unwrap();
    assert_eq!(
        outcomes[0],
        json!({ "line": 2, "op": "create_user", "changed": true, "version": 1, "user": bob })
    );
    assert_eq!(outcomes[1]["changed"], false);
    assert_eq!(
        outcomes[4],
        json!({
            "line": 6, "op": "delete_workspace", "changed": true, "version": 0, "workspace": 1,
        })
    );
    assert_eq!(folder.users(""), ["ann", "bob"]);
    assert_eq!(
        folder.json("changes --after 2")["changes"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn nothing_of_it_stays_when_one_is_refused() {
    let folder = Folder::with_users(&["ann"]);
    folder.write(
        "b.jsonl",
        "{\"op\":\"create_user\",\"email\":\"bob@ex.co\"}\n\n\
         {\"op\":\"create_user\",\"email\":\"ann@ex.co\",\"username\":\"a\"}\n\
         {\"op\":\"activate_user\",\"user\":\"cho@ex.co\"}\n",
    );
    assert_eq!(
        folder.refused("batch b.jsonl"),
        "headcount: line 3 of b.jsonl, create_user: another user has the email \"ann@ex.co\"; \
         choose another or change that one first\n\
         line 4, activate_user: no user has the email or username \"cho@ex.co\"; list the users to see who \
         is there\n\
         nothing was changed\n"
    );
    let error = folder.error("batch b.jsonl");
    assert_eq!(error["kind"], "email_taken");
    assert_eq!(
        (&error["line"], &error["op"]),
        (&3.into(), &"create_user".into())
    );
    let lines: Vec<_> = error["refused"].as_array().unwrap().iter().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["line"], 4);
    assert_eq!(lines[1]["kind"], "user_not_found");
    assert_eq!(folder.users(""), ["ann"]);
    assert_says(&folder.refused("batch b.jsonl --dry-run"), &["line 3"]);
}

#[test]
fn a_refused_field_is_named_with_what_it_needs() {
    let folder = Folder::with_users(&["ann"]);
    for (line, reason) in [
        (
            r#"{"op":"create_user","email":5,"admin":"yes"}"#,
            "`admin`: true or false is needed, not the text \"yes\"; `email`: a text is needed, not 5",
        ),
        (
            r#"{"op":"creat_user","email":"a@b.co"}"#,
            "unknown op `creat_user`; did you mean `create_user`?",
        ),
        (
            r#"{"op":"create_user","email":"a@b.co","admn":true}"#,
            "unknown field `admn`; did you mean `admin`?",
        ),
        (
            r#"{"op":"delete_user","user":"a@b.co","if_version":99999999999999999999}"#,
            "`if_version`: the number is too large: 99999999999999999999",
        ),
        (
            r#"{"op":"archive_workspace","workspace":-1}"#,
            "`workspace`: a workspace's name or numeric id is needed, not -1",
        ),
        (
            r#"{"op":"create_user","email":"a@b.co","attributes":{"a":1}}"#,
            "`attributes`: a text is needed, not 1",
        ),
        (
            r#""x""#,
            "an object such as {\"op\":\"activate_user\",\"user\":\"ann@ex.co\"} is needed, \
             not the text \"x\"",
        ),
    ] {
        folder.write("b.jsonl", line);
        assert_eq!(
            folder.error("batch b.jsonl")["invalid"][0]["reason"],
            reason
        );
    }
}

#[test]
fn every_line_that_is_no_operation_is_told() {
    let folder = Folder::with_users(&["ann"]);
    folder.write(
        "b.jsonl",
        "{\"op\":\"deactivate_user\",\"user\":\"ann@ex.co\"}\n\
         {\"op\":\"explode\"}\n\
         {\"op\":\"activate_user\",\"user\":\"ann@ex.co\",\"\u{1b}[2J\":1}\n\
         {\"op\":\n",
    );
    let err = folder.refused("batch b.jsonl");
    assert_says(
        &err,
        &[
            "headcount: 3 lines of b.jsonl are not an operation; nothing was changed\n",
            "\n  line 2: unknown op `explode`; there are `create_user`, ",
            "\n  line 3: ",
            "\n  line 4: the file ends in the middle of a value, at column 6: ",
            "`headcount batch --help`",
        ],
    );
    assert!(!err.contains('\u{1b}'), "{err:?}");
    let error = folder.error("batch b.jsonl");
    assert_eq!(error["kind"], "invalid_lines");
    let lines = error["invalid"].as_array().unwrap().iter();
    let lines: Vec<_> = lines.map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 3, 4]);
    assert_eq!(folder.users("--inactive"), [""; 0]);

    fs::write(folder.path("x.jsonl"), b"\n\xff\n").unwrap();
    assert_says(
        &folder.refused("batch x.jsonl"),
        &["it is not UTF-8: line 2, column 1"],
    );
    assert_says(&folder.refused("batch absent"), &["can't read absent"]);
}

#[test]
fn the_net_result_counts() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("users deactivate bob@ex.co");
    folder.done("license set 1");
    let swap = r#"
        {"op":"activate_user","user":"bob@ex.co"}
        {"op":"deactivate_user","user":"ann@ex.co"}
    "#;
    let run = folder.run_with_input("batch -", swap);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_says(
        &run.out,
        &["applied 2 operations from standard input: 2 changed"],
    );
    assert_eq!(folder.users("--active"), ["bob"]);

    // Two users swap their emails; by id, since at some point both have one.
    let users = folder.json("users list")["users"].take();
    let swap = format!(
        "{}\n{}\n",
        json!({ "op": "update_user", "user": users[0]["id"], "email": "bob@ex.co" }),
        json!({ "op": "update_user", "user": users[1]["id"], "email": "ann@ex.co" }),
    );
    assert_eq!(folder.run_with_input("batch -", &swap).code, 0);
    assert_eq!(folder.users("--active"), ["ann"]);

    // A refusal of the batch as a whole has no line.
    let grow = "{\"op\":\"activate_user\",\"user\":\"bob@ex.co\"}\n";
    folder.write("grow.jsonl", grow);
    let error = folder.error("batch grow.jsonl");
    assert_eq!(error["kind"], "no_free_seat");
    assert_eq!(error["line"], Value::Null);
}

#[test]
fn it_can_make_the_directory_or_leave_no_trace() {
    let folder = Folder::new();
    let create = "{\"op\":\"create_user\",\"email\":\"ann@ex.co\"}\n";
    folder.write("good.jsonl", create);
    folder.write("bad.jsonl", &create.repeat(2));
    folder.refused("batch bad.jsonl");
    folder.refused("batch good.jsonl --actor ann@ex.co");
    let dry = folder.json("batch good.jsonl --dry-run");
    assert_eq!(dry["outcomes"][0]["user"], Value::Null, "no id is drawn");
    assert_eq!(dry["sequence"], Value::Null);
    assert!(!folder.has_database());
    folder.done("batch good.jsonl");
    assert_eq!(folder.users(""), ["ann"]);
}

#[test]
fn one_that_changes_nothing_says_so() {
    let folder = Folder::with_users(&["ann"]);
    folder.write(
        "b.jsonl",
        "{\"op\":\"activate_user\",\"user\":\"ann@ex.co\"}\n",
    );
    let out = folder.done("batch b.jsonl");
    assert_says(
        &out,
        &["nothing to change: 1 operation from b.jsonl\n", "unchanged"],
    );
    assert_eq!(folder.json("batch b.jsonl")["changed"], false);
    folder.write("empty.jsonl", "\n");
    assert_says(&folder.done("batch empty.jsonl"), &["0 operations"]);
    assert_eq!(
        folder.json("changes")["changes"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn two_files_put_together_are_named_as_such() {
    let folder = Folder::with_users(&["ann"]);
    let line = "{\"op\":\"deactivate_user\",\"user\":\"ann@ex.co\"}\n";
    folder.write("b.jsonl", &format!("\u{feff}{line}\u{feff}{line}"));
    assert_says(
        &folder.refused("batch b.jsonl"),
        &["line 2 begins with the byte order mark of another file"],
    );
    folder.write("b.jsonl", &format!("\u{feff}{line}"));
    assert_says(&folder.done("batch b.jsonl"), &["1 operation"]);
}

#[test]
fn a_file_in_another_encoding_is_told_what_helps() {
    let folder = Folder::new();
    for (file, told) in [
        (
            &b"{\"op\":\"create_user\",\"email\":\"Ren\xe9@ex.co\"}"[..],
            "byte 0xe9; save it as UTF-8",
        ),
        (
            b"{\0\"\0",
            "UTF-16 without a byte order mark; save it as UTF-8",
        ),
        (b"\x1f\x8b\x08\0", "compressed with gzip; unpack it first"),
    ] {
        fs::write(folder.path("b.jsonl"), file).unwrap();
        let err = folder.refused("batch b.jsonl");
        assert!(err.contains(told) && !err.contains("--encoding"), "{err}");
    }
}
