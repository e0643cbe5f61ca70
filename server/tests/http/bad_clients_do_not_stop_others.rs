//! Many, slow or excessive clients: each is limited, and others are served meanwhile.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use headcount::{Batch, License, NewUser};
use headcount_server::{Config, Holder, Scope};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use crate::client::{Client, Running};

/// How many idle connections, if there are enough descriptors for both ends.
const IDLE_MAX: usize = 10_000;

/// Raises this process's limit on descriptors as far as allowed, and returns it.
fn descriptors() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let _ = setrlimit(Resource::Nofile, raised);
    let current = getrlimit(Resource::Nofile).current;
    current.map_or(usize::MAX, |count| usize::try_from(count).unwrap())
}

#[test]
fn ten_thousand_idle_connections_leave_room() {
    let running = Running::with(Config {
        head_timeout: Duration::from_mins(10),
        ..Config::default()
    });
    // The clients' ends are in another process, because descriptors are limited per process.
    let count = descriptors().saturating_sub(1_000).min(IDLE_MAX - 10);
    assert!(count >= 100, "there are no descriptors to test with");
    let (_, client) = running.user("ann", Scope::Read);
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture"])
        .arg("bad_clients_do_not_stop_others::helper_holds_connections")
        .env("HOLD", format!("{count} {}", running.address))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    let held = lines.find(|line| line.as_ref().unwrap().contains("held"));
    assert!(held.is_some(), "the helper can't connect {count} times");
    for _ in 0..20 {
        assert_eq!(client.get("/api/v1/seats").status, 200);
    }
    let open = client.gauge("headcount_http_connections");
    assert!(open > count, "{open} of {count}");
    drop(holder.stdin.take());
    let _ = lines.last();
    assert!(holder.wait().unwrap().success());
}

#[test]
#[ignore = "a process that another test starts"]
fn helper_holds_connections() {
    let Ok(told) = std::env::var("HOLD") else {
        return;
    };
    let (count, address) = told.split_once(' ').unwrap();
    descriptors();
    let count: usize = count.parse().unwrap();
    let held: Vec<_> = (0..count)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    writeln!(std::io::stdout(), "\n{} held", held.len()).unwrap();
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn exports_that_nobody_reads_leave_others_their_threads() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Admin);
    running.directory.set_license(License::Enterprise).unwrap();
    // More than the socket buffers on both sides hold.
    let long = "x".repeat(4_000);
    for part in 0..20 {
        let batch = (0..200).fold(Batch::new(), |batch, at| {
            let user = NewUser::new(format!("u{part}.{at}@ex.co"));
            batch.create_user(user.attribute("note", &long))
        });
        running.directory.apply(batch).unwrap();
    }
    let head = client.head("GET", "/api/v1/export", 0);
    let _unread: Vec<_> = (0..2)
        .map(|_| {
            let mut stream = client.connect();
            stream.write_all(head.as_bytes()).unwrap();
            // The response's head shows that the export has begun.
            stream.read_exact(&mut [0; 12]).unwrap();
            stream
        })
        .collect();
    let refused = client.get("/api/v1/export");
    assert_eq!(refused.status, 503, "{}", refused.head);
    assert_eq!(refused.header("retry-after"), Some("1"));
    let user = json!({ "email": "bob@ex.co" });
    assert_eq!(client.post("/api/v1/users", &user).status, 201);
    assert_eq!(client.get("/api/v1/users?search=bob").status, 200);
}

#[test]
fn idle_connections_give_way_to_those_that_wait() {
    let running = Running::with(Config {
        connections_max: 4,
        head_timeout: Duration::from_millis(300),
        ..Config::default()
    });
    let (_, client) = running.user("ann", Scope::Read);
    let _idle: Vec<TcpStream> = (0..4).map(|_| client.connect()).collect();
    let started = Instant::now();
    assert_eq!(client.get("/api/v1/seats").status, 200);
    let waited = started.elapsed();
    assert!(waited > Duration::from_millis(200), "{waited:?}");
    assert!(waited < Duration::from_secs(10), "{waited:?}");
}

/// One client keeps reading, slowly, and the other does not. On a busy machine, the slow one may
/// stop for longer than the limit: then it tries again with a longer limit. Its whole response
/// always takes longer than the limit.
#[test]
fn clients_that_do_not_read_lose_their_connections() {
    let mut limits = [1_500, 6_000, 24_000]
        .map(Duration::from_millis)
        .into_iter();
    let is_whole = |limit| {
        let running = Running::with(Config {
            read_timeout: limit,
            ..Config::default()
        });
        reads_slowly(&running, limit)
    };
    assert!(limits.any(is_whole), "it gets its whole response");
}

/// Whether a client that reads slowly gets its whole response. Another client, which does not
/// read, loses its connection.
fn reads_slowly(running: &Running, limit: Duration) -> bool {
    let (_, client) = running.user("ann", Scope::Read);
    let mut batch = Batch::new().set_license(License::Enterprise);
    for number in 0..20_000 {
        let user = NewUser::new(format!("user{number}@ex.co")).given_name("x".repeat(200));
        batch = batch.create_user(user);
    }
    running.directory.apply(batch).unwrap();
    // More than 10 MB, and more than the buffers of a connection hold.
    let request = client.head("POST", "/v1/api/users/query", 2) + "{}";
    let [mut slow, stuck] = [client.connect(), client.connect()];
    for mut stream in [&slow, &stuck] {
        stream.write_all(request.as_bytes()).unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
    }
    let begun = Instant::now();
    let (mut part, mut whole) = (vec![0; 100_000], Vec::new());
    while let Ok(count @ 1..) = slow.read(&mut part) {
        whole.extend_from_slice(&part[..count]);
        std::thread::sleep(limit / 75);
    }
    let is_whole = whole.ends_with(b"}}\r\n0\r\n\r\n");
    if is_whole {
        assert!(begun.elapsed() > limit, "it reads too fast");
        wait_until_alone(&client, limit);
    }
    drop(stuck);
    is_whole
}

/// Waits until the server has only the connection of this client.
fn wait_until_alone(client: &Client, limit: Duration) {
    let begun = Instant::now();
    while client.gauge("headcount_http_connections") > 1 {
        assert!(
            begun.elapsed() < limit + Duration::from_mins(1),
            "the other one stays"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn half_sent_bodies_change_nothing() {
    let running = Running::with(Config {
        request_timeout: Duration::from_secs(1),
        ..Config::default()
    });
    let (_, client) = running.user("ann", Scope::Write);
    let body = json!({ "email": "eve@ex.co" }).to_string();
    let head = client.head("POST", "/api/v1/users", body.len() + 1);
    let mut halves: Vec<_> = (0..200).map(|_| client.connect()).collect();
    for half in &mut halves {
        half.write_all(format!("{head}{body}").as_bytes()).unwrap();
    }
    let user = json!({ "email": "bob@ex.co" });
    assert_eq!(
        client.post("/api/v1/users", &user).status,
        201,
        "others go on"
    );
    // Some close the connection, the others are told that they took too long.
    for (index, mut half) in halves.into_iter().enumerate() {
        if index % 2 == 0 {
            drop(half);
            continue;
        }
        let mut answer = String::new();
        let _ = half.read_to_string(&mut answer);
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    }
    assert_eq!(running.directory.seats().unwrap().active, 2);
}

#[test]
fn slow_bodies_are_read_within_the_time_of_a_request() {
    let running = Running::with(Config {
        request_timeout: Duration::from_secs(1),
        ..Config::default()
    });
    let (_, client) = running.user("ann", Scope::Write);
    let mut stream = client.connect();
    let head = client.head("POST", "/api/v1/users", 1_000);
    stream.write_all(head.as_bytes()).unwrap();
    let started = Instant::now();
    // At a byte at a time, this would take long.
    while started.elapsed() < Duration::from_secs(5) && stream.write_all(b" ").is_ok() {
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "it was let to go on"
    );
}

#[test]
fn what_is_too_large_is_refused() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Admin);
    let scim = running.client(Holder::Provisioner("idp".to_owned()), Scope::Scim);
    let long = "x".repeat(100_000);
    let sent = |method: &str, path: &str, headers: &str, body: &str| {
        client.send(method, path, headers, body).status
    };
    let path = format!("/api/v1/users/{long}");
    assert_eq!(sent("GET", &path, "", ""), 431, "an address");
    let path = format!("/api/v1/users?after={long}");
    assert_eq!(sent("GET", &path, "", ""), 431, "a query");
    let key = format!("Idempotency-Key: {}\r\n", "1".repeat(8_000));
    assert_eq!(
        sent("POST", "/api/v1/users", &key, r#"{"email":"b@ex.co"}"#),
        400
    );
    for body in [
        json!({ "email": format!("{long}@ex.co") }),
        json!({ "email": "b@ex.co", "username": long }),
        json!({ "email": "b@ex.co", "given_name": long }),
        json!({ "email": "b@ex.co", "attributes": { "a": long } }),
        json!({ "email": "b@ex.co", "attributes": { long.clone(): "a" } }),
    ] {
        let status = client.post("/api/v1/users", &body).status;
        assert!([413, 422].contains(&status), "{status}");
    }
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for path in ["/api/v1/users", "/api/v1/batch", "/v1/api/users/invite"] {
        assert_eq!(sent("POST", path, "", &nested), 400, "{path}");
    }
    let code = |body: &str| {
        let answer = client.send("POST", "/v1/graphql", "", body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["errors"][0]["extensions"]["code"].clone()
    };
    assert_eq!(code(&nested), "invalid-json");
    let nested = format!("{{\"query\":\"{}\"}}", "{a".repeat(5_000));
    assert_eq!(code(&nested), "validation-failed");
    let parentheses = format!("{}active pr{}", "(".repeat(3_000), ")".repeat(3_000));
    let filter = format!("/scim/v2/Users?filter={}", parentheses.replace(' ', "%20"));
    assert_eq!(scim.get(&filter).status, 400);
    let megabytes = " ".repeat(2 * 1024 * 1024);
    for path in ["/api/v1/users", "/v1/api/users/invite", "/v1/graphql"] {
        assert_eq!(sent("POST", path, "", &megabytes), 413, "{path}");
    }
    assert_eq!(
        scim.send("POST", "/scim/v2/Users", "", &megabytes).status,
        413
    );
    assert_eq!(
        running.directory.seats().unwrap().active,
        1,
        "nothing came of it"
    );
}

#[test]
fn bodies_without_a_length_are_bounded_too() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let head = client.head("POST", "/api/v1/users", 0);
    let head = head.replace("Content-Length: 0", "Transfer-Encoding: chunked");
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let answer = client.raw(&format!("{head}{}0\r\n\r\n", chunk.repeat(40)));
    assert_eq!(answer.status, 413);
    let both = client.head("POST", "/api/v1/users", 5);
    let both = both.replace("Connection", "Transfer-Encoding: chunked\r\nConnection");
    let answer = client.raw(&format!(
        "{both}0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    ));
    assert!(answer.status >= 400, "{}", answer.head);
}
