//! Cursors of lists hold a user's position without revealing anything about the user: in REST, on
//! the page, and after a restart. They are valid only for their own list.

use headcount::Directory;
use headcount_server::{Config, Scope};
use serde_json::json;

use crate::client::Running;

#[test]
fn a_cursor_is_good_for_its_list_only() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    running.user("bob", Scope::Read);
    let first = client.get("/api/v1/users?limit=1").json();
    let next = first["next"].as_str().unwrap();
    assert!(next.bytes().all(|byte| byte.is_ascii_hexdigit()), "{next}");
    for more in ["", "&limit=2", "&descending=false", "&sort=email"] {
        let page = client
            .get(&format!("/api/v1/users?after={next}{more}"))
            .json();
        assert_eq!(page["users"][0]["username"], "bob", "{more}");
        assert_eq!(page["next"], json!(null));
    }
    let windowed = client.get("/api/v1/users?limit=1&created_since=2020-01-01T00:00:00Z");
    let window = windowed.json()["next"].as_str().unwrap().to_owned();
    let moved = format!("/api/v1/users?after={window}&created_since=2021-01-01T00:00:00Z");
    assert_eq!(client.get(&moved).status, 200, "the window moves on");
    let without = client.get(&format!("/api/v1/users?after={window}"));
    assert_eq!(without.status, 422);
    for other in [
        "&descending=true",
        "&sort=username",
        "&active=true",
        "&search=b",
        "&email_prefix=b",
        "&attribute=team",
        "&created_since=2020-01-01T00:00:00Z",
    ] {
        let refused = client.get(&format!("/api/v1/users?after={next}{other}"));
        assert_eq!(
            (refused.status, &refused.json()["kind"]),
            (422, &json!("invalid_argument")),
            "{other}"
        );
    }
    for wrong in [&next[2..], "x", "email:ann@ex.co"] {
        let refused = client.get(&format!("/api/v1/users?after={wrong}"));
        assert_eq!(refused.status, 422, "{wrong}");
    }
    let asked = |body: &serde_json::Value| client.post("/api/v1/query", body);
    let second = asked(&json!({ "after": next }));
    assert_eq!(second.json()["users"][0]["username"], "bob");
    assert_eq!(asked(&json!({ "after": next, "active": true })).status, 422);
    assert_eq!(
        asked(&json!({ "after": next, "sort": "created" })).status,
        422
    );
}

#[test]
fn a_cursor_outlives_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.redb");
    let start = || Running::of(Directory::open(&file).unwrap(), Config::default());
    let mut running = start();
    let (_, client) = running.user("ann", Scope::Read);
    running.user("bob", Scope::Read);
    let first = client.get("/api/v1/users?limit=1").json();
    let next = first["next"].as_str().unwrap();
    running.wait();
    running.directory.clone().close().unwrap();
    drop(running);
    let running = start();
    let (_, client) = running.user("ann", Scope::Read);
    let second = client.get(&format!("/api/v1/users?after={next}"));
    assert_eq!(second.status, 200, "{}", second.body);
    let users = second.json()["users"].clone();
    let names: Vec<_> = users.as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 1, "{users}");
    assert_eq!(users[0]["username"], "bob");
}
