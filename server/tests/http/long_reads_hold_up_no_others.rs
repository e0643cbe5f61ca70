//! Answers that read many records are made on threads of their own, in turn. So however long
//! they take, a short read does not wait for them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use headcount::{Batch, License, NewUser, NewWorkspace};
use headcount_server::{Config, Scope, matrix};
use serde_json::json;

use crate::browser::Browser;
use crate::client::{Client, Running};
use crate::scans_leave_writes_their_threads::is_answered;
use crate::scim_provisions_users::{USERS, provisioner};

const USERS_COUNT: usize = 2_000;
const SCANS: usize = 12;

/// Routes that read and may read many records: users, members, workspaces or events.
const LONG: [(&str, &str); 24] = [
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
    ("GET", "/admin/export.csv"),
    ("POST", "/scim/v2/.search"),
    ("GET", "/scim/v2/Users"),
    ("POST", "/scim/v2/Users/.search"),
    ("GET", "/scim/v2/Users/{id}"),
    ("GET", "/scim/v2/Groups"),
    ("POST", "/scim/v2/Groups/.search"),
    ("GET", "/scim/v2/Groups/{id}"),
];

/// Routes with GET that read nothing, or a bounded number of records. `/api/v1/export` has
/// threads of its own.
const SHORT: [&str; 31] = [
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
    "/admin/style.css",
    "/admin/icon.svg",
    "/admin/live.js",
    "/admin/login",
    "/admin/oidc",
    "/admin/oidc/callback",
    "/admin/import",
    "/admin/keys",
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
        _ => json!({}),
    };
    let is_user = path.contains("/users/") || path.contains("/Users/");
    let id = if is_user { user } else { "1" };
    let path = path.replace("{id}", id).replace("{name}", user);
    let path = match path.as_str() {
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

#[test]
fn a_short_read_is_answered_before_the_long_ones() {
    let running = Running::with(Config {
        scans_max: 1,
        request_timeout: Duration::from_mins(5),
        ..Config::default()
    });
    let mut batch = Batch::new().set_license(License::Enterprise);
    for number in 0..USERS_COUNT {
        batch = batch.create_user(NewUser::new(format!("user{number}@ex.co")));
    }
    running.directory.apply(batch).unwrap();
    let (ann, reader) = running.user("ann", Scope::Read);
    let workspace = NewWorkspace::new("Fraud").owner(ann.id());
    running.directory.create_workspace(workspace).unwrap();
    let okta = provisioner(&running, "okta");
    let browser = Browser::new(&running, Scope::Read);
    let filter = "title%20pr%20or%20name.familyName%20co%20%22x%22";
    let slow = format!("{USERS}?filter={filter}");
    let scans: Vec<_> = (0..SCANS).map(|_| sent(&okta, "GET", &slow, "")).collect();
    // They are known to be under way when the first one is answered.
    while !scans.iter().any(is_answered) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let asked = LONG.map(|(method, path)| {
        let (path, body) = long_request(method, path, &ann.id().to_string());
        let stream = match path.split('/').nth(1) {
            Some("admin") => browser.begin(&path, ""),
            Some("scim") => sent(&okta, method, &path, &body),
            _ => sent(&reader, method, &path, &body),
        };
        (path, stream)
    });
    assert_eq!(reader.get("/api/v1/users/ann@ex.co").status, 200);
    let answered = scans.iter().filter(|stream| is_answered(stream)).count();
    assert!(answered < SCANS / 2, "{answered} of {SCANS} came first");
    for (path, mut stream) in asked {
        let mut first = [0; 12];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200", "{path}");
        // One at a time, and in turn: the last one may not have been sent yet.
        let answered = scans.iter().filter(|stream| is_answered(stream)).count();
        assert!(answered >= SCANS - 1, "{path} came after {answered} scans");
    }
}
