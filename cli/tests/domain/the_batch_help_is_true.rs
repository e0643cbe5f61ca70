//! What `headcount batch --help` says of the vocabulary holds, word for word.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::folder::{Folder, assert_says};

/// The lines of the table of operations: a name, and fields that may be optional.
fn table(help: &str) -> Vec<(String, Vec<String>)> {
    let lines = help.lines();
    let rows = lines
        .skip_while(|line| !line.starts_with("op   "))
        .skip(1)
        .take_while(|line| !line.is_empty());
    let mut table: Vec<(String, Vec<String>)> = Vec::new();
    for row in rows {
        let mut words = row.split_whitespace().map(str::to_owned);
        if !row.starts_with(' ') {
            table.push((words.next().unwrap(), Vec::new()));
        }
        table.last_mut().unwrap().1.extend(words);
    }
    table
}

fn value_of(op: &str, field: &str) -> Value {
    match (op, field) {
        (_, "user" | "owner" | "email") => "ann@ex.co".into(),
        (_, "id") => "45e6b641-fe57-4fb2-83d2-2c2bd201efe8".into(),
        (_, "active" | "admin" | "replace_attributes") => true.into(),
        (_, "attributes" | "external_ids") => json!({ "a": "b" }),
        (_, "created_at") => "2024-07-11T16:55:59Z".into(),
        (_, "role") => "user".into(),
        (_, "license") => 7.into(),
        (_, "if_version") => 3.into(),
        _ => "text".into(),
    }
}

/// What the command says of one line alone, over an empty directory.
fn said_of(folder: &Folder, line: &Value) -> (i32, String) {
    let run = folder.run_with_input(
        "batch - --dry-run --allow-ownerless --json",
        &line.to_string(),
    );
    (run.code, run.err)
}

#[test]
fn each_operation_has_the_fields_of_the_table() {
    let folder = Folder::with_users(&[]);
    let help = folder.done("batch --help");
    let table = table(&help);
    assert_eq!(table.len(), 16);
    for (op, fields) in &table {
        let name = |field: &String| field.trim_matches(['[', ']']).to_owned();
        let mut line = json!({ "op": op });
        for field in fields {
            line[name(field)] = value_of(op, &name(field));
        }
        // Whatever the directory says, it was read.
        let (_, err) = said_of(&folder, &line);
        assert!(!err.contains("invalid_lines"), "{line}: {err}");
        for field in fields {
            let mut without = line.clone();
            without.as_object_mut().unwrap().remove(&name(field));
            let (_, err) = said_of(&folder, &without);
            let is_optional = field.starts_with('[');
            let is_missed = err.contains("is missing") || err.contains("email_required");
            assert_eq!(!is_missed, is_optional, "{without}: {err}");
        }
        // And it has no others: the refusal lists the same ones.
        line["unheard_of"] = 1.into();
        let (code, err) = said_of(&folder, &line);
        assert_eq!(code, 1);
        assert_says(&err, &["unknown field `unheard_of`; there"]);
        let error: Value = serde_json::from_str(&err).unwrap();
        let reason = error["error"]["invalid"][0]["reason"].as_str().unwrap();
        let known: BTreeSet<_> = reason
            .split('`')
            .skip(3)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        assert_eq!(known, fields.iter().map(name).collect(), "{op}");
    }
}

#[test]
fn every_operation_of_the_command_is_in_it() {
    let folder = Folder::with_users(&[]);
    let help = folder.done("batch --help");
    let (_, err) = said_of(&folder, &json!({ "op": "unheard_of" }));
    let error: Value = serde_json::from_str(&err).unwrap();
    let reason = error["error"]["invalid"][0]["reason"].as_str().unwrap();
    let known: Vec<_> = reason.split('`').skip(3).step_by(2).collect();
    let told: Vec<_> = table(&help).into_iter().map(|(op, _)| op).collect();
    assert_eq!(known, told);
}

#[test]
fn the_example_works() {
    let folder = Folder::new();
    let help = folder.done("batch --help");
    let example: Vec<_> = help
        .lines()
        .skip_while(|line| *line != "Such a file:")
        .skip(1)
        .collect();
    assert_eq!(example.len(), 6);
    folder.write("example.jsonl", &example.join("\n"));
    assert_says(
        &folder.done("batch example.jsonl"),
        &["applied 6 operations from example.jsonl: 6 changed something"],
    );
    assert_eq!(folder.members("Fraud models"), ["ann owner", "bob owner"]);
    assert_eq!(folder.users("--inactive"), ["bob"]);
}

#[test]
fn null_is_what_it_says() {
    let folder = Folder::with_users(&[]);
    folder.done(
        "users create ann@ex.co --username ann --given-name Ann --attribute a=1 --attribute b=2",
    );
    let update = json!({
        "op": "update_user", "user": "ann@ex.co", "username": null, "given_name": null,
        "attributes": { "a": null, "c": "3" },
    });
    folder.write("b.jsonl", &update.to_string());
    folder.done("batch b.jsonl");
    let ann = folder.json("users get ann@ex.co")["user"].take();
    assert_eq!(ann["username"], "ann@ex.co");
    assert_eq!(ann["given_name"], Value::Null);
    assert_eq!(ann["attributes"], json!({ "b": "2", "c": "3" }));
    let replace = json!({
        "op": "update_user", "user": "ann@ex.co", "replace_attributes": true,
        "attributes": { "d": "4" },
    });
    folder.write("b.jsonl", &replace.to_string());
    folder.done("batch b.jsonl");
    let ann = folder.json("users get ann@ex.co")["user"].take();
    assert_eq!(ann["attributes"], json!({ "d": "4" }));
}
