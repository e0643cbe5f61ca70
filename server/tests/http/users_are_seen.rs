//! A request with a user's key or token records that the user was seen.

use std::thread;
use std::time::{Duration, Instant};

use headcount_server::{Holder, Scope};

use crate::client::Running;

const LIST: &str = "/v1/api/users/query";

#[test]
fn a_request_with_a_users_key_records_a_sighting_of_the_user() {
    let running = Running::new();
    let (bob, client) = running.user("bob", Scope::Read);
    let (cho, reader) = running.user("cho", Scope::Read);
    let machine = running.client(Holder::Provisioner("cron".to_owned()), Scope::Read);
    assert_eq!(machine.send("POST", LIST, "", "").status, 200);
    let refused = reader.send(
        "POST",
        "/api/v1/users",
        "Content-Type: application/json\r\n",
        r#"{"email":"dee@ex.co"}"#,
    );
    assert_eq!(refused.status, 403);
    assert_eq!(client.send("POST", LIST, "", "").status, 200);

    let seen = |user| running.directory.last_seen(user).unwrap();
    let end = Instant::now() + Duration::from_mins(1);
    while seen(bob.id()).is_none() {
        assert!(Instant::now() < end, "bob was not seen");
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(seen(cho.id()), None);
    let after = running.directory.user_by_id(bob.id()).unwrap().unwrap();
    assert_eq!(after.version(), bob.version());
}
