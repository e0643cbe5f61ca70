//! Changes are read in pages, or streamed as they happen: a listener resumes after its last event,
//! is told if the following ones were trimmed, and is disconnected when its key or the server ends.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use headcount_server::{Author, Holder, Scope};
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
fn a_place_that_can_not_be_is_refused() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    let listen = |headers: &str| {
        let headers = format!("Accept: text/event-stream\r\n{headers}");
        client.send("GET", CHANGES, &headers, "")
    };
    let latest = running.directory.stats().unwrap().latest_change;
    for ahead in [latest + 1, u64::MAX] {
        let answer = listen(&format!("Last-Event-ID: {ahead}\r\n"));
        let told = (answer.status, &answer.json()["latest"]);
        assert_eq!(told, (422, &json!(latest)), "{ahead}");
    }
    for garbage in [
        "",
        "x",
        "-1",
        "1.5",
        "1,2",
        "0x1",
        "18446744073709551616",
        "\u{e9}",
    ] {
        let answer = listen(&format!("Last-Event-ID: {garbage}\r\n"));
        assert_eq!(answer.status, 400, "{garbage:?}: {}", answer.body);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
    }
    let twice = listen("Last-Event-ID: 1\r\nLast-Event-ID: 0\r\n");
    assert_eq!(twice.status, 400);
}

#[test]
fn a_listener_who_reads_nothing_holds_up_nobody() {
    /// More than the buffers of a connection hold.
    const BATCHES: u64 = 50;
    const OPERATIONS: usize = 1_000;
    let running = Running::new();
    let slow = running.client(Holder::Provisioner("slow".to_owned()), Scope::Read);
    let (ann, client) = running.user("ann", Scope::Read);
    let (mut slow, mut quick) = (Listener::new(&slow, ""), Listener::new(&client, ""));
    for _ in 0..BATCHES {
        let mut batch = headcount::Batch::new();
        for number in 0..OPERATIONS {
            let name = Some(if number % 2 == 0 { "Ann" } else { "Anna" });
            let update = headcount::UserUpdate::new().given_name(name);
            batch = batch.update_user(ann.id(), update);
        }
        running.directory.apply(batch).unwrap();
    }
    let first: u64 = quick.next().unwrap().0.parse().unwrap();
    for id in first + 1..first + BATCHES {
        assert_eq!(quick.next().unwrap().0, id.to_string());
    }
    for id in first..first + BATCHES {
        assert_eq!(slow.next().unwrap().0, id.to_string(), "nothing is missing");
    }
}

#[test]
fn a_listener_ends_soon_after_it_is_not_allowed_any_more() {
    let running = Running::new();
    let (ann, of_ann) = running.user("ann", Scope::Read);
    let (bob, of_bob) = running.user("bob", Scope::Read);
    let revoked = Holder::Provisioner("revoked".to_owned());
    let of_revoked = running.client(revoked.clone(), Scope::Read);
    // Long enough to connect before the key expires, even on a busy machine.
    let soon = headcount::Timestamp::now().as_unix_micros() + 5_000_000;
    let soon = headcount::Timestamp::from_unix_micros(soon).unwrap();
    let short = Holder::Provisioner("short".to_owned());
    let short = headcount_server::NewKey::new("short", short).expires_at(soon);
    let (_, short) = running.server.keys().create(short).unwrap();
    let begun = Instant::now();
    let mut short = Listener::new(&running.bearing(short.expose()), "");
    let mut all = [&of_ann, &of_bob, &of_revoked].map(|of| Listener::new(of, ""));
    // No change says that a key was revoked or has expired.
    let keys = running.server.keys();
    let key = keys.list().into_iter().find(|key| key.holder == revoked);
    assert!(keys.revoke(&key.unwrap().id, Author::default()).unwrap());
    assert_eq!(all[2].next(), None);
    assert_eq!(short.next(), None);
    // Sending the comment after 15 seconds would end them too.
    assert!(begun.elapsed() < Duration::from_secs(14));
    running.directory.deactivate_user(bob.id()).unwrap();
    assert_eq!(all[1].next(), None, "not even told of that");
    assert!(all[0].next().is_some(), "others listen on");
    running.directory.delete_user(ann.id()).unwrap();
    assert_eq!(all[0].next(), None);
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
    keys.revoke(&id, Author::default()).unwrap();
    running.directory.create_user("bob@ex.co").unwrap();
    assert_eq!(revoked.next(), None);
    assert!(listener.next().is_some());
    running.wait();
    assert_eq!(listener.next(), None);
}
