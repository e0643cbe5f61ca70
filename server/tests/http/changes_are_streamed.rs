//! Changes are read in pages, or heard as they come: a listener resumes behind the last
//! that it heard, is told when those are gone, and ends with its key and with the server.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;

use headcount_server::{Holder, Scope};
use serde_json::{Value, json};

use crate::client::{Client, Running};

const CHANGES: &str = "/api/v1/changes";

struct Listener(BufReader<TcpStream>);

impl Listener {
    fn new(client: &Client, headers: &str) -> Self {
        use std::io::Write;
        let mut stream = client.connect();
        let head = client.head("GET", CHANGES, 0);
        let head = head.trim_end();
        let request = format!("{head}\r\nAccept: text/event-stream\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut listener = Self(BufReader::new(stream));
        assert!(listener.line().unwrap().starts_with("HTTP/1.1 200"));
        while listener.line().unwrap() != "" {}
        listener
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let bytes = self.0.read_line(&mut line).unwrap();
        (bytes > 0).then(|| line.trim_end().to_owned())
    }

    /// The next change, with the id of its event; `None` at the end.
    fn next(&mut self) -> Option<(String, Value)> {
        let mut id = String::new();
        loop {
            let line = self.line()?;
            if let Some(found) = line.strip_prefix("id: ") {
                found.clone_into(&mut id);
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some((id, serde_json::from_str(data).unwrap()));
            }
        }
    }
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    running.directory.create_user("bob@ex.co").unwrap();
    let first = client.get(&format!("{CHANGES}?limit=1")).json();
    assert_eq!(
        (&first["changes"][0]["sequence"], &first["next"]),
        (&json!(1), &json!(1))
    );
    let second = client.get(&format!("{CHANGES}?after=1")).json();
    assert_eq!(second["changes"].as_array().unwrap().len(), 1);
    let end = client.get(&format!("{CHANGES}?after=2")).json();
    assert_eq!(end, json!({ "changes": [], "next": null }));
    let ahead = client.get(&format!("{CHANGES}?after=3"));
    assert_eq!((ahead.status, &ahead.json()["latest"]), (422, &json!(2)));
}

#[test]
fn a_listener_hears_what_comes_and_resumes() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    let mut listener = Listener::new(&client, "");
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    let (id, change) = listener.next().unwrap();
    assert_eq!((id.as_str(), &change["sequence"]), ("2", &json!(2)));
    assert_eq!(change["events"][0]["user"], json!(bob.id()));
    drop(listener);
    running.directory.deactivate_user(bob.id()).unwrap();
    running.directory.activate_user(bob.id()).unwrap();
    let mut listener = Listener::new(&client, "Last-Event-ID: 2\r\n");
    assert_eq!(listener.next().unwrap().0, "3");
    assert_eq!(listener.next().unwrap().0, "4");
}

#[test]
fn changes_that_are_gone_are_410() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    running.directory.create_user("bob@ex.co").unwrap();
    running.directory.trim_changes(2).unwrap();
    for headers in ["", "Accept: text/event-stream\r\nLast-Event-ID: 0\r\n"] {
        let gone = client.send("GET", CHANGES, headers, "");
        assert_eq!(
            (gone.status, &gone.json()["resume_after"]),
            (410, &json!(1))
        );
    }
}

#[test]
fn listeners_end_with_their_key_and_with_the_server() {
    let mut running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    let other = running.client(Holder::Provisioner("other".to_owned()), Scope::Read);
    let mut revoked = Listener::new(&other, "");
    let mut listener = Listener::new(&client, "");
    let keys = running.server.keys();
    let id = keys
        .list()
        .iter()
        .find(|key| key.holder == Holder::Provisioner("other".to_owned()))
        .unwrap()
        .id
        .clone();
    keys.revoke(&id).unwrap();
    running.directory.create_user("bob@ex.co").unwrap();
    assert_eq!(revoked.next(), None);
    assert!(listener.next().is_some());
    running.wait();
    assert_eq!(listener.next(), None);
}
