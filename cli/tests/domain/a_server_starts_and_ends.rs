//! `headcount serve` starts in an empty folder, prints its address, and stops on a signal;
//! `headcount keys` creates, lists and revokes keys for its clients.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::folder::{Folder, assert_says};

/// A server at work, where it listens, and what it prints.
struct Serving {
    child: Child,
    address: String,
    out: BufReader<std::process::ChildStdout>,
}

impl Serving {
    fn start(folder: &Folder, args: &str) -> Self {
        let mut child = folder
            .command(&format!("serve --listen 127.0.0.1:0 {args}"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.trim_end().rsplit_once("http://").unwrap().1.to_owned();
        Self {
            child,
            address,
            out,
        }
    }

    /// The status of a request with this key.
    fn status(&self, path: &str, key: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.0\r\nAuthorization: Bearer {}\r\n\r\n",
            key.trim_end()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    }

    /// Stops it with a signal and returns its remaining output.
    fn end(mut self) -> String {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
        assert!(self.child.wait().unwrap().success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        rest
    }
}

#[test]
fn an_empty_folder_is_served_and_told_how_to_make_a_key() {
    let folder = Folder::new();
    let server = Serving::start(&folder, "");
    assert_eq!(server.status("/healthz", ""), "200");
    assert_eq!(server.status("/api/v1/users", ""), "401");
    let said = server.end();
    assert!(said.contains("headcount keys create"), "{said}");
    assert!(!folder.path("headcount.redb-log0").exists());

    let server = Serving::start(&folder, "--first-key first.key");
    let key = fs::read_to_string(folder.path("first.key")).unwrap();
    assert_eq!(server.status("/api/v1/users", &key), "200");
    assert!(server.end().contains("the first key is in first.key"));
}

#[test]
fn a_server_that_can_not_listen_leaves_nothing_behind() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let refused = folder.refused(&format!("serve --listen {address} --first-key first.key"));
    assert_says(&refused, &["can't serve at", &address.to_string()]);
    assert!(!folder.path("headcount.redb-log0").exists(), "not closed");
    assert!(!folder.path("first.key").exists());
    let keys = folder.json("keys list");
    assert_eq!(keys["keys"].as_array().unwrap().len(), 0);
}

#[cfg(unix)]
#[test]
fn keys_are_made_listed_and_revoked() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::with_users(&["ann"]);
    folder.done("keys create laptop --user ann@ex.co --scope write --credentials ann.json");
    let path = folder.path("ann.json");
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let credentials: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(credentials["user_email"], "ann@ex.co");
    let token = credentials["token"].as_str().unwrap();

    // An existing file is not overwritten, and no key is left behind.
    let again = "keys create again --user ann@ex.co --credentials ann.json";
    assert_eq!(folder.error(again)["kind"], "file_exists");
    let list = folder.done("keys list --json");
    assert!(!list.contains(token));
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["keys"].as_array().unwrap().len(), 1);
    let id = list["keys"][0]["id"].as_str().unwrap();

    let server = Serving::start(&folder, "");
    assert_eq!(server.status("/api/v1/seats", token), "200");
    server.end();
    folder.done(&format!("keys revoke {id}"));
    assert_eq!(folder.run(&format!("keys revoke {id}")).code, 1);
    let server = Serving::start(&folder, "");
    assert_eq!(server.status("/api/v1/seats", token), "401");
    server.end();
}

#[test]
fn other_machines_are_not_served_unless_that_is_asked_for() {
    let folder = Folder::new();
    let refused = folder.run("serve --listen 0.0.0.0:0");
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("--plain-http"), "{}", refused.err);
    let refused = folder.run("serve --listen 127.0.0.1:0 --metrics 0.0.0.0:0");
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("--plain-metrics"), "{}", refused.err);
    assert!(!folder.has_database());
}

#[test]
fn a_provider_is_not_talked_to_unencrypted() {
    let folder = Folder::new();
    let tokens = "serve --listen 127.0.0.1:0 --audience headcount --issuer";
    for (options, url) in [
        (
            format!("{tokens} http://id.ex.co/staff"),
            "http://id.ex.co/staff",
        ),
        (
            format!("{tokens} https://id.ex.co --jwks http://id.ex.co/keys"),
            "http://id.ex.co/keys",
        ),
        (
            "serve --listen 127.0.0.1:0 --relay http://id.ex.co/connect".to_owned(),
            "http://id.ex.co/connect",
        ),
    ] {
        let refused = folder.run(&options);
        assert_eq!(refused.code, 1, "{options}");
        assert!(refused.err.contains(url), "{}", refused.err);
    }
    assert!(!folder.has_database());
}

#[test]
fn a_limit_lets_something_through() {
    let folder = Folder::new();
    for option in ["--key-rate 0", "--connections 0", "--key-rate -1"] {
        let refused = folder.run(&format!("serve --listen 127.0.0.1:0 {option}"));
        assert_eq!(refused.code, 2, "{option}: {}", refused.err);
    }
    assert!(!folder.has_database());
}

#[test]
fn a_key_that_nobody_could_use_is_not_made() {
    let folder = Folder::new();
    assert_eq!(folder.run("keys create x --user ann@ex.co").code, 1);
    assert!(!folder.path("headcount.redb").exists());
    folder.done("users create ann@ex.co");
    let create = "keys create x --user ann@ex.co";
    let past = format!("{create} --expires 2020-01-01T00:00:00Z");
    assert_says(&folder.refused(&past), &["has passed"]);
    #[cfg(target_os = "linux")]
    {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = folder.command(create).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(5));
    }
    assert_eq!(folder.json("keys list")["keys"], serde_json::json!([]));
}

#[test]
fn what_is_no_number_or_address_is_told_in_words() {
    let folder = Folder::new();
    for (option, told) in [
        ("--listen localhost:80", "such as 127.0.0.1:8080"),
        ("--metrics 9090", "such as 127.0.0.1:8080"),
        ("--key-rate x", "write a whole number from 1 on"),
        (
            "--key-rate 4294967296",
            "write a whole number from 1 to 4294967295",
        ),
        ("--connections 0", "write a whole number from 1 on"),
    ] {
        let run = folder.run(&format!("serve {option}"));
        assert_eq!(run.code, 2, "{option}");
        assert_says(&run.err, &[told]);
    }
}
