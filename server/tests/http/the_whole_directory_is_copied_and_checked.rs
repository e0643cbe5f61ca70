//! Backups, verifications and the trimming of the history, for keys with the scope `admin`.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use headcount::Directory;
use headcount_server::{Config, Holder, Scope};
use serde_json::json;

use crate::client::{Client, Running};

fn serving(folder: &Path) -> (Running, Client) {
    let directory = Directory::open(folder.join("users.redb")).unwrap();
    let config = Config {
        backup_folder: folder.to_owned(),
        ..Config::default()
    };
    let running = Running::of(directory, config);
    let admin = running.client(Holder::Provisioner("op".to_owned()), Scope::Admin);
    (running, admin)
}

/// The head and the body of a response.
fn download(client: &Client, path: &str) -> (String, Vec<u8>) {
    let mut stream = client.connect();
    stream
        .write_all(client.head("GET", path, 0).as_bytes())
        .unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    (head, bytes[end + 4..].to_vec())
}

#[test]
fn a_backup_is_the_whole_file_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (running, admin) = serving(folder.path());
    for number in 0..5 {
        let email = format!("user{number}@ex.co");
        running.directory.create_user(email.as_str()).unwrap();
    }
    let (head, bytes) = download(&admin, "/api/v1/backup");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(
        head.contains(&format!("content-length: {}\r\n", bytes.len())),
        "{head}"
    );
    assert!(
        head.contains("content-type: application/octet-stream"),
        "{head}"
    );
    let names = fs::read_dir(folder.path()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    let is_own = |name: &&std::ffi::OsString| name.to_string_lossy().starts_with("users.redb");
    assert_eq!(
        names.iter().filter(|name| !is_own(name)).count(),
        0,
        "{names:?}"
    );

    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("copy.redb");
    fs::write(&path, bytes).unwrap();
    let copy = Directory::open(&path).unwrap();
    assert_eq!(copy.verify().unwrap().active, 5);
    let copied = Running::of(copy, Config::default());
    assert_eq!(copied.server.keys().list().len(), 1, "the keys are in it");
}

#[test]
fn a_backup_that_can_not_be_made_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::with(Config {
        backup_folder: folder.path().join("nowhere"),
        ..Config::default()
    });
    let admin = running.client(Holder::Provisioner("op".to_owned()), Scope::Admin);
    let refused = admin.get("/api/v1/backup");
    assert_eq!(
        (refused.status, &refused.json()["kind"]),
        (503, &json!("io"))
    );
}

#[test]
fn a_verification_counts_everything() {
    let folder = tempfile::tempdir().unwrap();
    let (running, admin) = serving(folder.path());
    running.directory.create_user("ann@ex.co").unwrap();
    running.directory.default_workspace("ann@ex.co").unwrap();
    let found = admin.get("/api/v1/verify?limit=5");
    assert_eq!(found.status, 200, "{}", found.body);
    let found = found.json();
    assert_eq!(
        (&found["faults_total"], &found["faults"]),
        (&json!(0), &json!([]))
    );
    let verified = &found["verified"];
    assert_eq!(
        (&verified["active"], &verified["workspaces"]),
        (&json!(1), &json!(1))
    );
    for limit in ["0", "100001", "x", "-1"] {
        let refused = admin.get(&format!("/api/v1/verify?limit={limit}"));
        assert_eq!(refused.status, 400, "{limit}");
    }
}

#[test]
fn old_changes_are_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    let (running, admin) = serving(folder.path());
    for name in ["ann", "bob", "cho"] {
        running
            .directory
            .create_user(format!("{name}@ex.co").as_str())
            .unwrap();
    }
    let trim = |query: &str| admin.send("DELETE", &format!("/api/v1/changes{query}"), "", "");
    for query in ["", "?before=x", "?after=1", "?before=1&before=2"] {
        assert_eq!(trim(query).status, 400, "{query}");
    }
    let told = trim("").json()["detail"].to_string();
    assert!(told.contains("not valid: missing field `before`"), "{told}");
    assert!(!told.contains("``"), "{told}");
    assert_eq!(trim("?before=3").json(), json!({ "trimmed": 2 }));
    assert_eq!(trim("?before=3").json(), json!({ "trimmed": 0 }));
    assert_eq!(admin.get("/api/v1/changes?after=0").status, 410);
    assert_eq!(admin.get("/api/v1/changes?after=2").json()["next"], 3);
}
