//! Requests that may read many records wait for each other; short reads don't wait for them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use headcount::{Batch, NewWorkspace};
use headcount_server::{Config, Holder, Scope, matrix};
use serde_json::json;

use crate::browser::Browser;
use crate::client::{Client, Running};
use crate::scans_leave_writes_their_threads::is_answered;
use crate::scim_provisions_users::{USERS, provisioner};

/// Routes that read and may read many records: users, members, workspaces or events.
const LONG: [(&str, &str); 25] = [
    ("POST", "/v1/api/users/query"),
    ("POST", "/v1/api/workspaces/list"),
    ("POST", "/v1/api/workspaces/list_users"),
    ("POST", "/v1/graphql"),
    ("GET", "/api/v1/users"),
    ("GET", "/api/v1/users/{name}/memberships"),
    ("POST", "/api/v1/query"),
    ("POST", "/api/v1/lookup"),
    ("GET", "/api/v1/workspaces"),
    ("GET", "/api/v1/workspaces/{id}/members"),
    ("GET", "/api/v1/changes"),
    ("GET", "/admin"),
    ("GET", "/admin/users/{id}"),
    ("GET", "/admin/workspaces"),
    ("GET", "/admin/workspaces/{id}"),
    ("GET", "/admin/audit"),
    ("GET", "/admin/changes/{id}"),
    ("GET", "/admin/export.csv"),
    ("POST", "/scim/v2/.search"),
    ("GET", "/scim/v2/Users"),
    ("POST", "/scim/v2/Users/.search"),
    ("GET", "/scim/v2/Users/{id}"),
    ("GET", "/scim/v2/Groups"),
    ("POST", "/scim/v2/Groups/.search"),
    ("GET", "/scim/v2/Groups/{id}"),
];

/// Routes with GET that read nothing, or a bounded number of records. `/api/v1/export`, `backup` and
/// `verify` have threads of their own.
const SHORT: [&str; 36] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/v1/api/config",
    "/auth/admin/realms/master/users",
    "/auth/admin/realms/master/users/{id}",
    "/auth/realms/master/protocol/openid-connect/auth",
    "/auth/realms/master/protocol/openid-connect/certs",
    "/auth/realms/master/protocol/openid-connect/userinfo",
    "/auth/realms/master/protocol/openid-connect/logout",
    "/auth/realms/master/.well-known/openid-configuration",
    "/openapi.json",
    "/api/v1/users/{name}",
    "/api/v1/workspaces/{id}",
    "/api/v1/seats",
    "/api/v1/license",
    "/api/v1/stats",
    "/api/v1/export",
    "/api/v1/backup",
    "/api/v1/verify",
    "/api/v1/keys",
    "/api/v1/keys/{key}",
    "/admin/style.css",
    "/admin/icon.svg",
    "/admin/live.js",
    "/admin/login",
    "/admin/oidc",
    "/admin/oidc/callback",
    "/admin/import",
    "/admin/keys",
    "/admin/keys/{key}",
    "/scim/v2/ServiceProviderConfig",
    "/scim/v2/ResourceTypes",
    "/scim/v2/ResourceTypes/{id}",
    "/scim/v2/Schemas",
    "/scim/v2/Schemas/{id}",
];

#[test]
fn every_route_that_reads_is_known_to_be_long_or_short() {
    let known = |method: &str, path: &str| {
        let is_long = LONG.contains(&(method, path));
        is_long || method != "GET" || SHORT.contains(&path)
    };
    for (method, path, _) in matrix() {
        assert!(known(method, path), "is {method} {path} long or short?");
    }
    for (method, path) in LONG {
        let is_route = |line: (&str, &str, _)| (line.0, line.1) == (method, path);
        assert!(matrix().any(is_route), "{method} {path}");
    }
}

/// A request for a long answer, with its body.
fn long_request(method: &str, path: &str, user: &str) -> (String, String) {
    let many = vec![json!({ "email": "ann@ex.co" }); 200];
    let body = match path {
        "/v1/api/workspaces/list_users" => json!({ "workspace_id": 1 }),
        "/v1/graphql" => json!({ "query": "{ workspace_by_pk(id: 1) { users { user_id } } }" }),
        "/api/v1/lookup" => json!({ "users": many }),
        "/api/v1/query" => json!({ "limit": 1, "search": "ann" }),
        _ => json!({}),
    };
    let is_user = path.contains("/users/") || path.contains("/Users/");
    let id = if is_user { user } else { "1" };
    let path = path.replace("{id}", id).replace("{name}", user);
    let path = match path.as_str() {
        "/api/v1/users" => "/api/v1/users?limit=1&admins=true".to_owned(),
        "/api/v1/workspaces" => "/api/v1/workspaces?limit=1000".to_owned(),
        _ => path,
    };
    let body = if method == "GET" {
        String::new()
    } else {
        body.to_string()
    };
    (path, body)
}

fn sent(client: &Client, method: &str, path: &str, body: &str) -> TcpStream {
    let mut stream = client.connect();
    let request = client.head(method, path, body.len()) + body;
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// Requests that read few records, on routes where other requests read many. `{id}` is a user.
const FEW: [(&str, &str, &str); 16] = [
    ("GET", "/api/v1/users", ""),
    (
        "GET",
        "/api/v1/users?limit=100&sort=created&descending=true",
        "",
    ),
    ("GET", "/api/v1/workspaces?limit=100", ""),
    (
        "POST",
        "/api/v1/query",
        r#"{"limit":100,"sort":"username"}"#,
    ),
    (
        "POST",
        "/api/v1/lookup",
        r#"{"users":[{"email":"ann@ex.co"}]}"#,
    ),
    ("GET", "/scim/v2/Users/{id}", ""),
    (
        "GET",
        "/scim/v2/Users?filter=userName%20eq%20%22ann%22&startIndex=1&count=100",
        "",
    ),
    ("GET", "/scim/v2/Users?filter=externalId%20eq%20%22x%22", ""),
    ("GET", "/scim/v2/Users/{id}?excludedAttributes=groups", ""),
    (
        "GET",
        "/scim/v2/Users?excludedAttributes=groups&filter=userName%20eq%20%22ann%22",
        "",
    ),
    (
        "GET",
        "/scim/v2/Users?attributes=id&filter=emails%20eq%20%22ann@ex.co%22",
        "",
    ),
    (
        "GET",
        "/scim/v2/Users?attributes=id&filter=externalId%20eq%20%22x%22",
        "",
    ),
    (
        "GET",
        "/scim/v2/Users?attributes=id&filter=id%20eq%20%22{id}%22",
        "",
    ),
    (
        "POST",
        "/scim/v2/Users/.search",
        r#"{"filter":"userName eq \"ann\" and active eq true","excludedAttributes":["groups"]}"#,
    ),
    ("GET", "/scim/v2/Groups/1?excludedAttributes=members", ""),
    (
        "GET",
        "/scim/v2/Groups?excludedAttributes=members&filter=displayName%20eq%20%22Fraud%22",
        "",
    ),
];

/// How many requests are waiting for a long read to end.
pub fn waiting(running: &Running) -> usize {
    let client = running.client(Holder::Provisioner("ops".to_owned()), Scope::Read);
    client.gauge("headcount_http_long_reads_waiting")
}

/// Waits until this many requests wait.
pub fn wait_for_waiting(running: &Running, count: usize) {
    let begun = Instant::now();
    while waiting(running) != count {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "{} wait, not {count}",
            waiting(running)
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Creates a user with more groups than a short read may have, and returns the id.
fn user_with_many_groups(running: &Running) -> String {
    let (bea, _) = running.user("bea", Scope::Read);
    let batch = (0..=100).fold(Batch::new(), |batch, number| {
        let workspace = NewWorkspace::new(format!("w{number}"));
        batch.create_workspace(workspace.owner(bea.id()))
    });
    running.directory.apply(batch).unwrap();
    bea.id().to_string()
}

/// A server whose requests may wait longer than this test takes.
fn patient(scans_max: usize) -> Running {
    Running::with(Config {
        scans_max,
        request_timeout: Duration::from_mins(5),
        ..Config::default()
    })
}

#[test]
fn short_reads_are_answered_while_the_long_ones_wait() {
    let running = patient(2);
    let (ann, reader) = running.user("ann", Scope::Read);
    let workspace = NewWorkspace::new("Fraud").owner(ann.id());
    running.directory.create_workspace(workspace).unwrap();
    let bea = user_with_many_groups(&running);
    let okta = provisioner(&running, "okta");
    let browser = Browser::new(&running, Scope::Read);
    let id = ann.id().to_string();
    let by_name = format!("{USERS}?filter=userName%20eq%20%22ann%22");
    assert_eq!(
        okta.get(&by_name).json()["totalResults"],
        1,
        "makes the index"
    );
    let hold = running.server.hold_scans().unwrap();
    let asked = LONG.map(|(method, path)| {
        let (path, body) = long_request(method, path, &bea);
        let stream = match path.split('/').nth(1) {
            Some("admin") => browser.begin(&path, ""),
            Some("scim") => sent(&okta, method, &path, &body),
            _ => sent(&reader, method, &path, &body),
        };
        (path, stream)
    });
    wait_for_waiting(&running, LONG.len());
    assert_eq!(reader.get("/api/v1/users/ann@ex.co").status, 200);
    for (method, path, body) in FEW {
        let client = if path.starts_with("/scim") {
            &okta
        } else {
            &reader
        };
        let answer = client.send(method, &path.replace("{id}", &id), "", body);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    }
    for (path, stream) in &asked {
        assert!(!is_answered(stream), "{path}");
    }
    drop(hold);
    for (path, mut stream) in asked {
        let mut first = [0; 12];
        stream.set_nonblocking(false).unwrap();
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200", "{path}");
    }
    assert_eq!(waiting(&running), 0);
}

#[test]
fn what_a_provisioner_has_changed_it_finds_by_a_short_read() {
    let running = patient(1);
    let okta = provisioner(&running, "okta");
    let by_name = |name: &str| {
        let filter = format!("userName%20eq%20%22{name}%22");
        format!("{USERS}?attributes=id&filter={filter}")
    };
    assert_eq!(okta.get(&by_name("ann")).json()["totalResults"], 0);
    let hold = running.server.hold_scans().unwrap();
    for name in ["ann", "bob@ex.co"] {
        let email = json!([{ "value": format!("{}@mail.ex.co", &name[..3]) }]);
        let made = okta.post(USERS, &json!({ "userName": name, "emails": email }));
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(okta.get(&by_name(name)).json()["totalResults"], 1, "{name}");
    }
    // Changes made elsewhere, possibly many, must be read first.
    running.directory.create_user("cho@ex.co").unwrap();
    let mut asked = sent(&okta, "GET", &by_name("cho@ex.co"), "");
    wait_for_waiting(&running, 1);
    drop(hold);
    let mut answer = String::new();
    asked.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\"totalResults\":1"), "{answer}");
}
