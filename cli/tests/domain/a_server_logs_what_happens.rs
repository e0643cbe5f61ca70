//! `headcount serve` tells on standard error what its operator has to know, and no secrets.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::folder::{Folder, assert_says};

/// What a server logs while keys are created and revoked through it, and the secret of a key.
fn logged(options: &str) -> (String, String) {
    let folder = Folder::new();
    let line = format!("serve --listen 127.0.0.1:0 --first-key first.key {options}");
    let log = File::create(folder.path("log")).unwrap();
    let mut child = { folder.command(&line) }
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut first).unwrap();
    let url = first.trim_end().rsplit_once(' ').unwrap().1.to_owned();
    let more = format!("--server {url} --key-file first.key");
    let made = folder.json(&format!("{more} keys create sync --provisioner hr"));
    let id = made["key"]["id"].as_str().unwrap();
    folder.done(&format!("{more} keys revoke {id}"));
    let process = child.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &process]).status();
    assert!(sent.unwrap().success());
    assert!(child.wait().unwrap().success());
    let secret = made["key"]["secret"].as_str().unwrap().to_owned();
    (fs::read_to_string(folder.path("log")).unwrap(), secret)
}

#[test]
fn keys_are_logged_without_their_secrets() {
    let (log, secret) = logged("");
    assert_says(
        &log,
        &["info: ", "created the key", "revoked the key", "\"sync\""],
    );
    assert!(!log.contains(&secret), "{log}");
    for line in log.lines() {
        assert!(line.starts_with("20") && line.contains("Z "), "{line}");
    }
}

#[test]
fn the_level_decides() {
    assert_eq!(logged("--log error").0, "");
    let folder = Folder::new();
    let refused = folder.run("serve --log loud");
    assert_eq!(refused.code, 2);
    assert_says(&refused.err, &["off, error, warn, info or debug"]);
}
