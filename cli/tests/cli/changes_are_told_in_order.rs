//! `headcount changes`: a line for each event, from any position.

use crate::folder::Folder;

const ID: &str = "45e6b641-fe57-4fb2-83d2-2c2bd201efe8";

#[test]
fn a_line_for_each_event() {
    let folder = Folder::new();
    let admin = "00000000-0000-0000-0000-00000000000a";
    folder.done(&format!("users create ann@ex.co --admin --id {admin}"));
    folder.done(&format!("users create steve@ex.co --inactive --id {ID}"));
    folder.done(&format!(
        "users update {ID} --username steve --admin true --actor ann@ex.co"
    ));
    folder.done(&format!("users activate {ID}"));
    folder.done(&format!("users deactivate {ID}"));
    folder.done(&format!("users delete {ID} --actor {admin} --yes"));
    folder.done("license set 7");

    let out = folder.done("changes");
    let mut lines = out.lines();
    assert_eq!(
        lines.next(),
        Some("CHANGE  TIME                         EVENT")
    );
    // Number, time, event.
    let told: Vec<_> = lines
        .map(|line| line.strip_suffix("  through command").unwrap())
        .map(|line| (line[..6].trim(), line[37..].to_owned()))
        .collect();
    let expected = [
        ("1", format!("user {admin} created")),
        ("2", format!("user {ID} created, inactive")),
        (
            "3",
            format!("user {ID} updated: username, admin  by {admin}"),
        ),
        ("4", format!("user {ID} activated")),
        ("5", format!("user {ID} deactivated")),
        ("6", format!("user {ID} deleted  by {admin}")),
        ("7", "license set: 7 seats".to_owned()),
    ];
    assert_eq!(told, expected);

    let after = folder.json("changes --after 5");
    let changes = after["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[0]["sequence"], 6);
    assert_eq!(changes[0]["actor"], admin);
    assert_eq!(changes[0]["door"], "command");
    assert_eq!(changes[0]["events"][0]["event"], "user_deleted");
    assert_eq!(folder.done("changes --after 7"), "no changes after 7\n");
    let through = |door: &str| {
        let told = folder.json(&format!("changes --door {door}"));
        told["changes"].as_array().unwrap().len()
    };
    assert_eq!((through("command"), through("rest")), (7, 0));
}

#[test]
fn an_import_is_one_change() {
    let folder = Folder::with_examples();
    folder.done("import examples/data/seed-users.jsonl");
    let changes = folder.json("changes");
    assert_eq!(changes["changes"].as_array().unwrap().len(), 1);
    assert_eq!(changes["changes"][0]["events"].as_array().unwrap().len(), 4);
    assert_eq!(folder.done("changes").lines().count(), 5);
}
