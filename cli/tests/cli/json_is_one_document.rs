//! With `--json`, every command prints exactly one document, or one error.

use serde_json::Value;

use crate::folder::Folder;

#[test]
fn of_every_command() {
    let folder = Folder::with_examples();
    for (line, members) in [
        (
            "import examples/data/seed-users.jsonl",
            &["created", "invalid", "seats", "users", "without_seat"][..],
        ),
        (
            "users create ann@ex.co --admin",
            &["changed", "user", "seats"],
        ),
        ("users list", &["users", "seats"]),
        ("users get ann@ex.co", &["user"]),
        (
            "users update ann@ex.co --given-name Ann",
            &["changed", "user", "seats"],
        ),
        (
            "users deactivate steve@ex.co",
            &["changed", "user", "seats"],
        ),
        ("users activate steve@ex.co", &["changed", "user", "seats"]),
        (
            "users delete steve@ex.co --yes",
            &["changed", "deleted", "seats"],
        ),
        ("license set 9", &["changed", "seats"]),
        ("license show", &["seats"]),
        ("changes", &["changes"]),
    ] {
        // The flag may stand before the command too.
        let out = folder.done(&format!("--json {line}"));
        assert!(out.ends_with('\n'));
        let document: Value = serde_json::from_str(&out).unwrap();
        for member in members {
            assert!(
                document.get(member).is_some(),
                "no {member} from {line}: {out}"
            );
        }
    }
}

#[test]
fn of_an_empty_directory() {
    let folder = Folder::new();
    folder.done("license set community");
    assert_eq!(
        folder.done("users list --json"),
        "{\"users\":[],\"seats\":{\"license\":\"community\",\"license_version\":1,\"limit\":5,\"active\":0,\
         \"inactive\":0,\"free\":5,\"over_by\":0}}\n"
    );
    assert_eq!(folder.done("changes --json"), "{\"changes\":[]}\n");
    assert_eq!(
        folder.done("users list"),
        "no users\n\n0 of 5 seats in use (community), 0 inactive\n"
    );
    assert_eq!(folder.done("changes"), "no changes\n");
}

#[test]
fn of_errors_on_standard_error() {
    let folder = Folder::new();
    folder.done("license set 0");
    for (line, kind) in [
        ("users create ann@ex.co", "no_free_seat"),
        ("users create ann", "invalid_email"),
        ("users get ann@ex.co", "user_not_found"),
        ("users activate ann@ex.co", "user_not_found"),
        ("import absent", "io"),
        ("--db none.redb users list", "no_directory"),
    ] {
        let run = folder.run(&format!("{line} --json"));
        let code = if kind == "io" { 5 } else { 1 };
        assert_eq!((run.code, run.out.as_str()), (code, ""), "{line}");
        let error: Value = serde_json::from_str(&run.err).unwrap();
        assert_eq!(error["error"]["kind"], kind, "{line}");
        assert!(error["error"]["message"].is_string());
    }
}
