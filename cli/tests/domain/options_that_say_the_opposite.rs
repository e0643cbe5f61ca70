//! Options that contradict each other, or that a command ignores, are refused, and nothing is done.

use serde_json::{Value, json};

use crate::folder::{Folder, assert_says};

/// The message of a usage error, as JSON.
#[track_caller]
fn usage(folder: &Folder, line: &str) -> String {
    let run = folder.run(line);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{line}: {}", run.err);
    let error: Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!(error["error"]["kind"], "usage", "{line}");
    error["error"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_format_that_is_no_json_document_beside_json() {
    let folder = Folder::with_users(&["ann"]);
    for (line, told) in [
        ("users list --format csv --json", "--format csv"),
        ("users list --json --format jsonl", "--format jsonl"),
        ("--json users list --format table", "--format table"),
        ("search ann --format csv --json", "--format csv"),
        ("stats --format prometheus --json", "--format prometheus"),
        ("stats --format table --json", "--format table"),
        ("export --json", "without --output"),
        ("export --format csv --json", "without --output"),
        ("completions bash --json", "a completion script"),
        ("man --json", "a manual page"),
    ] {
        let message = usage(&folder, line);
        assert_says(&message, &[told, "--json", "leave one out"]);
    }
    for line in [
        "users list --format json",
        "search ann --format json",
        "stats --format json",
        "export --format keycloak",
        "export --output all.jsonl",
    ] {
        folder.json(line);
    }
    // A program that reads the list as JSON reads the number so, too.
    assert_eq!(
        folder.done("users list --count --format json"),
        "{\"count\":1}\n"
    );
}

#[test]
fn an_actor_where_nobody_acts() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("users deactivate bob@ex.co");
    std::fs::create_dir(folder.path("pages")).unwrap();
    for line in [
        "restore other.redb",
        "compact",
        "doctor",
        "bench",
        "verify",
        "repair --dry-run",
        "serve",
        "completions bash",
        "man --dir pages",
    ] {
        let run = folder.run(&format!("{line} --actor ann@ex.co"));
        assert_eq!(run.code, 2, "{line}: {}", run.err);
        assert_says(&run.err, &["leave --actor out"]);
    }
    // It has to be an active user where nothing is recorded, too.
    for line in [
        "users list",
        "users get ann@ex.co",
        "seats",
        "license show",
        "workspaces list",
        "changes",
        "changes --follow",
        "changes --trim-before 2 --yes",
        "stats",
        "keys list",
        "export --output all.jsonl",
        "backup copy.redb",
    ] {
        for (actor, kind) in [
            ("bob@ex.co", "inactive_actor"),
            ("nobody", "user_not_found"),
        ] {
            let error = folder.error(&format!("{line} --actor {actor}"));
            assert_eq!(error["kind"], kind, "{line}");
        }
        if line != "changes --follow" {
            folder.done(&format!("{line} --actor ann@ex.co"));
        }
    }
}

#[test]
fn what_is_no_url_or_no_expiry() {
    let folder = Folder::with_users(&["ann"]);
    let login = "--issuer https://id.ex.co --audience x --login-client y --public-url";
    for (line, told) in [
        (&*format!("serve {login} foo"), "https://users.example.com"),
        (
            &format!("serve {login} https://ex.co/?a=b"),
            "https://users.example.com",
        ),
        ("serve --relay foo", "https://users.example.com"),
        (
            "serve --issuer https://id.ex.co --audience x --jwks keys",
            "https://users.example.com",
        ),
        (
            "keys create x --user ann@ex.co --expires 30d",
            "such as 2027-01-31",
        ),
    ] {
        let message = usage(&folder, &format!("{line} --json"));
        assert_says(&message, &[told]);
    }
    let error = folder.error("serve --issuer foo --audience x");
    assert_says(
        error["message"].as_str().unwrap(),
        &["\"foo\" is not the URL of an identity provider"],
    );
    let key = folder.json("keys create x --user ann@ex.co --expires 2099-01-31");
    assert_eq!(key["key"]["expires_at"], json!("2099-01-31T00:00:00Z"));
}

/// A key that is not new is not written over, and that is a refusal.
#[test]
fn a_file_for_a_key_that_is_there() {
    let folder = Folder::with_users(&["ann"]);
    folder.write("ann.json", "{}");
    for line in [
        "keys create x --user ann@ex.co --credentials ann.json",
        "serve --listen 127.0.0.1:0 --first-key ann.json",
    ] {
        let error = folder.error(line);
        assert_eq!(error["kind"], "file_exists", "{line}");
        assert_says(error["message"].as_str().unwrap(), &["name another"]);
    }
    assert_eq!(folder.json("keys list")["keys"], json!([]));
}

#[test]
fn a_name_with_two_values() {
    let folder = Folder::with_users(&["ann"]);
    for line in [
        "users create bob@ex.co --attribute a=1 --attribute a=2",
        "users create bob@ex.co --external-id okta=1 --external-id okta=2",
        "users update ann@ex.co --attribute a=1 --remove-attribute a",
        "users update ann@ex.co --external-id okta=1 --external-id okta=",
    ] {
        let message = usage(&folder, &format!("{line} --json"));
        assert_says(&message, &["is named twice; give it one value"]);
    }
    assert_eq!(folder.users(""), ["ann"]);
    assert_eq!(folder.changes().len(), 2);
}

#[test]
fn numbers_below_zero_and_empty_texts() {
    let folder = Folder::with_users(&["ann"]);
    for (line, told) in [
        ("users list --limit -1", "write a whole number from 1 on"),
        (
            "users update ann@ex.co --admin true --if-version -1",
            "write a whole number",
        ),
        ("changes --after -1", "write a whole number"),
        ("undo -1", "write a whole number"),
        ("changes --since -7d", "how long ago: 30m, 12h, 7d"),
        ("seats --since -30d", "how long ago: 30m, 12h, 7d"),
        ("users list --inactive-since -90d", "how long ago: 30m"),
        ("users list --created-before -1w", "how long ago: 30m"),
        (
            "keys create x --provisioner hr --expires -1d",
            "write a day such as",
        ),
        ("seats --wait -1s", "write it as 500ms"),
        ("bench --time -5s", "write it as 500ms"),
        ("changes --follow --interval -1s", "seconds"),
        ("license set -1", "a number of seats"),
        ("verify --limit -1", "write a whole number from 1 on"),
        ("serve --key-rate -1", "write a whole number from 1 on"),
        ("search ''", "`headcount users list` lists everybody"),
        ("users list --search ''", "leave it out if that is meant"),
        ("users list --columns emial", "did you mean email?"),
        ("users list --sort Updated", "did you mean updated_at?"),
    ] {
        assert_says(&usage(&folder, &format!("{line} --json")), &[told]);
    }
}

#[test]
fn a_copy_in_the_place_of_its_original() {
    let folder = Folder::with_users(&["ann"]);
    for name in ["headcount.redb", "./headcount.redb"] {
        let error = folder.error(&format!("backup {name} --force"));
        assert_says(
            error["message"].as_str().unwrap(),
            &["is the directory itself; name another file"],
        );
    }
    assert_says(&folder.refused("backup ."), &["name a file in it"]);
    // What is not there can't be put in the place of anything.
    assert_says(&folder.refused("restore nowhere"), &["can't read nowhere"]);
}
