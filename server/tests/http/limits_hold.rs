//! The resources of one client are limited, and shutdown waits for accepted requests.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use headcount_server::{Config, Scope};
use serde_json::json;

use crate::client::Running;

#[test]
fn bodies_and_heads_are_bounded() {
    let config = Config {
        body_bytes_max: 1_000,
        ..Config::default()
    };
    let running = Running::with(config);
    let (_, client) = running.user("ann", Scope::Write);
    let body = |length: usize| json!({ "user_ids": ["x".repeat(length)] });
    assert_eq!(client.post("/v1/api/users/query", &body(900)).status, 200);
    let refused = client.post("/v1/api/users/query", &body(1_000));
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (413, &json!(413))
    );
    let head = format!("X-Long: {}\r\n", "x".repeat(100_000));
    assert_eq!(client.send("GET", "/healthz", &head, "").status, 431);
    let many = "X: y\r\n".repeat(100);
    assert_eq!(client.send("GET", "/healthz", &many, "").status, 431);
}

#[test]
fn slow_clients_are_cut_off() {
    let config = Config {
        head_timeout: Duration::from_millis(200),
        request_timeout: Duration::from_millis(200),
        ..Config::default()
    };
    let running = Running::with(config);
    let (_, client) = running.user("ann", Scope::Write);
    let started = Instant::now();
    assert_eq!(client.raw("GET /healthz HT").body, "");
    let key = client.send("POST", "/v1/api/users/query", "", "").status;
    assert_eq!(key, 200);
    let mut stream = client.connect();
    let head = client.head("POST", "/v1/api/users/query", 100);
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let config = Config {
        key_requests_per_second: 1,
        key_burst: 2,
        ..Config::default()
    };
    let running = Running::with(config);
    let (_, client) = running.user("ann", Scope::Read);
    let (_, other) = running.user("bob", Scope::Read);
    let path = "/auth/admin/realms/master/users?email=x";
    let statuses = [(); 3].map(|()| client.get(path).status);
    assert_eq!(statuses, [200, 200, 429]);
    let refused = client.get(path);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(other.get(path).status, 200);
    assert_eq!(running.stranger().get("/healthz").status, 200);
}

#[test]
fn a_request_that_was_accepted_is_answered_at_the_end() {
    let mut running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let body = json!({ "email": "eve@ex.co" }).to_string();
    let mut stream = client.connect();
    let head = client.head("POST", "/v1/api/users/invite", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    running.stop();
    std::thread::sleep(Duration::from_millis(100));
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    running.wait();
    assert!(
        running
            .directory
            .user_by_email("eve@ex.co")
            .unwrap()
            .is_some()
    );
}

#[test]
fn health_and_metrics_are_told() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    assert_eq!(running.stranger().get("/readyz").status, 200);
    let text = client.get("/metrics").body;
    assert!(text.contains("headcount_users_active 1\n"), "{text}");
    assert!(text.contains("headcount_seats_limit 5\n"), "{text}");
    running.directory.clone().close().unwrap();
    assert_eq!(running.stranger().get("/readyz").status, 503);
    assert_eq!(running.stranger().get("/healthz").status, 200);
    assert_eq!(running.stranger().get("/nothing").status, 404);
    assert_eq!(
        running.stranger().send("PUT", "/healthz", "", "").status,
        405
    );
}

#[test]
fn metrics_have_an_address_of_their_own() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let config = Config {
        metrics_listen: Some(address),
        ..Config::default()
    };
    let running = Running::with(config);
    let ask = |path: &str| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(ask("/metrics").contains("headcount_users_active 0"));
    assert!(ask("/readyz").ends_with("ready\n"));
    assert!(
        ask("/api/v1/users").starts_with("HTTP/1.0 404"),
        "nothing else"
    );
    assert_eq!(running.stranger().get("/metrics").status, 401);
}
