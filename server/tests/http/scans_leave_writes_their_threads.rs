//! Lists that read all users wait for each other; writes don't wait for them.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use headcount_server::{Config, Scope};
use serde_json::json;

use crate::client::Running;
use crate::long_reads_hold_up_no_others::wait_for_waiting;
use crate::scim_provisions_users::{USERS, provisioner};

/// More requests than the server has threads for blocking work.
const SCANS: usize = 20;

/// Whether the server has begun to answer.
pub fn is_answered(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    match stream.peek(&mut [0]) {
        Ok(count) => count > 0,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            false
        }
    }
}

#[test]
fn a_write_does_not_wait_for_the_scans_before_it() {
    let running = Running::with(Config {
        scans_max: 2,
        writes_max: 1,
        request_timeout: Duration::from_mins(5),
        ..Config::default()
    });
    let (_, writer) = running.user("ann", Scope::Write);
    let okta = provisioner(&running, "okta");
    let filter = "title%20pr%20or%20name.familyName%20co%20%22x%22";
    let head = okta.head("GET", &format!("{USERS}?filter={filter}"), 0);
    let hold = running.server.hold_scans().unwrap();
    let scans: Vec<TcpStream> = (0..SCANS)
        .map(|_| {
            let mut stream = okta.connect();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    wait_for_waiting(&running, SCANS);
    let made = writer.post("/api/v1/users", &json!({ "email": "bob@ex.co" }));
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(!scans.iter().any(is_answered), "they wait");
    drop(hold);
    for mut scan in scans {
        let mut answer = String::new();
        scan.set_nonblocking(false).unwrap();
        scan.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
