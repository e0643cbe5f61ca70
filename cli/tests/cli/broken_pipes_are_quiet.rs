//! `headcount users list | head`: whoever reads may stop. An output that can't be written is
//! an error of its own.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::folder::Folder;

/// More than a pipe holds.
fn folder_with_many() -> Folder {
    let folder = Folder::with_enterprise();
    let rows: Vec<_> = (0..5000)
        .map(|n| format!("user{n}@example.com\n"))
        .collect();
    folder.write("u.csv", format!("email\n{}", rows.concat()));
    folder.done("import u.csv");
    folder
}

#[test]
fn of_lists_and_of_documents() {
    let folder = folder_with_many();
    for args in [
        &["users", "list"][..],
        &["users", "list", "--json"],
        &["changes"],
    ] {
        let mut child = folder
            .command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.fill_buf().unwrap();
        drop(out);
        let mut err = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut err)
            .unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), err.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_not() {
    let folder = folder_with_many();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = folder
        .command(&["users", "list"])
        .stdout(full.try_clone().unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(
        err.starts_with("headcount: can't write the output"),
        "{err}"
    );
    // The changes stay.
    let output = folder
        .command(&["users", "create", "ann@ex.co", "--json"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5));
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["took_effect"], true);
    folder.user("ann@ex.co");
}

/// One of each kind of command that prints something.
#[cfg(unix)]
const PRINTING: [&str; 26] = [
    "--help",
    "--version",
    "users list --help",
    "completions bash",
    "completions zsh",
    "man",
    "users list",
    "users list --json",
    "users list --format jsonl",
    "users list --format csv",
    "users list --count",
    "users get user7@example.com",
    "search user7@",
    "seats",
    "seats --json",
    "license show",
    "workspaces list",
    "changes",
    "changes --json",
    "undo 2 --dry-run",
    "stats",
    "stats --format prometheus",
    "verify",
    "export",
    "export --format csv",
    "export --format keycloak",
];

/// The exit code, and what is on standard error, of a command whose descriptors `redirected`
/// says.
#[cfg(unix)]
fn redirected(folder: &Folder, line: &str, redirected: &str) -> (i32, String) {
    let command = env!("CARGO_BIN_EXE_headcount");
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!("exec '{command}' {line} {redirected}"))
        .current_dir(folder.path(""))
        .env_remove("HEADCOUNT_DB")
        .env_remove("HEADCOUNT_SERVER")
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"", "{line}");
    let err = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), err)
}

#[cfg(unix)]
#[test]
fn a_closed_output_is_not_whatever_is_printed() {
    let folder = folder_with_many();
    for line in PRINTING {
        let (code, err) = redirected(&folder, line, ">&-");
        let told = "can't write the output: standard output is closed";
        assert_eq!((code, err.contains(told)), (5, true), "{line}: {err}");
        if cfg!(target_os = "linux") {
            let (code, err) = redirected(&folder, line, ">/dev/full");
            assert_eq!(code, 5, "{line}");
            assert!(err.contains("can't write the output"), "{line}: {err}");
        }
        // Another `/dev/null` is an output, however it was opened.
        for null in [">/dev/null", "1<>/dev/null"] {
            assert_eq!(
                redirected(&folder, line, null),
                (0, String::new()),
                "{line}"
            );
        }
    }
    let (code, err) = redirected(&folder, "users create ann@ex.co", ">&-");
    assert_eq!(code, 5);
    assert!(err.contains("it was done and is stored"), "{err}");
    folder.user("ann@ex.co");
    // A list changes nothing that was asked for, though it stores a key for its cursor.
    folder.done("users create bob@ex.co");
    let (code, err) = redirected(&folder, "users list --limit 1", ">&-");
    assert_eq!(code, 5);
    assert!(err.contains("can't write the output"), "{err}");
}

#[cfg(unix)]
#[test]
fn without_standard_error_the_exit_code_remains() {
    let folder = Folder::with_enterprise();
    for closed in ["2>&-", "2>/dev/full"] {
        for (line, expected) in [("users get nobody", 1), ("users get", 2), ("seats", 0)] {
            let (code, err) = redirected(&folder, line, &format!(">/dev/null {closed}"));
            assert_eq!((code, err.as_str()), (expected, ""), "{line} {closed}");
        }
    }
}

/// Every command that writes says that its change was made, even if its report then fails.
#[cfg(target_os = "linux")]
#[test]
fn what_took_effect_is_told_whatever_was_written() {
    let folder = Folder::with_enterprise();
    folder.write(
        "ops.jsonl",
        "{\"op\":\"create_user\",\"email\":\"eve@ex.co\"}\n",
    );
    folder.write("u.csv", "email\nfay@ex.co\n");
    folder.write("nothing.jsonl", "");
    folder.write(
        "idle.jsonl",
        "{\"op\":\"activate_user\",\"user\":\"ann@ex.co\"}\n",
    );
    for line in [
        "users create ann@ex.co",
        "users update ann@ex.co --given-name Ann",
        "users create bob@ex.co",
        "users update ann@ex.co bob@ex.co --admin true",
        "users deactivate bob@ex.co",
        "users activate bob@ex.co",
        "users deactivate --domain ex.co --email-prefix bob",
        "users delete bob@ex.co --yes",
        "license set 9",
        "workspaces create w --owner ann@ex.co",
        "workspaces rename w v",
        "workspaces default ann@ex.co",
        "batch ops.jsonl",
        "import u.csv",
        "workspaces add v eve@ex.co",
        "workspaces set-role v eve@ex.co owner",
        "workspaces remove v eve@ex.co",
        "workspaces archive v",
        "workspaces restore v",
        "undo 20",
        "workspaces delete v --yes",
        "changes --trim-before 3 --yes",
        "keys create x --user ann@ex.co --credentials ann.json",
        "backup copy.redb",
        "--db other.redb restore copy.redb",
        "export --output all.jsonl",
        "--db new.redb import all.jsonl",
        "compact",
    ] {
        let (code, err) = redirected(&folder, &format!("{line} --json"), ">/dev/full");
        let error: serde_json::Value = serde_json::from_str(&err).unwrap();
        let error = &error["error"];
        assert_eq!(
            (code, &error["kind"], &error["took_effect"]),
            (5, &"io".into(), &true.into()),
            "{line}: {err}"
        );
    }
    assert_eq!(folder.emails(""), ["ann@ex.co", "eve@ex.co", "fay@ex.co"]);
    // What changes nothing has had no effect.
    for line in [
        "users update ann@ex.co --given-name Ann",
        "users update ann@ex.co eve@ex.co --admin true --dry-run",
        "users activate ann@ex.co",
        "users activate ann@ex.co eve@ex.co",
        "users deactivate --inactive",
        "users delete --inactive --yes",
        "users delete eve@ex.co --dry-run",
        "license set 9",
        "workspaces default ann@ex.co",
        "batch idle.jsonl",
        "batch idle.jsonl --dry-run",
        "batch nothing.jsonl",
        "import u.csv",
        "import u.csv --dry-run",
        "changes --trim-before 1 --yes",
        "changes",
        "--db other.redb users list --limit 1",
    ] {
        let (code, err) = redirected(&folder, &format!("{line} --json"), ">/dev/full");
        let error: serde_json::Value = serde_json::from_str(&err).unwrap();
        let error = &error["error"];
        assert_eq!(
            (code, &error["kind"], &error["took_effect"]),
            (5, &"io".into(), &false.into()),
            "{line}: {err}"
        );
    }
    for file in [
        "ann.json",
        "copy.redb",
        "other.redb",
        "all.jsonl",
        "new.redb",
    ] {
        assert!(folder.path(file).exists(), "{file}");
    }
}
