//! `headcount users list | head`: whoever reads may stop.

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
    // What was done is no less done for it.
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
