//! How formats are told apart and rows are read, and that no input makes the importer panic.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use super::fuzzing::check;
use super::names::Names;
use super::position::{List, RowPosition, Spot};
use super::reading::{ReadOptions, Reading};
use super::row::Fields;
use super::{Format, Row, parse};

fn format_of(name: &str, text: &str) -> Result<Format, String> {
    let mut reading = Reading::new(ReadOptions::default());
    parse(text.as_bytes(), name, &mut reading).map(|parsed| parsed.format)
}

#[test]
fn formats_are_told_apart_by_their_content() {
    for (text, format) in [
        (r#"{"users":[]}"#, Format::Keycloak),
        (
            r#"{"realm":"x","users":[{"email":"a@b"}]}"#,
            Format::Keycloak,
        ),
        (
            "{\"users\":[\n{\"email\":\"a@b\"},\n{\"email\":\"c@d\"}]}",
            Format::Keycloak,
        ),
        (r#"[{"realm":"x","users":[]}]"#, Format::Keycloak),
        (r#"[{"email":"a@b"}]"#, Format::Keycloak),
        ("[]", Format::Keycloak),
        ("\n {\"users\" : {} }", Format::Wallaroo),
        (r#"{"email":"a@b"}"#, Format::Jsonl),
        ("{\"email\":\"a@b\"}\n{\"email\":\"c@d\"}", Format::Jsonl),
        ("{\"email\":\"a@b\"}\nrubbish", Format::Jsonl),
        (
            "{\"email\":\n{\"email\":\"a\"}\n{\"email\":\"b\"}\n{}",
            Format::Jsonl,
        ),
        ("{\n\"email\":\"a@b\"\n}", Format::Keycloak),
        ("email,username\n", Format::Csv),
        ("id, Username \r\n", Format::Csv),
        ("\"email\"\n", Format::Csv),
    ] {
        assert_eq!(format_of("file", text), Ok(format), "{text}");
    }
    assert_eq!(format_of("u.CSV", "id\n"), Ok(Format::Csv));
    for text in ["id\n", "name,age\n", "5", "", "\u{feff}"] {
        assert!(format_of("file", text).is_err(), "{text}");
    }
}

#[test]
fn operations_are_not_taken_for_users() {
    let operation = r#"{"op":"create_user","email":"a@b"}"#;
    for text in [
        operation.to_owned(),
        format!("{operation}\n{operation}"),
        format!("[{operation}]"),
        format!(" [\n  {operation},\n{operation}]"),
    ] {
        let refused = format_of("file", &text).unwrap_err();
        assert!(refused.contains("headcount batch"), "{text}: {refused}");
    }
    assert!(format_of("file", r#"{"email":"a@b","op":5}"#).is_ok());
}

#[test]
fn a_broken_document_is_not_taken_for_lines() {
    for text in [
        "{\"users\":[\n{\"email\":\"a\"},\n{\"email\":\"b\"}\n]",
        "{\"users\":[\n{\"email\" 5}]}",
        "{\"email\":\"a@b\"",
        "[{\"email\":\"a@b\"}",
    ] {
        let error = format_of("file", text).unwrap_err();
        assert!(
            [
                "it is not valid JSON: line",
                "the file ends in the middle of "
            ]
            .iter()
            .any(|told| error.starts_with(told)),
            "{error}"
        );
    }
}

fn row(value: serde_json::Value, fields: Fields) -> Row {
    let mut reading = Reading::new(ReadOptions::default());
    Row::from_json(Spot::Line(1), value, fields, &mut reading)
}

#[test]
fn both_families_of_names_are_read() {
    let ours = json!({
        "id": "45e6b641-fe57-4fb2-83d2-2c2bd201efe8", "email": "a@b", "username": "a",
        "given_name": "A", "family_name": "B", "active": false, "admin": true,
        "created_at": "2024-07-11T16:55:59.173Z", "attributes": { "k": "v" },
        "updated_at": "x", "version": 7, "deactivated_at": null,
    });
    let keycloak = json!({
        "id": "45e6b641-fe57-4fb2-83d2-2c2bd201efe8", "email": "a@b", "username": "a",
        "firstName": "A", "lastName": "B", "enabled": false, "realmRoles": ["user", "admin"],
        "createdTimestamp": 1_720_716_959_173_u64, "attributes": { "k": ["v"] },
        "credentials": [], "emailVerified": true,
    });
    for row in [row(ours, Fields::Ours), row(keycloak, Fields::Keycloak)] {
        assert_eq!(row.problems, Vec::<String>::new());
        assert!(row.id.is_some());
        assert_eq!(row.email.as_deref(), Some("a@b"));
        assert_eq!(row.username.as_deref(), Some("a"));
        assert_eq!(row.given_name.as_deref(), Some("A"));
        assert_eq!(row.family_name.as_deref(), Some("B"));
        assert_eq!((row.active, row.admin), (Some(false), Some(true)));
        assert_eq!(
            row.created_at.unwrap().as_unix_micros(),
            1_720_716_959_173_000
        );
        assert_eq!(*row.attributes, [("k".into(), "v".into())]);
    }
}

#[test]
fn admin_is_what_the_file_says_before_what_its_roles_say() {
    let admin = |value| row(value, Fields::Keycloak).admin;
    assert_eq!(admin(json!({})), None);
    assert_eq!(admin(json!({ "realmRoles": [] })), Some(false));
    assert_eq!(
        admin(json!({ "realmRoles": ["Admin", "admins"] })),
        Some(false)
    );
    assert_eq!(
        admin(json!({ "realmRoles": ["admin"], "admin": false })),
        Some(false)
    );
    assert_eq!(
        admin(json!({ "admin": true, "realmRoles": [] })),
        Some(true)
    );
}

#[test]
fn roles_that_have_no_names_are_refused() {
    for roles in [
        json!({ "realmRoles": [{ "name": "admin" }] }),
        json!({ "realmRoles": ["user", null] }),
        json!({ "clientRoles": { "realm-management": [{ "name": "realm-admin" }] } }),
    ] {
        let problems = row(roles, Fields::Keycloak).problems;
        assert!(
            problems[0].ends_with("it has to be a list of names"),
            "{problems:?}"
        );
    }
}

#[test]
fn who_is_suspended_or_archived_is_inactive() {
    for (user, active) in [
        (json!({ "suspended": false, "archived": false }), true),
        (json!({ "suspended": false, "archived": true }), false),
        (json!({ "suspended": true, "archived": false }), false),
        (json!({ "active": true, "suspended": false }), true),
        (json!({ "active": false, "suspended": false }), false),
        (json!({ "userAccountControl": 514 }), false),
    ] {
        let row = row(user.clone(), Fields::Ours);
        assert_eq!(
            (row.active, &*row.problems),
            (Some(active), &[][..]),
            "{user}"
        );
    }
    let row = row(json!({ "active": true, "suspended": true }), Fields::Ours);
    assert!(row.problems[0].contains("another that they are not"));
}

#[test]
fn nothing_is_said_by_null_or_by_an_empty_address() {
    let row = row(
        json!({ "id": " ", "email": "", "username": "\t", "active": null, "attributes": null }),
        Fields::Ours,
    );
    assert_eq!(row.problems, Vec::<String>::new());
    assert_eq!(
        (row.id, row.email, row.username, row.active),
        (None, None, None, None)
    );
}

#[test]
fn a_row_has_all_of_its_problems_and_still_a_name() {
    let row = row(
        json!({ "email": 5, "username": "ann", "active": "perhaps", "created_at": 1.5, "x": 0 }),
        Fields::Ours,
    );
    assert_eq!(row.problems.len(), 4);
    assert_eq!(row.identity().to_string(), "ann");
    let long = "x".repeat(1000);
    let row = self::row(json!({ "email": long }), Fields::Ours);
    assert_eq!(row.identity().to_string().chars().count(), 81);
}

#[test]
fn no_attribute_and_no_external_id_has_two_texts() {
    for (value, told) in [
        (
            json!({ "attributes": { "team": "a" }, "Attributes": { "team": "b" } }),
            "two values of the attribute \"team\"",
        ),
        (
            json!({ "attributes": { "team": "a" }, "attributes.team": "b" }),
            "two values of the attribute \"team\"",
        ),
        (
            json!({ "external_ids": { "okta": "a" }, "external_ids.okta": "b" }),
            "two external ids of \"okta\"",
        ),
    ] {
        let problems = row(value, Fields::Ours).problems.join("; ");
        assert!(problems.contains(told), "{problems}");
    }
    let row = row(
        json!({ "attributes": { "team": "a" }, "Attributes": { "team": null, "site": "b" } }),
        Fields::Ours,
    );
    assert_eq!((row.problems.len(), row.attributes.len()), (0, 2));
    // As `attributes.team` beside a column that the command line calls so.
    let map = ["Squad=attributes.team".parse().unwrap()];
    let names = Names {
        map: &map,
        ignore: &[],
    };
    let mut reading = Reading::new(ReadOptions {
        names,
        ..ReadOptions::default()
    });
    let refused = parse(b"email,attributes.team,Squad\n", "u.csv", &mut reading).unwrap_err();
    assert!(refused.contains("--ignore 'Squad'"), "{refused}");
    let text = br#"{"email":"a@b","attributes":{"team":"a"},"Squad":"b"}"#;
    let parsed = parse(text, "u.jsonl", &mut reading).unwrap();
    assert_eq!(parsed.rows.unreadable().count(), 1);
}

#[test]
fn places_are_paths() {
    let place = |realm, list| {
        let spot = Spot::Index {
            realm,
            list,
            index: 2,
        };
        RowPosition { file: None, spot }.to_string()
    };
    assert_eq!(place(None, List::Users), "users[2]");
    assert_eq!(place(Some(1), List::Users), "[1].users[2]");
    assert_eq!(place(None, List::Document), "[2]");
    let line = RowPosition {
        file: Some("a.csv".into()),
        spot: Spot::Line(7),
    };
    assert_eq!(line.to_string(), "a.csv: line 7");
}

/// Files that are right, to be damaged.
const FILES: [&str; 7] = [
    include_str!("../../../examples/data/keycloak-realm.json"),
    include_str!("../../../examples/data/wallaroo-users-query.json"),
    include_str!("../../../examples/data/seed-users.jsonl"),
    "id,email,active,attributes.a\n45e6b641-fe57-4fb2-83d2-2c2bd201efe8,\"a,\"\"b@ex.co\",yes,x\n",
    "sep=;\r\nlogin;email;status;created\r\na@ex.co;b@ex.co;DEPROVISIONED;13/07/2024\r\n;;;\r\n",
    r#"{"users":[{"id":"f:1:a","username":"a","clientRoles":{"c":["admin"]}}],"federatedUsers":[{"id":"f:1:b"}]}"#,
    r#"[{"realm":"a","users":[{"email":"a@b","attributes":{"x":["1","2"]}}]},{"users":{}}]"#,
];

#[test]
fn the_corpus_of_the_fuzz_target_has_files_that_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/import");
    let mut imported = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let mut reading = Reading::new(ReadOptions::default());
        imported += usize::from(parse(&bytes, "file", &mut reading).is_ok());
    }
    assert!(imported >= 10, "{imported}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    #[test]
    fn arbitrary_json_never_panics(text in r#"([{}\[\],:]|"(users|realm|email|id|active|a@b|c)"|1|null|\n){0,60}"#) {
        check(text.as_bytes());
    }

    #[test]
    fn damaged_files_never_panic(
        file in prop::sample::select(&FILES[..]),
        at in any::<prop::sample::Index>(),
        cut in 0..20_usize,
        paste in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut bytes = file.as_bytes().to_vec();
        let start = at.index(bytes.len());
        let end = (start + cut).min(bytes.len());
        bytes.splice(start..end, paste);
        check(&bytes);
    }
}
