//! A wrong key, or a wrong address: which of the two it is, and what it is called.

use headcount::Directory;
use headcount_server::{Config, Holder, Scope};
use serde_json::Value;

use crate::folder::{Folder, assert_says};
use crate::served::Served;

#[test]
fn a_key_that_is_refused_is_so_by_the_name_of_its_status() {
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let key = served.key(Holder::Provisioner("x".to_owned()), Scope::Read);
    let url = &served.url;
    for (line, key, kind) in [
        ("users list", "hc_wrong", "unauthorized"),
        ("import - --dry-run", "hc_wrong", "unauthorized"),
        ("users create ann@ex.co", &*key, "forbidden"),
        ("keys list", &key, "forbidden"),
        ("export --output all.jsonl", &key, "forbidden"),
    ] {
        let line = format!("{line} --server {url} --key {key} --json");
        let run = folder.run_with_input(&line, "email\nann@ex.co\n");
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{line}: {}", run.err);
        let error: Value = serde_json::from_str(&run.err).unwrap();
        assert_eq!(error["error"]["kind"], kind, "{line}");
    }
}

#[test]
fn an_address_that_is_none_is_told_before_the_key_is_asked_for() {
    let folder = Folder::with_users(&["ann"]);
    for address in ["''", "users.ex.co", "ftp://users.ex.co", "https://"] {
        for key in ["", "--key hc_1", "--key-file absent"] {
            let line = format!("users deactivate ann@ex.co --server {address} {key}");
            let run = folder.run(&line);
            assert_eq!(run.code, 2, "{line}");
            assert_says(&run.err, &["https://users.example.com"]);
            assert!(!run.err.contains("key"), "{line}: {}", run.err);
        }
    }
    // An empty one names no server, and must not change the file instead.
    assert_eq!(folder.users("--active"), ["ann"]);
}

#[test]
fn when_users_were_last_seen_needs_the_file() {
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let key = served.key(Holder::Provisioner("x".to_owned()), Scope::Read);
    let more = format!("--server {} --key {key}", served.url);
    for line in ["--sort last_seen", "--columns email,last_seen"] {
        for command in ["users list", "search ann"] {
            let error = folder.error(&format!("{command} {line} {more}"));
            assert_eq!(error["kind"], "needs_file", "{command} {line}");
            assert_says(error["message"].as_str().unwrap(), &["--seen-since"]);
        }
    }
    folder.done(&format!("users list --seen-since 7d {more}"));
}
