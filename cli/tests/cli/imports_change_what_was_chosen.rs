//! Options choose what an import may change, and the report says what it changed.

use serde_json::json;

use crate::folder::{Folder, assert_says};

const ANN: &str = "00000000-0000-0000-0000-00000000000a";

fn folder_with_ann() -> Folder {
    let folder = Folder::new();
    folder.done(&format!(
        "users create ann@ex.co --id {ANN} --username ann --given-name Ann"
    ));
    folder
}

#[test]
fn a_nightly_sync_neither_lets_in_nor_demotes() {
    let folder = Folder::new();
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    folder.write(
        "sync.json",
        std::fs::read(cases.join("kc-nightly-sync.json")).unwrap(),
    );
    folder.done("import sync.json");
    folder.done("users deactivate bob@example.com");
    folder.done("users update bob@example.com --admin true");
    let out = folder.done("import sync.json");
    assert_says(
        &out,
        &[
            "nothing to change",
            "bob@example.com: stays inactive",
            "stays an admin",
        ],
    );
    let report = folder.json("import sync.json");
    assert_eq!(report["users"][1]["notes"].as_array().unwrap().len(), 2);

    folder.done("import sync.json --keep admin");
    let bob = folder.user("bob@example.com");
    assert_eq!(
        (&bob["active"], &bob["admin"]),
        (&true.into(), &true.into())
    );
    let out = folder.done("import sync.json --keep none");
    assert_says(
        &out,
        &[
            "1 updated, 1 unchanged (changed fields: admin 1)",
            "updated: admin",
        ],
    );
    assert_eq!(folder.user("bob@example.com")["admin"], false);
}

#[test]
fn fields_that_are_kept_are_kept_beside_the_default() {
    let folder = folder_with_ann();
    folder.done("users deactivate ann@ex.co");
    folder.write("u.csv", "email,given_name,active\nann@ex.co,Anna,true\n");
    let ann = || {
        let ann = folder.user("ann@ex.co");
        (ann["given_name"].clone(), ann["active"].clone())
    };
    let out = folder.done("import u.csv --keep given_name");
    assert_says(&out, &["stays inactive, as here"]);
    assert_eq!(ann(), (json!("Ann"), json!(false)));
    folder.done("import u.csv --keep none,given_name");
    assert_eq!(ann(), (json!("Ann"), json!(true)));

    // That admins stay is not said, so the last one is not kept in silence.
    folder.done("users create boss@ex.co --admin");
    folder.write("boss.csv", "email,admin\nboss@ex.co,no\n");
    assert_says(
        &folder.refused("import boss.csv --keep given_name"),
        &["--keep active,admin"],
    );
    folder.done("import boss.csv --keep given_name,admin");
    assert_eq!(folder.user("boss@ex.co")["admin"], true);
}

#[test]
fn users_who_are_there_are_updated_refused_or_skipped() {
    let folder = folder_with_ann();
    folder.write("u.csv", "email,given_name\nann@ex.co,Anna\nbob@ex.co,Bob\n");
    let err = folder.refused("import u.csv --on-existing create-only");
    assert_says(
        &err,
        &[
            "1 of 2 rows",
            "line 2, ann@ex.co: the user is there already",
        ],
    );
    let out = folder.done("import u.csv --on-existing skip");
    assert_says(&out, &["1 created, 0 updated, 0 unchanged, 1 skipped"]);
    assert_eq!(folder.user("ann@ex.co")["given_name"], "Ann");
    folder.done("import u.csv --keep given_name");
    assert_eq!(folder.user("ann@ex.co")["given_name"], "Ann");
    folder.done("import u.csv");
    assert_eq!(folder.user("ann@ex.co")["given_name"], "Anna");
}

#[test]
fn the_report_says_which_fields_changed() {
    let folder = folder_with_ann();
    folder.write(
        "u.jsonl",
        r#"{"email":"ann@ex.co","given_name":"Anna","admin":true,"attributes":{"a":"1","b":"2"}}"#,
    );
    let report = folder.json("import u.jsonl --dry-run");
    assert_eq!(
        report["by_field"],
        json!({ "given_name": 1, "admin": 1, "attributes": 1 })
    );
    let changed = &report["users"][0]["changed"];
    assert_eq!(
        *changed,
        json!(["given_name", "admin", "attributes.a", "attributes.b"])
    );
    let out = folder.done("import u.jsonl");
    assert_says(
        &out,
        &["(changed fields: admin 1, attributes 1, given_name 1)"],
    );
}

#[test]
fn ids_can_be_left_out_and_matching_chosen() {
    let folder = folder_with_ann();
    let other = ANN.replace('a', "b");
    folder.write(
        "u.jsonl",
        format!(r#"{{"id":"{other}","email":"ann@ex.co","family_name":"Lee"}}"#),
    );
    assert_says(
        &folder.refused("import u.jsonl"),
        &["not 00000000", "--ignore-ids"],
    );
    folder.done("import u.jsonl --ignore-ids");
    assert_eq!(folder.user(ANN)["family_name"], "Lee");

    folder.write("u.jsonl", r#"{"username":"ANN","email":"ann@new.co"}"#);
    assert_says(
        &folder.refused("import u.jsonl"),
        &["another user has the username"],
    );
    folder.done("import u.jsonl --match username");
    assert_eq!(folder.user(ANN)["email"], "ann@new.co");
}

#[test]
fn users_who_are_not_in_the_file_can_be_deactivated() {
    let folder = folder_with_ann();
    folder.done("users create bob@ex.co --admin");
    folder.done("users create cho@ex.co");
    folder.write("u.csv", "email,username\nann@ex.co,ann\n");
    folder.done("import u.csv");
    assert_eq!(folder.emails("--inactive").len(), 0);
    let err = folder.refused("import u.csv --missing deactivate");
    assert_says(
        &err,
        &[
            "no active admin would be left",
            "bob@ex.co: an active admin who is not in the file",
        ],
    );
    folder.write("u.csv", "email,username\nann@ex.co,ann\nbob@ex.co,\n");
    let out = folder.done("import u.csv --missing deactivate");
    assert_says(
        &out,
        &["1 deactivated (not in the file) (changed fields: active 1)"],
    );
    assert_eq!(folder.emails("--inactive"), ["cho@ex.co"]);

    folder.write("u.csv", "email,active\nann@ex.co,perhaps\n");
    let err = folder.refused("import u.csv --missing deactivate --skip-invalid");
    assert_says(&err, &["every row must be valid"]);
    // Bob, the only admin, is in the file, in a row that can't be read.
    folder.write("u.csv", "email,active\nann@ex.co,yes\nbob@ex.co,perhaps\n");
    let run = folder.run("import u.csv --missing deactivate --json");
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["invalid"][0]["email"], "bob@ex.co");
    assert_eq!(report["blamed"], serde_json::json!([]));
    folder.write("u.csv", "email,active\n");
    assert_says(
        &folder.refused("import u.csv --missing deactivate"),
        &["would deactivate everybody"],
    );
}

#[test]
fn who_leaves_makes_room() {
    let folder = Folder::new();
    folder.done("license set 1");
    folder.done("users create ann@ex.co");
    folder.write("u.csv", "email\nbob@ex.co\n");
    folder.done("import u.csv --missing deactivate");
    assert_eq!(folder.emails("--active"), ["bob@ex.co"]);
}

#[test]
fn columns_are_mapped_ignored_and_named_when_unknown() {
    let folder = Folder::new();
    folder.write(
        "u.csv",
        "Work adress,Frist Name,Shoe size\nann@ex.co,Ann,5\n",
    );
    let err = folder.refused("import u.csv");
    assert_says(
        &err,
        &[
            "unknown columns",
            "\"Frist Name\" (is it given_name?)",
            "\"Shoe size\"",
            "--ignore",
            "--map",
        ],
    );
    let args = |last: &'static str| {
        let map = [
            "--map",
            "Work Adress=email",
            "--map",
            "frist_name=given_name",
        ];
        [&["import", "u.csv", "--ignore"][..], &[last], &map].concat()
    };
    let run = folder.run_args(&args("shoe SIZE"));
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(folder.user("ann@ex.co")["given_name"], "Ann");
    let run = folder.run_args(&args("Hat size"));
    assert_says(&run.err, &["unknown column \"Shoe size\""]);
    assert_eq!(folder.run("import u.csv --map email").code, 2);

    folder.write(
        "u.csv",
        "email,created\nann@ex.co,7/11/2024\nbob@ex.co,11.07.2024\ncho@ex.co,7/13/2024\n",
    );
    let err = folder.refused("import u.csv");
    assert_says(
        &err,
        &[
            "1 of 3 rows",
            "line 2, ann@ex.co: created: \"7/11/2024\" could be two different days",
        ],
    );
}

#[test]
fn options_that_contradict_each_other_are_usage_errors() {
    let folder = folder_with_ann();
    folder.write("u.csv", "email,team\nann@ex.co,a\n");
    folder.write("u.jsonl", "{\"email\":\"ann@ex.co\"}\n");
    for (options, told) in [
        (
            "--map team=attributes.team --ignore Team",
            "--map and --ignore both name the column \"team\"",
        ),
        (
            "--map team=attributes.team --map Team=username",
            "--map says of the column \"Team\" that it is two fields",
        ),
        ("--map team=password", "there is no field \"password\""),
        (
            "--keep none,admin --ignore team",
            "--keep none keeps neither active nor admin",
        ),
    ] {
        let run = folder.run(&format!("import u.csv {options}"));
        assert_eq!((run.code, &*run.out), (2, ""), "{options}");
        assert_says(&run.err, &[told]);
    }
    let twice = "--map team=attributes.team --map team=attributes.team";
    assert_says(
        &folder.done(&format!("import u.csv {twice}")),
        &["1 updated"],
    );
    // A member that no user of a JSON file has may be misspelt, or just be nobody's.
    for (options, is_told) in [
        ("--map tema=attributes.team", true),
        ("--map Email=email", false),
    ] {
        let told = folder.json(&format!("import u.jsonl {options}"))["notes"].to_string();
        let is_there = told.contains("no user has what these options name: --map");
        assert_eq!(is_there, is_told, "{told}");
    }
}
