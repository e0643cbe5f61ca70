//! Files that were once lost, misread or refused, each an example of a kind.

use std::fs;
use std::path::Path;

use crate::folder::{Folder, assert_says};

/// A folder with one of the files in it.
fn folder_with(names: &[&str]) -> Folder {
    let folder = Folder::new();
    add(&folder, names);
    folder
}

fn add(folder: &Folder, names: &[&str]) {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for name in names {
        folder.write(name, fs::read(cases.join(name)).unwrap());
    }
}

/// The emails and usernames that a file brings.
#[track_caller]
fn taken(line: &str) -> Vec<(String, String)> {
    let file = line.split(' ').next().unwrap();
    let folder = folder_with(&[file]);
    folder.done(&format!("import {line}"));
    let users = folder.json("users list")["users"].take();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let users = users.as_array().unwrap().iter();
    users
        .map(|u| (text(&u["email"]), text(&u["username"])))
        .collect()
}

#[track_caller]
fn assert_refused(line: &str, parts: &[&str]) {
    let folder = folder_with(&[line.split(' ').next().unwrap()]);
    assert_says(&folder.refused(&format!("import {line}")), parts);
    assert!(!folder.has_database());
}

fn ann() -> Vec<(String, String)> {
    vec![("ann@example.com".to_owned(), "ann".to_owned())]
}

#[test]
fn a_quote_that_is_never_closed_swallows_no_rows() {
    assert_refused(
        "csv-unclosed-quote-swallows-rows.csv",
        &["line 2, column 17", "never closed", "close it"],
    );
    let folder = Folder::new();
    for (rows, told) in [
        (
            "a@ex.co,\"x\nb@ex.co,\"y\nc@ex.co,z\n",
            "line 3, column 10: there is text after",
        ),
        (
            "a@ex.co,\"x\nb@ex.co,y\nc@ex.co,z\"\n",
            "line 2, column 9: the quoted cell that begins there has whole rows",
        ),
        (
            "a@ex.co,x \"y\" z\n",
            "line 2, column 11: there is a quote within a cell",
        ),
    ] {
        folder.write("u.csv", format!("email,attributes.note\n{rows}"));
        assert_says(&folder.refused("import u.csv"), &[told]);
    }
    // However the quotes divide the rows, and whichever column says who it is.
    let id = "45e6b641-fe57-4fb2-83d2-2c2bd201efe8";
    for text in [
        "email,given_name,attributes.note\na@ex.co,\"Ann,x\nb@ex.co,Bob\",y\n".to_owned(),
        "username,email,attributes.note\na,\"a@ex.co,x\nbob,b@ex.co\",y\n".to_owned(),
        format!("id,given_name,attributes.note\n{id},\"Ann,x\n{id},Bob\",y\n"),
        "email;attributes.note;given_name\na@ex.co;\"x\nb@ex.co;\"\"B, b\"\"\";Bob\n".to_owned(),
        "username,attributes.note,given_name\na,\"x\nb,y,Bob\",Ann\n".to_owned(),
        "given_name,attributes.note,email\nAnn,\"x,a@ex.co\nBob,y\",b@ex.co\n".to_owned(),
        "given_name,attributes.note,username\nAnn,\"x,ann\nBob,y\",bob\n".to_owned(),
    ] {
        folder.write("u.csv", &text);
        assert_says(&folder.refused("import u.csv"), &["line 2", "whole rows"]);
    }
    folder.write(
        "u.csv",
        "email,attributes.note\na@ex.co,\"two\nlines, of \"\"text\"\"\"\n",
    );
    folder.done("import u.csv");
    assert_eq!(
        folder.user("a@ex.co")["attributes"]["note"],
        "two\nlines, of \"text\""
    );
}

#[test]
fn tables_are_taken_as_spreadsheets_write_them() {
    for file in [
        "csv-space-after-comma-keeps-quotes.csv",
        "csv-excel-blank-rows.csv",
        "csv-excel-sep-line.csv",
        "csv-semicolon.csv",
        "tsv.csv",
        "csv-bom.csv",
        "csv-cr-only.csv --skip-invalid",
    ] {
        assert_eq!(taken(file), ann(), "{file}");
    }
    let folder = Folder::new();
    for (text, options) in [
        ("sep=|\remail|username|\rann@example.com|ann|\r||\r", ""),
        ("email~username\nann@example.com~ann\n", "--delimiter ~"),
        (";;\n  \n\"\";;\nemail;username;\nann@example.com;ann;", ""),
        (
            "\t\t\r\nemail\tusername\t\r\n\t\t\r\nann@example.com\tann\t",
            "",
        ),
        (
            "email\tusername\t\t\nann@example.com\tann\t\t\t\n\t\t\n",
            "--delimiter tab",
        ),
    ] {
        folder.write("u.csv", text);
        folder.done(&format!("import u.csv {options}"));
        assert_eq!(folder.user("ann@example.com")["username"], "ann");
        folder.done("users delete ann@example.com --yes");
    }
    folder.write("u.csv", "email,,\nann@example.com,,x\n");
    assert_says(
        &folder.refused("import u.csv"),
        &["there is \"x\" at column 18", "under no name"],
    );
}

#[test]
fn other_encodings_are_taken_or_named() {
    assert_refused(
        "csv-latin1.csv",
        &[
            "line 2, column 20 has the byte 0xe9",
            "--encoding windows-1252",
        ],
    );
    for option in ["windows-1252", "latin1"] {
        let folder = folder_with(&["csv-latin1.csv"]);
        folder.done(&format!("import csv-latin1.csv --encoding {option}"));
        assert_eq!(folder.user("ann@example.com")["given_name"], "René");
    }
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let text = "\u{feff}email\tgiven_name\r\nann@example.com\tRené\r\n";
        let folder = Folder::new();
        folder.write(
            "u.txt",
            text.encode_utf16().flat_map(to_bytes).collect::<Vec<_>>(),
        );
        folder.done("import u.txt");
        assert_eq!(folder.user("ann@example.com")["given_name"], "René");
    }
}

#[test]
fn headers_are_known_however_they_are_written() {
    for file in ["csv-header-FirstName-case.csv", "csv-header-spaces.csv"] {
        let folder = folder_with(&[file]);
        folder.done(&format!("import {file}"));
        let ann = folder.user("ann@example.com");
        assert_eq!(
            (&ann["given_name"], &ann["family_name"]),
            (&"Ann".into(), &"A".into())
        );
    }
    let folder = folder_with(&["csv-okta.csv"]);
    folder.done("import csv-okta.csv");
    let ann = folder.user("ann@example.com");
    assert_eq!(
        (&ann["active"], &ann["given_name"]),
        (&false.into(), &"Ann".into())
    );
}

#[test]
fn exports_of_other_tools_are_taken_as_they_come() {
    for (text, options, active) in [
        (
            "version:v1.0,,,\nName [displayName] Required,User name [userPrincipalName] Required,\
             Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] \
             Required,First name [givenName]\nAnn A,ann@ex.co,secret,Yes,Ann\n",
            "",
            false,
        ),
        (
            "userPrincipalName,displayName,mail,givenName,accountEnabled,state,createdDateTime\n\
             a#EXT#@x.example,Ann A,ann@ex.co,Ann,True,WA,2024-07-11T16:55:59Z\n",
            "",
            true,
        ),
        (
            "First Name [Required],Last Name [Required],Email Address [Required],\
             Password [Required],Status [READ ONLY]\nAnn,A,ann@ex.co,****,Suspended\n",
            "",
            false,
        ),
        (
            "id,username,name,state,email,is_admin,created_at\n\
             12,ann,Ann A,active,ann@ex.co,false,2024-07-11T16:55:59.000Z\n",
            "--ignore-ids",
            true,
        ),
    ] {
        let folder = Folder::new();
        folder.write("u.csv", text);
        folder.done(&format!("import u.csv {options}"));
        assert_eq!(folder.user("ann@ex.co")["active"], active, "{text}");
    }
}

#[test]
fn an_unclear_json_key_refuses_the_file() {
    assert_refused(
        "kc-duplicate-users-member.json",
        &[
            "line 1, column 78: the key \"users\" is there twice",
            "remove one of the two",
        ],
    );
    let folder = Folder::new();
    folder.write(
        "u.jsonl",
        "{\"email\":\"a@ex.co\",\"email\":\"b@ex.co\"}\n{\"email\":\"c@ex.co\"}\n",
    );
    assert_says(
        &folder.refused("import u.jsonl"),
        &[
            "1 of 2 rows",
            "line 1, unnamed: column 26: the key \"email\" is there twice",
        ],
    );
    folder.write(
        "u.json",
        "{\"users\":[\n{\"email\":\"a@ex.co\",\"attributes\":{\"a\":\"1\",\"a\":\"2\"}}]}",
    );
    assert_says(
        &folder.refused("import u.json"),
        &["users[0]", "line 2, column 44: the key \"a\""],
    );
}

#[test]
fn an_address_is_needed() {
    assert_refused(
        "jsonl-username-only.jsonl",
        &["line 1, svc-1", "--email-template"],
    );
    assert_eq!(
        taken("jsonl-username-only.jsonl --email-template {username}@example.com"),
        [("svc-1@example.com".to_owned(), "svc-1".to_owned())]
    );
    assert_eq!(
        taken("kc-username-is-email-no-email.json --email-template {username}@example.org"),
        [
            ("ann@example.com", "ann@example.com"),
            ("bob@example.org", "bob")
        ]
        .map(|(email, name)| (email.to_owned(), name.to_owned()))
    );
}

#[test]
fn what_is_wrong_is_named() {
    for (file, parts) in [
        (
            "kc-duplicate-emails.json",
            &["users[1], Team@example.com: it has the same email as users[0]"][..],
        ),
        (
            "kc-attributes-array.json",
            &[
                "attributes is a list",
                "\"age\" has a number",
                "\"x\" is a number",
                "\"y\" is true or false",
            ],
        ),
        (
            "kc-username-space.json",
            &["users[0], ann@example.com: \"ann lee\"", "a space"],
        ),
        (
            "kc-realm-only.json",
            &["a realm without users", "kc.sh export"],
        ),
    ] {
        assert_refused(file, parts);
    }
    let folder = folder_with(&["kc-attributes-array.json"]);
    let ignored = ["phone", "age", "x", "y", "m"].map(|name| format!("--ignore-attribute {name}"));
    let err = folder.refused(&format!(
        "import kc-attributes-array.json {}",
        ignored.join(" ")
    ));
    assert_says(&err, &["1 of 2 rows", "users[0]"]);
}

#[test]
fn states_and_spelling_are_taken() {
    let folder = folder_with(&["kc-enabled-missing.json"]);
    folder.done("import kc-enabled-missing.json");
    assert_eq!(folder.emails("--inactive"), ["cho@example.com"]);
    assert_eq!(taken("kc-username-email-case-differs.json").len(), 1);
    let folder = folder_with(&["kc-username-is-old-email.json"]);
    folder.done("import kc-username-is-old-email.json");
    let user = folder.user("ann.new@example.com");
    assert_eq!(user["username"], "ann.old@example.com");
    assert_eq!(folder.user("ann.old@example.com"), user);
    assert_says(
        &folder.done("import kc-username-is-old-email.json"),
        &["nothing to change"],
    );
}

#[test]
fn the_last_owner_and_the_last_admin_are_named() {
    let folder = folder_with(&["csv-deactivate-last-owner.csv", "kc-demote-last-admin.json"]);
    folder.done("users create ann@example.com");
    folder.done("users create bob@example.com");
    folder.done("workspaces create Fraud --owner ann@example.com");
    let line = "import csv-deactivate-last-owner.csv";
    let parts = [
        "line 2, ann@example.com: would leave \"Fraud\" without",
        "--allow-ownerless",
    ];
    assert_says(&folder.refused(line), &parts);
    let run = folder.run(&format!("{line} --json"));
    let error: serde_json::Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!(error["error"]["kind"], "last_owner");
    assert_eq!(error["error"]["rows"][0]["line"], 2);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["blamed"][0]["email"], "ann@example.com");

    folder.done("users update ann@example.com --admin true");
    let err = folder.refused("import kc-demote-last-admin.json");
    assert_says(
        &err,
        &[
            "would leave no active admin",
            "[0], ann@example.com: is an active admin here",
            "--keep active,admin",
        ],
    );
    let err = folder.refused("import kc-demote-last-admin.json --keep none");
    assert_says(
        &err,
        &["[0], ann@example.com: removes the rights of an active admin"],
    );
    folder.done("import kc-demote-last-admin.json --keep active,admin");
    assert_eq!(folder.user("ann@example.com")["admin"], true);

    folder.done("users update bob@example.com --admin true");
    folder.done(&format!("{line} --allow-ownerless"));
    assert_eq!(folder.emails("--active"), ["bob@example.com"]);
}

#[test]
fn owners_of_archived_workspaces_only_are_not_blamed() {
    let folder = folder_with(&["csv-deactivate-last-owner.csv"]);
    folder.done("users create ann@example.com");
    folder.done("users create cho@example.com");
    folder.done("workspaces create Fraud --owner ann@example.com");
    folder.done("workspaces create Old --owner cho@example.com");
    folder.done("workspaces archive Old");
    let told = folder.refused("import csv-deactivate-last-owner.csv --missing deactivate");
    assert_says(&told, &["ann@example.com: would leave \"Fraud\" without"]);
    assert!(!told.contains("cho@") && !told.contains("Old"), "{told}");
}

#[test]
fn batches_are_read_as_they_come() {
    for (file, emails) in [
        ("batch-array.json", &["cho@example.com"][..]),
        ("batch-pretty.json", &["cho@example.com"]),
        (
            "batch-bom-crlf.jsonl",
            &["ann@example.com", "bob@example.com"],
        ),
    ] {
        let folder = folder_with(&[file]);
        folder.done(&format!("batch {file}"));
        assert_eq!(folder.emails(""), emails, "{file}");
    }
    let folder = folder_with(&["batch-duplicate-keys.jsonl"]);
    let err = folder.refused("batch batch-duplicate-keys.jsonl");
    assert_says(
        &err,
        &["line 1: column 53: the key \"email\" is there twice"],
    );
    assert!(!folder.has_database());
    folder.write("ops", "{\"op\":\"create_user\",\n{}\n");
    assert_says(
        &folder.refused("batch ops"),
        &["line 1: not valid JSON", "one operation a line"],
    );
    folder.write("ops", "{\"op\":\"create_user\",\n");
    assert_says(
        &folder.refused("batch ops"),
        &["line 1: the file ends in the middle of a value, at column 20: was it copied whole?"],
    );
}

#[test]
fn workspace_names_that_can_not_be_seen_are_refused() {
    let folder = folder_with(&["batch-invisible-workspace-names.jsonl"]);
    let err = folder.refused("batch batch-invisible-workspace-names.jsonl --allow-ownerless");
    let seen = "can't be seen, or changes how the rest is shown; remove it";
    assert_says(
        &err,
        &["line 1", "line 3", "Fraud<U+200B>models", "U+200B", seen],
    );
}
