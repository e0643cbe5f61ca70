//! Lists that read all users wait for each other, and not writes for them.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::time::Duration;

use headcount::{Batch, License, NewUser};
use headcount_server::{Config, Scope};
use serde_json::json;

use crate::client::Running;
use crate::scim_provisions_users::{USERS, provisioner};

const USERS_COUNT: usize = 2_000;
const SCANS: usize = 20;

/// Whether the server has answered.
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
    let mut batch = Batch::new().set_license(License::Enterprise);
    for number in 0..USERS_COUNT {
        batch = batch.create_user(NewUser::new(format!("user{number}@ex.co")));
    }
    running.directory.apply(batch).unwrap();
    let (_, writer) = running.user("ann", Scope::Write);
    let okta = provisioner(&running, "okta");
    let filter = "title%20pr%20or%20name.familyName%20co%20%22x%22";
    let head = okta.head("GET", &format!("{USERS}?filter={filter}"), 0);
    let scans: Vec<TcpStream> = (0..SCANS)
        .map(|_| {
            let mut stream = okta.connect();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    // They are known to be under way when the first one is answered.
    while !scans.iter().any(is_answered) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let made = writer.post("/api/v1/users", &json!({ "email": "bob@ex.co" }));
    let answered = scans.iter().filter(|stream| is_answered(stream)).count();
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(
        answered < SCANS / 2,
        "{answered} of {SCANS} scans came first"
    );
}
