//! A request with an `Idempotency-Key` can be sent again: it is done once.

use headcount_server::Scope;
use serde_json::json;

use crate::client::Running;

#[test]
fn a_request_that_is_sent_again_is_done_once() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let body = json!({ "email": "bob@ex.co" }).to_string();
    let key = "Idempotency-Key: \"4b7c9c1e-6d0a-4f0e-9a57-0f6f0d6c9c11\"\r\n";
    let send = |key: &str| client.send("POST", "/api/v1/users", key, &body);
    let first = send(key);
    assert_eq!(first.status, 201, "{}", first.body);
    let again = send(key);
    assert_eq!((again.status, again.json()), (201, first.json()));
    assert_eq!(running.directory.len().unwrap(), 2);
    assert_eq!(send("").status, 409);
    assert_eq!(send("Idempotency-Key: once\r\n").status, 400);
}
