//! `headcount keys`: the keys of a server are listed, created and revoked while it runs, and apply
//! at once; without a server, in the file.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use headcount::Directory;
use headcount_server::{Config, Holder, Scope};
use serde_json::{Value, json};

use crate::folder::{Folder, assert_says};
use crate::served::Served;

#[test]
fn a_key_works_until_it_is_revoked() {
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let ann = served.directory.create_user("ann@ex.co").unwrap();
    let admin = served.key(Holder::User(ann.id()), Scope::Admin);
    let through = |key: &str| format!("--server {} --key {key}", served.url);
    let more = through(&admin);

    let line = format!("{more} keys create sync --provisioner hr --scope write --json");
    let made: Value = serde_json::from_str(&folder.done(&line)).unwrap();
    let key = &made["key"];
    assert_eq!(key["created_by"], ann.id().to_string());
    let secret = key["secret"].as_str().unwrap();
    folder.done(&format!("{} users create bob@ex.co", through(secret)));

    let list = folder.done(&format!("{more} keys list"));
    assert_says(&list, &["sync", "hr", "write", "never"]);
    let listed = folder.done(&format!("{more} keys list --json"));
    assert!(!listed.contains(secret), "{listed}");
    let id = key["id"].as_str().unwrap();
    folder.done(&format!("{more} keys revoke {id}"));
    let gone = folder.run(&format!("{} users list", through(secret)));
    assert_says(&gone.err, &["does not accept the key"]);
    let again = folder.run(&format!("{more} keys revoke {id}"));
    assert_eq!(again.code, 1);
    assert_says(&again.err, &["no key has the id"]);

    let revoked = folder.json(&format!("{more} keys list --revoked"));
    let revoked = revoked["keys"].as_array().unwrap();
    assert_eq!(revoked.len(), 1, "not those that are valid: {revoked:?}");
    let mut as_created = key.clone();
    as_created.as_object_mut().unwrap().remove("secret");
    for (name, value) in as_created.as_object().unwrap() {
        assert_eq!(&revoked[0][name], value, "{name}");
    }
    assert_eq!(revoked[0]["revoked_by"], ann.id().to_string());
    assert_eq!(revoked[0]["revoked_through"], "rest");
    assert!(revoked[0]["revoked_at"].is_string());
    let table = folder.done(&format!("{more} keys list --revoked"));
    assert_says(&table, &[id, "sync", "hr", "write", "REVOKED BY"]);
}

#[test]
fn a_users_key_is_written_for_the_sdk() {
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let ann = served.directory.create_user("ann@ex.co").unwrap();
    let admin = served.key(Holder::Provisioner("ops".to_owned()), Scope::Admin);
    let more = format!("--server {} --key {admin}", served.url);
    let line = format!("{more} keys create laptop --user ann@ex.co --credentials ann.json");
    folder.done(&line);
    let written = fs::read_to_string(folder.path("ann.json")).unwrap();
    let credentials: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(credentials["user_id"], ann.id().to_string());
    let token = credentials["token"].as_str().unwrap();
    folder.done(&format!("--server {} --key {token} seats", served.url));

    // No key without a holder is left.
    assert_eq!(folder.run(&line).code, 1);
    let keys: Value = folder.json(&format!("{more} keys list"));
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);

    let nobody = folder.run(&format!("{more} keys create x --user bob@ex.co"));
    assert_eq!(nobody.code, 1);
    assert_says(&nobody.err, &["is not a user's id, email or username"]);
    let reader = format!("--server {} --key {token}", served.url);
    let refused = folder.run(&format!("{reader} keys create x --user ann@ex.co"));
    assert_eq!(refused.code, 1);
    assert_says(&refused.err, &["the scope admin"]);
}

/// Passes requests on to the server at `url`, and the answers to those that read back; drops the
/// answers to others. Returns its own address.
fn forgetful(url: &str) -> String {
    let server = url.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let _ = pass_on(client.unwrap(), &server);
        }
    });
    format!("http://{address}")
}

fn pass_on(mut client: TcpStream, server: &str) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    client.read_exact(&mut body)?;
    let mut upstream = TcpStream::connect(server)?;
    request.truncate(request.len() - 2);
    request.extend_from_slice(b"Connection: close\r\n\r\n");
    upstream.write_all(&[request.as_slice(), &body].concat())?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    if request.starts_with(b"GET ") {
        client.write_all(&answer)?;
    }
    Ok(())
}

#[test]
fn without_an_answer_it_is_unknown_whether_a_key_is_there() {
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let admin = served.key(Holder::Provisioner("ops".to_owned()), Scope::Admin);
    let more = format!("--server {} --key {admin}", forgetful(&served.url));
    let keys = || folder.json(&format!("{more} keys list"))["keys"].take();
    let assert_unknown = |line: &str| {
        let told = folder.run(&format!("{more} {line}"));
        assert_eq!(told.code, 5, "{}", told.err);
        assert_says(
            &told.err,
            &["is unknown", "keys list", "revoke a key that nobody has"],
        );
    };
    assert_unknown("keys create sync --provisioner hr");
    let made = keys()[1].take();
    assert_eq!(made["name"], "sync");
    assert!(made["created_by"].is_null());
    assert_eq!(made["created_by_key"].as_str().map(str::len), Some(16));
    let table = folder.done(&format!("{more} keys list"));
    assert_says(
        &table,
        &["CREATED BY", made["created_by_key"].as_str().unwrap()],
    );
    assert_unknown(&format!("keys revoke {}", made["id"].as_str().unwrap()));
    assert_eq!(keys().as_array().unwrap().len(), 1);
}

#[test]
fn the_actor_created_a_key_in_the_file() {
    let folder = Folder::with_users(&["ann"]);
    let by_nobody = folder.json("keys create x --provisioner hr");
    assert!(by_nobody["key"]["created_by"].is_null());
    let by_ann = folder.json("keys create x --provisioner hr --actor ann@ex.co");
    let ann = folder.json("users show ann@ex.co")["user"]["id"].take();
    assert_eq!(by_ann["key"]["created_by"], ann);
    assert_says(
        &folder.done("keys list"),
        &["a program", ann.as_str().unwrap()],
    );
    assert_eq!(folder.json("keys list --revoked")["keys"], json!([]));
    for key in [&by_nobody["key"], &by_ann["key"]] {
        let id = key["id"].as_str().unwrap();
        folder.done(&format!("keys revoke {id} --actor ann@ex.co"));
    }
    let revoked = folder.json("keys list --revoked");
    for (at, made) in [by_nobody, by_ann].iter().enumerate() {
        let listed = &revoked["keys"][at];
        assert_eq!(listed["id"], made["key"]["id"], "the latest last");
        assert_eq!(listed["revoked_by"], ann);
        assert_eq!(listed["revoked_through"], "command");
    }
    let late = folder.refused("keys create x --provisioner hr --expires 2020-01-01T00:00:00Z");
    assert_says(&late, &["has passed"]);
}
