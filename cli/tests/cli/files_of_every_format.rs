//! Keycloak, Wallaroo, JSON lines and CSV: told apart, and read completely.

use serde_json::json;

use crate::folder::{Folder, assert_says};

const WALLAROO: &str =
    "import examples/data/wallaroo-users-query.json --email-template {username}@wallaroo.ai";

/// The list of `users` after an import of `content`, and the format that was detected.
#[track_caller]
fn imported(name: &str, content: impl AsRef<[u8]>) -> (String, Folder) {
    let folder = Folder::with_enterprise();
    folder.write(name, content);
    let report = folder.json(&format!("import {name}"));
    (report["format"].as_str().unwrap().to_owned(), folder)
}

#[test]
fn the_examples_are_what_they_are() {
    let folder = Folder::with_examples();
    folder.done("license set enterprise");
    let assert_import = |line: &str, format: &str, created: usize| {
        let report = folder.json(line);
        assert_eq!(report["format"], format);
        assert_eq!(report["created"], created);
    };
    assert_import("import examples/data/keycloak-realm.json", "keycloak", 7);
    assert_import(WALLAROO, "wallaroo", 3);
    // The next file has an `admin` of its own.
    folder.done("users delete admin@wallaroo.ai --yes");
    assert_import("import examples/data/seed-users.jsonl", "jsonl", 4);
    let john = folder.user("john.hummel@wallaroo.ai");
    assert_eq!(john["id"], "13486fc4-2f6c-4f0e-8a55-6f2b8e9d0c22");
    assert_eq!(john["given_name"], "John");
    assert_eq!(john["family_name"], "Hansarick");
    assert_eq!(john["admin"], true);
    assert_eq!(john["created_at"], "2024-07-08T20:07:42.222Z");
    assert_eq!(folder.user("steve@ex.co")["username"], "steve");
    assert_eq!(folder.emails("").len(), 13);
}

#[test]
fn a_map_of_users_keeps_the_order_of_the_file_behind_its_admins() {
    let folder = Folder::with_examples();
    folder.done("license set 1");
    let report = folder.json(&format!("{WALLAROO} --when-full inactive"));
    let without = report["without_seat"].as_array().unwrap();
    let without: Vec<_> = without.iter().map(|user| &user["email"]).collect();
    assert_eq!(without, ["john.hansarick@wallaroo.ai", "admin@wallaroo.ai"]);
}

#[test]
fn a_map_gives_the_id_and_may_not_contradict_it() {
    let folder = Folder::new();
    folder.write(
        "u.json",
        r#"{"users":{
            "45e6b641-fe57-4fb2-83d2-2c2bd201efe8":{"email":"ann@ex.co"},
            "7b8b4f7d-de27-420f-9cd0-892546cb0f82":
                {"email":"bob@ex.co","id":"45e6b641-fe57-4fb2-83d2-2c2bd201efe9"},
            "cho":{"email":"cho@ex.co"}}}"#,
    );
    let err = folder.refused("import u.json");
    assert_says(
        &err,
        &[
            "2 of 3 rows",
            "users[1], bob@ex.co: it stands under the id 7b8b4f7d",
            "users[2], cho@ex.co: it stands under the key \"cho\"",
        ],
    );
    folder.done("import u.json --skip-invalid");
    assert_eq!(
        folder.user("ann@ex.co")["id"],
        "45e6b641-fe57-4fb2-83d2-2c2bd201efe8"
    );
}

#[test]
fn several_realms_in_one_file() {
    let realms = json!([
        { "realm": "empty", "id": "r0" },
        { "users": [{ "email": "ann@ex.co", "credentials": [{ "deep": [[[]]] }] }], "realm": "a" },
        { "realm": "b", "users": [{ "email": "bob@ex.co" }, { "username": "cho" }, 7] },
    ]);
    let folder = Folder::new();
    folder.write("realms.json", realms.to_string());
    let err = folder.refused("import realms.json");
    assert_says(
        &err,
        &[
            "2 of 4 rows",
            "[2].users[1], cho of realm b: an email address is required",
            "[2].users[2], unnamed of realm b: this is a number",
        ],
    );
    let report = folder.json("import realms.json --skip-invalid");
    assert_eq!(report["invalid"][0]["realm"], "b");
    assert_eq!(report["invalid"][0]["index"], 1);
    assert_eq!(folder.emails(""), ["ann@ex.co", "bob@ex.co"]);
}

#[test]
fn a_list_of_users_and_a_single_one() {
    let (format, folder) = imported(
        "u.json",
        r#"[{"email":"ann@ex.co","firstName":"Ann","enabled":false,"realmRoles":["admin","x"],
             "attributes":{"one":["1"],"two":["1","2"],"none":[]}}, {"email":"bob@ex.co"}]"#,
    );
    assert_eq!(format, "keycloak");
    let ann = folder.user("ann@ex.co");
    assert_eq!(ann["active"], false);
    assert_eq!(ann["admin"], true);
    assert_eq!(
        ann["attributes"],
        json!({ "one": "1", "two": "[\"1\",\"2\"]" })
    );
    assert_eq!(folder.user("bob@ex.co")["admin"], false);

    let (format, folder) = imported("one.json", "{\n  \"email\": \"ann@ex.co\"\n}\n");
    assert_eq!(format, "keycloak");
    assert_eq!(folder.emails(""), ["ann@ex.co"]);
    assert_eq!(imported("one.json", r#"{"email": "ann@ex.co"}"#).0, "jsonl");
}

#[test]
fn one_user_under_names_of_other_tools_is_a_line() {
    for user in [
        r#"{"Email":"ann@ex.co","Given Name":"Ann"}"#,
        r#"{"primaryEmail":"ann@ex.co","first_name":"Ann"}"#,
        r#"{"mail":"ann@ex.co","userPrincipalName":"ann","givenName":"Ann"}"#,
    ] {
        let (format, folder) = imported("one.ndjson", user);
        assert_eq!(format, "jsonl", "{user}");
        assert_eq!(folder.user("ann@ex.co")["given_name"], "Ann");
    }
    let folder = Folder::new();
    folder.write(
        "u.json",
        r#"[{"mail":"ann@ex.co","emails":[{"value":"x"}]}]"#,
    );
    let told = ["emails is a list; it has to be a text, or left out with --ignore 'emails'"];
    assert_says(&folder.refused("import u.json"), &told);
    folder.done("import u.json --ignore emails");
}

#[test]
fn a_realm_takes_the_admin_role_away_again() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co --admin");
    folder.done("users create bob@ex.co --admin");
    folder.write(
        "u.json",
        r#"[{"email":"ann@ex.co"},{"email":"bob@ex.co","realmRoles":["user"]}]"#,
    );
    folder.done("import u.json --keep none");
    assert_eq!(folder.user("ann@ex.co")["admin"], true, "no roles are said");
    assert_eq!(folder.user("bob@ex.co")["admin"], false);
}

#[test]
fn csv_with_quotes_crlf_and_a_byte_order_mark() {
    let (format, folder) = imported(
        "u.txt",
        "\u{feff}Email,Given_Name,family_name,Active,admin,created_at,attributes.note\r\n\
         ann@ex.co,\"Ann, \"\"the\"\" first\",Lee,yes,TRUE,2020-01-01T00:00:00Z,\"two\r\nlines\"\r\n\
         \r\n\
         bob@ex.co,,,0,,1720716959173,\r\n",
    );
    assert_eq!(format, "csv");
    let ann = folder.user("ann@ex.co");
    assert_eq!(ann["given_name"], "Ann, \"the\" first");
    assert_eq!(
        (&ann["active"], &ann["admin"]),
        (&true.into(), &true.into())
    );
    assert_eq!(ann["created_at"], "2020-01-01T00:00:00Z");
    assert_eq!(ann["attributes"]["note"], "two\r\nlines");
    let bob = folder.user("bob@ex.co");
    assert_eq!(
        (&bob["active"], &bob["admin"]),
        (&false.into(), &false.into())
    );
    assert_eq!(bob["created_at"], "2024-07-11T16:55:59.173Z");
}

#[test]
fn csv_rows_that_are_wrong_have_the_line_they_begin_on() {
    let folder = Folder::new();
    folder.write(
        "u.csv",
        "email,given_name,active\nann@ex.co,\"a\nb\",yes\n\nbob@ex.co,Bob,maybe\ncho@ex.co,Cho\n",
    );
    let err = folder.refused("import u.csv");
    assert_says(
        &err,
        &[
            "3 of 3 rows",
            "line 2, ann@ex.co: in the given name",
            "line 5, bob@ex.co: active: \"maybe\" is not a known state",
            "line 6, cho@ex.co: it has 2 cells and the header has 3",
        ],
    );
}

#[test]
fn csv_headers_that_are_wrong_refuse_the_file() {
    let folder = Folder::new();
    for (header, told) in [
        ("email,actve", "unknown column \"actve\""),
        ("email,email", "the column \"email\" twice"),
        (
            "email,active,enabled",
            "\"active\" and \"enabled\" both hold the same",
        ),
        ("given_name,active", "no column email, username or id"),
        ("email;username", "it has 1 cell and the header has 2"),
        ("email,attributes", "such as attributes.team"),
    ] {
        folder.write("u.csv", format!("{header}\na@ex.co,1,1\n"));
        assert_says(&folder.refused("import u.csv"), &[told]);
    }
}

#[test]
fn json_lines_with_crlf_blank_lines_and_a_byte_order_mark() {
    let (format, folder) = imported(
        "u",
        "\u{feff}{\"email\":\"ann@ex.co\",\"enabled\":false}\r\n\r\n  {\"email\":\"bob@ex.co\"}\r\n",
    );
    assert_eq!(format, "jsonl");
    assert_eq!(folder.emails("--inactive"), ["ann@ex.co"]);
    assert_eq!(folder.emails("--active"), ["bob@ex.co"]);
}

#[test]
fn standard_input() {
    let folder = Folder::new();
    let run = folder.run_with_input("import -", "email\nann@ex.co\n");
    assert_eq!(run.code, 0, "{}", run.err);
    assert_says(&run.out, &["imported 1 user from standard input"]);
    assert_eq!(folder.emails(""), ["ann@ex.co"]);
    assert_eq!(folder.run_with_input("import -", "").code, 1);
}

#[test]
fn a_format_can_be_insisted_on() {
    let folder = Folder::with_examples();
    let err = folder.refused("import examples/data/keycloak-realm.json --format wallaroo");
    assert_says(&err, &["it has no map of users", "--format keycloak"]);
    let err = folder.refused("import examples/data/wallaroo-users-query.json --format keycloak");
    assert_says(&err, &["--format wallaroo"]);
    let err = folder.refused("import examples/data/seed-users.jsonl --format csv");
    assert_says(&err, &["line 1, column 2: there is a quote"]);
    folder.done("import examples/data/seed-users.jsonl --format jsonl");
    assert_eq!(folder.run("import x --format xml").code, 2);
}

#[test]
fn files_that_are_nothing_of_the_kind() {
    let folder = Folder::new();
    let deep = format!("{{\"users\":{}", "[".repeat(500_000));
    let closed = format!(
        "{{\"users\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    for (content, told) in [
        (&b""[..], "it is empty"),
        (b"\xef\xbb\xbf \n", "it is empty"),
        (b"email\n\xff\xfe", "it is not UTF-8: line 2, column 1"),
        (b"\xff\xfe{\x00x", "it is not UTF-16 from line 1"),
        (b"hello world\n", "none of the formats"),
        (
            b"{\"users\": [\n{\"email\" 1}]}",
            "not valid JSON: line 2, column 10: `:` is needed",
        ),
        (b"{\"users\": 5}", "neither a list nor a map"),
        (b"{\"realm\": \"x\"}", "a realm without users"),
        (b"{}", "it has no users"),
        (deep.as_bytes(), "the file ends in the middle of a list"),
        (closed.as_bytes(), "1 of 1 row"),
    ] {
        folder.write("u", content);
        assert_says(&folder.refused("import u"), &[told]);
    }
    assert_says(
        &folder.refused("import absent.json"),
        &["can't read absent.json"],
    );
    assert!(!folder.has_database());
    folder.write("u", "{\"users\": []}");
    assert_says(
        &folder.done("import u"),
        &["nothing to change: no users to import"],
    );
    assert!(!folder.has_database(), "there was nothing to write");
}
