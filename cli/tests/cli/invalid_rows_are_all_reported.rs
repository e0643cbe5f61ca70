//! Rows that can't be imported: all are reported with their position, the user and the
//! reason, before anything is written.

use serde_json::Value;

use crate::folder::{Folder, assert_says};

const WALLAROO: &str = "import examples/data/wallaroo-users-query.json";

#[test]
fn the_admin_without_an_address() {
    let folder = Folder::with_examples();
    assert_eq!(
        folder.refused(WALLAROO),
        "headcount: 1 of 3 rows in examples/data/wallaroo-users-query.json can't be imported; nothing was changed\n  \
         users[2], admin (id bfe3948e-7d1c-4c9b-b0a1-3c5d7e9f1a33): an email address is required \
         and none was given; give one like ada@example.com\n\
         use --skip-invalid to import the rest\n\
         use --email-template '{username}@example.com' to give those without an email one\n"
    );
    assert!(!folder.has_database());
}

#[test]
fn the_rest_can_be_taken() {
    let folder = Folder::with_examples();
    let out = folder.done(&format!("{WALLAROO} --skip-invalid"));
    assert_says(
        &out,
        &[
            "2 created",
            "1 row skipped:\n  users[2], admin (id bfe3948e",
        ],
    );
    assert_eq!(
        folder.emails(""),
        ["john.hansarick@wallaroo.ai", "john.hummel@wallaroo.ai"]
    );
}

#[test]
fn a_template_cures_it() {
    let folder = Folder::with_examples();
    folder.done(&format!(
        "{WALLAROO} --email-template {{username}}@wallaroo.ai"
    ));
    let admin = folder.user("admin@wallaroo.ai");
    assert_eq!(admin["id"], "bfe3948e-7d1c-4c9b-b0a1-3c5d7e9f1a33");
    assert_eq!(admin["username"], "admin");
    assert_eq!(admin["admin"], true);
    // The user has an address from then on, and keeps it whatever the template.
    let again = folder.done(&format!(
        "{WALLAROO} --email-template {{username}}@elsewhere.com"
    ));
    assert_says(&again, &["nothing to change"]);
    assert_says(&folder.done(WALLAROO), &["nothing to change"]);
}

#[test]
fn a_template_needs_a_username() {
    let folder = Folder::new();
    folder.write(
        "u.jsonl",
        "{\"given_name\":\"Ann\"}\n{\"username\":\"bob\"}\n",
    );
    let err = folder.refused("import u.jsonl --email-template {username}@ex.co --format jsonl");
    assert_says(
        &err,
        &[
            "1 of 2 rows",
            "line 1, unnamed: an email address is required",
        ],
    );
    assert_eq!(
        folder.run("import u.jsonl --email-template all@ex.co").code,
        2
    );
}

/// Lines with each kind of error, and the expected messages.
const BAD_LINES: [(&str, &str); 14] = [
    (r#"{"email":"ann@ex.co""#, "it is not valid JSON"),
    ("[1]", "this is a list, not a user"),
    (
        r#"{"email":"not an address"}"#,
        "is not a usable email address",
    ),
    (r#"{"email":5,"username":"five"}"#, "email is a number"),
    (
        r#"{"email":"a@ex.co","actve":false}"#,
        r#"unknown field "actve""#,
    ),
    (
        r#"{"email":"b@ex.co","active":"perhaps"}"#,
        "\"perhaps\" is not a known state",
    ),
    (
        r#"{"email":"c@ex.co","active":true,"enabled":true}"#,
        "enabled is there twice",
    ),
    (
        r#"{"email":"d@ex.co","id":"7b1c2d3e-4f50-6172-8394"}"#,
        "is not a UUID",
    ),
    (
        r#"{"email":"e@ex.co","username":"f g"}"#,
        "a space is not allowed in one",
    ),
    (
        r#"{"email":"g@ex.co","created_at":-1}"#,
        "not a time in seconds or milliseconds",
    ),
    (
        r#"{"email":"h@ex.co","attributes":{"a":{}}}"#,
        r#"the attribute "a" is an object"#,
    ),
    (
        r#"{"email":"i@ex.co","given_name":"a\u0007"}"#,
        "control character",
    ),
    (
        r#"{"email":"j@ex.co","realmRoles":"admin"}"#,
        "realmRoles is a text; it has to be a list of names",
    ),
    (
        r#"{"username":"no-address"}"#,
        "an email address is required",
    ),
];

#[test]
fn each_kind_with_its_line_at_once() {
    let folder = Folder::new();
    let mut lines = vec![r#"{"email":"good@ex.co"}"#, ""];
    lines.extend(BAD_LINES.map(|(line, _)| line));
    folder.write("u.jsonl", lines.join("\n"));
    let err = folder.refused("import u.jsonl");
    assert_says(&err, &["14 of 15 rows"]);
    for (line, (_, reason)) in (3..).zip(BAD_LINES) {
        let told = err
            .lines()
            .find(|l| l.starts_with(&format!("  line {line}, ")));
        assert_says(told.unwrap(), &[reason]);
    }

    let run = folder.run("import u.jsonl --json");
    assert_eq!(run.code, 1);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        (&report["applied"], &report["changed"]),
        (&false.into(), &false.into())
    );
    let invalid = report["invalid"].as_array().unwrap();
    assert_eq!(invalid.len(), 14);
    assert_eq!(invalid[3]["line"], 6);
    assert_eq!(invalid[3]["username"], "five");
    assert_eq!(invalid[13]["kind"], "email_required");
    let error: Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!(error["error"]["kind"], "invalid_rows");
    assert!(!folder.has_database());

    folder.done("import u.jsonl --skip-invalid");
    assert_eq!(folder.emails(""), ["good@ex.co"]);
}

#[test]
fn an_existing_directory_stays_as_it_is() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co --username ann");
    folder.write("u.csv", "email,username\nbob@ex.co,bob\ncho@ex.co,ANN\n");
    let err = folder.refused("import u.csv");
    assert_says(
        &err,
        &["line 3, cho@ex.co: another user has the username \"ann\""],
    );
    assert_eq!(folder.emails(""), ["ann@ex.co"]);
    assert_eq!(folder.changes(), 1);
    folder.done("import u.csv --skip-invalid");
    assert_eq!(folder.emails(""), ["ann@ex.co", "bob@ex.co"]);
}

#[test]
fn of_duplicates_the_later_names_the_earlier() {
    let folder = Folder::new();
    folder.write(
        "u.csv",
        "id,email,username\n\
         ,ann@ex.co,\n\
         ,ANN@EX.CO,\n\
         45e6b641-fe57-4fb2-83d2-2c2bd201efe8,bob@ex.co,bob\n\
         45E6B641-FE57-4FB2-83D2-2C2BD201EFE8,cho@ex.co,\n\
         ,dee@ex.co,Bob\n",
    );
    let err = folder.refused("import u.csv");
    assert_says(
        &err,
        &[
            "line 3, ANN@EX.CO: it has the same email as line 2; remove one of them",
            "line 5, cho@ex.co: it has the same id as line 4",
            "line 6, dee@ex.co: it has the same username as line 4",
        ],
    );
    folder.done("import u.csv --skip-invalid");
    assert_eq!(folder.emails(""), ["ann@ex.co", "bob@ex.co"]);
}

#[test]
fn a_row_that_depends_on_a_skipped_one_is_skipped_too() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co --id 00000000-0000-0000-0000-00000000000a");
    // Bob may have Ann's address only if Ann gets another, which she doesn't.
    folder.write(
        "u.jsonl",
        r#"{"email":"bob@ex.co","username":"bob"}
{"id":"00000000-0000-0000-0000-00000000000b","email":"ann@ex.co"}
{"id":"00000000-0000-0000-0000-00000000000a","email":"ann@new.co","given_name":"\u0000"}
"#,
    );
    let report = folder.json("import u.jsonl --skip-invalid");
    assert_eq!(report["invalid"].as_array().unwrap().len(), 2);
    assert_eq!(folder.emails(""), ["ann@ex.co", "bob@ex.co"]);
}

#[test]
fn of_many_rows_a_text_shows_the_first() {
    let folder = Folder::new();
    folder.write("u.csv", format!("email,username\n{}", ",x y\n".repeat(30)));
    let err = folder.refused("import u.csv");
    assert_says(
        &err,
        &[
            "30 of 30 rows",
            "line 21, ",
            "and 10 more; --json lists them all",
        ],
    );
    assert!(!err.contains("line 22, "));
    let run = folder.run("import u.csv --json");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["invalid"].as_array().unwrap().len(), 30);
    let told: Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!(told["error"]["invalid"], 30);
    assert_eq!(told["error"]["rows"], report["invalid"]);
}

#[test]
fn a_deleted_id_is_not_used_again() {
    let folder = Folder::with_examples();
    folder.done("import examples/data/seed-users.jsonl");
    folder.done("users delete steve@ex.co --yes");
    let err = folder.refused("import examples/data/seed-users.jsonl");
    assert_says(
        &err,
        &["line 2, steve@ex.co: the id 45e6b641", "never used again"],
    );
}

#[test]
fn rows_may_end_before_columns_without_a_name() {
    let folder = Folder::new();
    folder.write(
        "u.csv",
        "email,username,,\nann@ex.co,ann,,\nbob@ex.co,bob\ncho@ex.co,cho,\n",
    );
    assert_says(&folder.done("import u.csv"), &["3 created"]);
    folder.write("u.csv", "email,username,,\ndee@ex.co\n");
    let err = folder.refused("import u.csv");
    assert_says(&err, &["it has 1 cell and the header has 4"]);
}

#[test]
fn a_name_of_any_length_is_refused_at_once_and_in_short() {
    let folder = Folder::new();
    let name = "x".repeat(1_000_000);
    folder.write("u.csv", format!("email,{name}\nann@ex.co,1\n"));
    let begun = std::time::Instant::now();
    let err = folder.refused("import u.csv");
    assert_says(&err, &["unknown column \"xxx", "use --ignore NAME"]);
    assert!(err.len() < 2_000, "{} bytes", err.len());
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

#[cfg(unix)]
#[test]
fn a_file_of_a_folder_that_cannot_be_read_is_refused() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("in")).unwrap();
    folder.write("in/a.csv", "email\nann@ex.co\n");
    let second = folder.path("in/b.csv");
    let refused = |told: &str| {
        let run = folder.run("import in");
        assert_eq!((run.code, &*run.out), (5, ""), "{}", run.err);
        assert_says(&run.err, &["b.csv: ", told]);
        std::fs::remove_file(&second).unwrap();
    };
    std::os::unix::fs::symlink("gone.csv", &second).unwrap();
    refused("No such file");
    let _socket = std::os::unix::net::UnixListener::bind(&second).unwrap();
    refused("not a regular file");
    std::fs::create_dir(&second).unwrap();
    assert_says(
        &folder.done("import in"),
        &["1 created", "not imported: in/b.csv"],
    );
}
