//! The live audit shows every event of a key, including those before its script listens and while
//! it is not connected.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::Duration;

use headcount_server::{Author, Holder, NewKey, Scope};

use crate::browser::Browser;
use crate::client::Running;

const PATIENCE: Duration = Duration::from_secs(10);
const EVENTS: &str = "Accept: text/event-stream\r\n";

struct Story {
    running: Running,
    keeper: Browser,
}

impl Story {
    fn new() -> Self {
        let running = Running::new();
        let holder = Holder::Provisioner("desk".to_owned());
        let keeper = Browser::with(&running, holder, Scope::Admin);
        Self { running, keeper }
    }

    /// Creates a key, and returns its id.
    fn key(&self, name: &str) -> String {
        let new = NewKey::new(name, Holder::Provisioner("ci".to_owned()));
        let (key, _) = self.running.server.keys().create(new).unwrap();
        key.id.clone()
    }

    /// The position from which the page's script listens.
    fn place_of_the_page(&self) -> String {
        let page = self.keeper.get("/admin/audit").body;
        let (_, rest) = page.split_once("data-live=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    fn listen(&self, place: &str, headers: &str) -> Rows {
        let path = format!("/admin/audit?after={place}");
        let stream = self.keeper.begin(&path, &format!("{EVENTS}{headers}"));
        // Less than the interval of the server's keep-alive comments.
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Rows(BufReader::new(stream).lines())
    }
}

/// The ids of events and their rows.
struct Rows(std::io::Lines<BufReader<TcpStream>>);

impl Iterator for Rows {
    type Item = (String, String);

    fn next(&mut self) -> Option<(String, String)> {
        let mut field = |name: &str| {
            let mut lines = self.0.by_ref().map(Result::unwrap);
            lines.find_map(|line| line.strip_prefix(name).map(str::to_owned))
        };
        Some((field("id: ")?, field("data: ")?))
    }
}

#[test]
fn keys_between_the_page_and_its_script_are_told() {
    let story = Story::new();
    story.running.directory.create_user("ann@ex.co").unwrap();
    story.key("shown");
    let place = story.place_of_the_page();
    let id = story.key("between");
    let by = Author::default();
    story.running.server.keys().revoke(&id, by).unwrap();
    let mut rows = story.listen(&place, "");
    for done in ["created", "revoked"] {
        let (_, row) = rows.next().unwrap();
        let wanted = format!("{done} the key <bdi>between");
        assert!(row.contains(&wanted), "{row}");
    }
}

#[test]
fn keys_are_told_after_a_break_and_only_once() {
    let story = Story::new();
    let place = story.place_of_the_page();
    let mut rows = story.listen(&place, "");
    story.key("before");
    let (last, row) = rows.next().unwrap();
    assert!(row.contains("<bdi>before"), "{row}");
    drop(rows);
    story.key("meanwhile");
    story.running.directory.create_user("bob@ex.co").unwrap();
    // The script's address still has the position of the page.
    let mut rows = story.listen(&place, &format!("Last-Event-ID: {last}\r\n"));
    for wanted in ["bob@ex.co", "<bdi>meanwhile"] {
        let (_, row) = rows.next().unwrap();
        assert!(row.contains(wanted), "{row}");
    }
}
