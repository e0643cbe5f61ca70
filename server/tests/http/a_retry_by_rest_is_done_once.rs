//! A request with an `Idempotency-Key` can be sent again, and is applied once.

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

#[test]
fn a_retry_finds_the_version_that_it_was_done_with() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let rename = |headers: &str, name: &str| {
        let body = json!({ "given_name": name }).to_string();
        let path = format!("/api/v1/users/{}", ann.id());
        client.send("PATCH", &path, headers, &body)
    };
    assert_eq!(rename("If-Match: \"1\"\r\n", "A").status, 200);
    let key = "Idempotency-Key: 4b7c9c1e-6d0a-4f0e-9a57-0f6f0d6c9c11\r\n";
    for (tags, name, status) in [
        ("If-Match: \"1\"\r\nIf-Match: \"2\", \"2\"\r\n", "B", 200),
        ("If-Match: \"2\", \"1\"\r\n", "B", 200),
        ("If-Match: \"3\", \"2\"\r\n", "B", 200),
        ("If-Match: \"3\", \"2\"\r\n", "C", 409),
        ("If-Match: W/\"3\"\r\n", "B", 412),
    ] {
        let answer = rename(&format!("{key}{tags}"), name);
        assert_eq!(answer.status, status, "{tags} {}", answer.body);
    }
    let ann = running.directory.user_by_id(ann.id()).unwrap().unwrap();
    assert_eq!((ann.version(), ann.given_name()), (3, Some("B")));
    assert_eq!(rename("If-Match: \"3\", \"x\"\r\n", "D").status, 200);
    assert_eq!(rename("If-Match: \"3\", \"5\"\r\n", "E").status, 412);
    assert_eq!(rename("If-Match: *\r\n", "E").status, 200);
}

#[test]
fn a_member_is_set_once_whichever_way() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    running.directory.create_user("bob@ex.co").unwrap();
    client.post("/api/v1/workspaces", &json!({ "name": "fraud" }));
    let set = |key: u8, headers: &str, role: &str| {
        let headers =
            format!("{headers}Idempotency-Key: 5e0c7f6a-91d2-4b38-8a1b-0c2d3e4f5a{key:02}\r\n");
        let body = json!({ "role": role }).to_string();
        let path = "/api/v1/workspaces/1/members/bob@ex.co";
        client.send("PUT", path, &headers, &body)
    };
    let role = || {
        running.directory.members("fraud").unwrap()[1]
            .role()
            .to_string()
    };
    assert_eq!(set(10, "", "user").status, 204);
    assert_eq!(set(11, "", "owner").status, 204);
    running
        .directory
        .set_role("fraud", "bob@ex.co", headcount::Role::User)
        .unwrap();
    let before = running.directory.stats().unwrap().latest_change;
    for (key, wanted) in [(10, "user"), (11, "owner")] {
        assert_eq!(set(key, "", wanted).status, 204, "sent again");
    }
    assert_eq!(running.directory.stats().unwrap().latest_change, before);
    assert_eq!(set(10, "", "owner").json()["kind"], "request_id_reused");
    assert_eq!(set(12, "If-Match: \"1\"\r\n", "owner").status, 412);
    assert_eq!(role(), "user");
    assert_eq!(set(13, "If-Match: \"3\"\r\n", "owner").status, 204);
    assert_eq!(role(), "owner");
}

#[test]
fn a_retry_finds_users_under_the_names_that_they_had() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap().id();
    let key = |end: u8| format!("Idempotency-Key: 5e0c7f6a-91d2-4b38-8a1b-0c2d3e4f5a{end}\r\n");
    let new_email = json!({ "email": "robert@ex.co" }).to_string();
    for _ in 0..2 {
        let sent = client.send("PATCH", "/api/v1/users/bob@ex.co", &key(10), &new_email);
        assert_eq!((sent.status, &sent.json()["id"]), (200, &json!(bob)));
    }
    for _ in 0..2 {
        let sent = client.send("DELETE", "/api/v1/users/robert@ex.co", &key(11), "");
        assert_eq!(sent.status, 204, "{}", sent.body);
    }
    let again = client.send("DELETE", "/api/v1/users/robert@ex.co", "", "");
    assert_eq!(
        (again.status, &again.json()["kind"]),
        (404, &json!("user_not_found"))
    );
}
