//! Rare forms of requests that HTTP allows or forbids.

use headcount_server::Scope;
use serde_json::json;

use crate::client::{Client, Running};
use crate::scim_provisions_users::{USERS, provisioner};

/// Sends a request with these header lines, besides the key.
fn sent(client: &Client, first: &str, lines: &str, body: &str) -> (u16, String) {
    let head = client.head("GET", "/", 0);
    let key = head.lines().find(|line| line.starts_with("Authorization"));
    let key = key.unwrap_or("X-Without: a key");
    let request = format!("{first}\r\n{key}\r\nConnection: close\r\n{lines}\r\n{body}");
    let answer = client.raw(&request);
    (answer.status, answer.body)
}

/// RFC 9112, 3.2: a request without a host or with several is refused.
#[test]
fn a_request_has_one_host() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    for (first, lines, status) in [
        ("GET /api/v1/seats HTTP/1.1", "Host: x\r\n", 200),
        ("GET /api/v1/seats HTTP/1.1", "", 400),
        ("GET /api/v1/seats HTTP/1.1", "Host: x\r\nHost: x\r\n", 400),
        ("GET /v1/api/config HTTP/1.1", "Host: x\r\nHost: y\r\n", 400),
        ("GET http://x/api/v1/seats HTTP/1.1", "", 200),
        ("GET http://x/api/v1/seats HTTP/1.1", "Host: y\r\n", 200),
        ("GET /api/v1/seats HTTP/1.0", "", 200),
    ] {
        let (found, body) = sent(&client, first, lines, "");
        assert_eq!(found, status, "{first} {lines:?} {body}");
    }
}

/// RFC 9112, 3.2.2: the host of the target counts, whatever `Host` says.
#[test]
fn a_target_can_name_its_host() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    okta.post(USERS, &json!({ "userName": "ann@ex.co" }));
    for (target, place) in [
        ("http://users.ex.co:81", "http://users.ex.co:81"),
        ("http://eve@users.ex.co", "http://users.ex.co"),
    ] {
        let first = format!("GET {target}{USERS} HTTP/1.1");
        let (status, body) = sent(&okta, &first, "Host: other\r\n", "");
        assert_eq!(status, 200, "{body}");
        let its = format!("\"location\":\"{place}{USERS}/");
        assert!(body.contains(&its), "{its}: {body}");
    }
}

#[test]
fn a_body_has_no_coding_that_is_not_undone() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let user = r#"{"email":"bob@ex.co"}"#;
    let body = &format!("{:x}\r\n{user}\r\n0\r\n\r\n", user.len());
    for (coding, status) in [("gzip, chunked", 501), ("Chunked", 201)] {
        let lines = format!("Host: x\r\nTransfer-Encoding: {coding}\r\n");
        let (found, told) = sent(&client, "POST /api/v1/users HTTP/1.1", &lines, body);
        assert_eq!(found, status, "{coding} {told}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_body() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let okta = provisioner(&running, "okta");
    for (client, path, body) in [
        (&client, "/v1/api/users/invite", r#"{"email":"bob@ex.co"}"#),
        (&client, "/api/v1/users", r#"{"email":"cho@ex.co"}"#),
        (&okta, USERS, r#"{"userName":"dan@ex.co"}"#),
    ] {
        let answer = client.send("POST", path, "", &format!("\u{FEFF}{body}"));
        assert!(answer.status < 300, "{path} {}", answer.body);
        let twice = client.send("POST", path, "", &format!("\u{FEFF}\u{FEFF}{body}"));
        assert_eq!(twice.status, 400, "{path} {}", twice.body);
    }
    assert_eq!(running.directory.len().unwrap(), 4);
}

/// RFC 7644, 3.11.
#[test]
fn parts_of_scim_that_are_not_there_are_named() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    for (method, path) in [
        ("POST", "/scim/v2/Bulk"),
        ("GET", "/scim/v2/Me"),
        ("PATCH", "/scim/v2/Me"),
    ] {
        let answer = okta.send(method, path, "", "{}");
        assert_eq!(answer.status, 501, "{method} {path}");
        assert_eq!(answer.json()["status"], "501");
        assert!(answer.body.contains("is not supported"), "{}", answer.body);
    }
    let config = okta.get("/scim/v2/ServiceProviderConfig").json();
    assert_eq!(config["bulk"]["supported"], false);
}
