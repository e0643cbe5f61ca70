//! Requests that are almost right: each is refused in the format of its door, and changes nothing.

use headcount_server::Scope;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client::{Answer, Running};
use crate::scim_provisions_users::{USERS, provisioner};

const KEY: &str = "4b7c9c1e-6d0a-4f0e-9a57-0f6f0d6c9c11";

fn has(answer: &Answer, status: u16, member: &str) {
    assert_eq!(answer.status, status, "{} {}", answer.head, answer.body);
    assert!(answer.json()[member].is_string(), "{}", answer.body);
}

#[test]
fn what_no_handler_sees_is_told_like_the_rest() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let users = "/auth/admin/realms/master/users";
    let twice = client.get(&format!("{users}?email=a%40ex.co&email=b%40ex.co"));
    has(&twice, 400, "error");
    has(&client.get(&format!("{users}/%ff")), 400, "error");
    let large = "x".repeat(2 * 1024 * 1024);
    let user = format!("{users}/{}", ann.id());
    has(&client.send("PUT", &user, "", &large), 413, "error");
    has(&client.send("POST", "/v1/graphql", "", &large), 413, "msg");
    has(&client.get("/api/v1/users/%ff"), 404, "detail");
    let page = Browser::new(&running, Scope::Read).get("/admin?q=a&q=b");
    assert_eq!(page.status, 400, "{}", page.body);
    assert!(page.body.starts_with("<!DOCTYPE html>"), "{}", page.body);
}

#[test]
fn a_list_is_no_object() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let list = json!(["bob@ex.co", null, null, null, null, null, false, {}, {}]);
    has(&client.post("/api/v1/users", &list), 400, "detail");
    has(&client.post("/v1/api/users/invite", &list), 400, "msg");
    let user = format!("/auth/admin/realms/master/users/{}", ann.id());
    has(&client.put(&user, &json!([])), 400, "error");
    let patch = client.send("PATCH", "/api/v1/users/ann", "", "[]");
    has(&patch, 400, "detail");
    assert_eq!(running.directory.len().unwrap(), 1);
}

#[test]
fn headers_that_count_come_once() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let other = "Authorization: Bearer x\r\n";
    let answer = client.send("GET", "/api/v1/users", other, "");
    assert_eq!(answer.status, 401);
    let keys = format!("Idempotency-Key: {KEY}\r\nIdempotency-Key: {KEY}\r\n");
    let body = json!({ "email": "bob@ex.co" }).to_string();
    let answer = client.send("POST", "/api/v1/users", &keys, &body);
    has(&answer, 400, "detail");
    let events = "Accept: text/event-stream\r\nLast-Event-ID: 0\r\nLast-Event-ID: 1\r\n";
    let answer = client.send("GET", "/api/v1/changes", events, "");
    has(&answer, 400, "detail");
    assert_eq!(running.directory.len().unwrap(), 1);
}

#[test]
fn events_are_sent_to_whoever_accepts_them() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    for (accept, status) in [
        ("application/json, text/event-stream", 422),
        ("Text/Event-Stream; q=0.9", 422),
        ("text/event-stream, */*", 422),
        ("text/event-stream, application/json;q=0.5", 422),
        ("application/json", 200),
        ("text/event-streams", 200),
        ("text/event-stream;q=0", 200),
        (
            "application/json, text/event-stream; charset=utf-8; Q=0.5",
            200,
        ),
        ("*/*, text/event-stream;q=0.1", 200),
    ] {
        let headers = format!("Accept: {accept}\r\nLast-Event-ID: 9\r\n");
        let answer = client.send("GET", "/api/v1/changes", &headers, "");
        assert_eq!(answer.status, status, "{accept} {}", answer.body);
    }
}

/// Ignoring one would do something else than the request says.
#[test]
fn query_parameters_that_a_route_does_not_have_are_refused() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Admin);
    client.post("/api/v1/workspaces", &json!({ "name": "red" }));
    for (method, path, body) in [
        (
            "POST",
            "/api/v1/users?dry_run=true",
            "{\"email\":\"bob@ex.co\"}",
        ),
        ("DELETE", "/api/v1/workspaces/red?dry_run=true", ""),
        (
            "DELETE",
            "/api/v1/users/ann?allow_ownerless=true&dry%5Frun=1",
            "",
        ),
        ("PUT", "/api/v1/license?dry_run", "{\"license\":1}"),
        ("POST", "/api/v1/preview?x=1", "{\"operations\":[]}"),
        ("GET", "/api/v1/users/ann?fields=id", ""),
        ("GET", "/api/v1/stats?=1", ""),
    ] {
        let answer = client.send(method, path, "", body);
        has(&answer, 400, "detail");
        let said = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(said.contains("query parameter"), "{path}: {said}");
    }
    assert_eq!(running.directory.len().unwrap(), 1);
    assert_eq!(client.get("/api/v1/workspaces/red").status, 200);
    assert_eq!(client.get("/api/v1/stats?").status, 200);
    assert_eq!(running.stranger().get("/api/v1/stats?x=1").status, 401);
}

#[test]
fn a_refusal_says_which_part_of_the_request_is_wrong() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    for (method, path, headers, status, told) in [
        (
            "GET",
            "/api/v1/users?active=true&limit=1.5",
            "",
            400,
            "`limit=1.5`",
        ),
        (
            "GET",
            "/api/v1/changes?after=99999999999999999999",
            "",
            400,
            "`after=9",
        ),
        ("POST", "/api/v1/users", "", 400, "is empty"),
        (
            "POST",
            "/api/v1/users",
            "Content-Encoding: gzip\r\n",
            400,
            "is empty",
        ),
        ("GET", "/api/v1/users/", "", 404, "slash at its end"),
    ] {
        let answer = client.send(method, path, headers, "");
        has(&answer, status, "detail");
        assert!(answer.body.contains(told), "{path}: {}", answer.body);
    }
    // Only a body can be compressed, and any of several header lines may say so.
    let user = r#"{"email":"bob@ex.co"}"#;
    for (coding, status) in [
        ("Content-Encoding: gzip\r\n", 415),
        (
            "Content-Encoding: identity\r\nContent-Encoding: br\r\n",
            415,
        ),
        ("Content-Encoding: Identity\r\n", 201),
    ] {
        let answer = client.send("POST", "/api/v1/users", coding, user);
        assert_eq!(answer.status, status, "{coding}: {}", answer.body);
    }
    let page = running.stranger().get("/admin/");
    assert_eq!(
        (page.status, page.header("location")),
        (308, Some("/admin"))
    );
}

#[test]
fn a_user_without_an_email_is_told_so() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    for body in [json!({}), json!({ "email": null }), json!({ "email": "" })] {
        let answer = client.post("/api/v1/users", &body);
        assert_eq!(
            (answer.status, &answer.json()["kind"]),
            (422, &json!("email_required")),
            "{body}"
        );
    }
    let twice = client.get("/api/v1/users?attribute=team=red&attribute=team");
    has(&twice, 400, "detail");
}

#[test]
fn an_email_is_no_other_name() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let (bob, _) = running.user("bob", Scope::Read);
    for email in ["bob", &bob.id().to_string()] {
        let answer = client.post("/v1/api/users/deactivate", &json!({ "email": email }));
        has(&answer, 400, "msg");
        let member = json!({ "workspace_id": 1, "email": email });
        client.post(
            "/v1/api/workspaces/create",
            &json!({ "workspace_name": "a" }),
        );
        let answer = client.post("/v1/api/workspaces/add_user", &member);
        has(&answer, 400, "msg");
    }
    for (id, email) in [
        (bob.id().to_string(), "ann@ex.co"),
        (bob.id().to_string(), "nobody@ex.co"),
        ("nobody".to_owned(), "bob@ex.co"),
    ] {
        let two = json!({ "workspace_id": 1, "user_id": id, "email": email });
        let added = client.post("/v1/api/workspaces/add_user", &two);
        has(&added, 400, "msg");
        let removed = client.post("/v1/api/workspaces/remove_user", &two);
        has(&removed, 400, "msg");
    }
    for gone in [
        json!({ "workspace_id": 1, "email": "nobody@ex.co" }),
        json!({ "workspace_id": 1, "user_id": "nobody" }),
        json!({ "workspace_id": 9, "user_id": bob.id() }),
    ] {
        let answer = client.post("/v1/api/workspaces/remove_user", &gone);
        assert_eq!(answer.json(), json!({ "affected_rows": 0 }), "{gone}");
    }
    assert_eq!(running.directory.seats().unwrap().active, 2);
}

#[test]
fn ids_that_are_no_texts_are_nobodys() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    let asked = json!({ "user_ids": [5, null, "x"] });
    let found = client.post("/v1/api/users/query", &asked).json();
    assert_eq!(
        found["users"],
        json!({ "5": null, "null": null, "x": null })
    );
    let (ann, writer) = running.user("ann", Scope::Write);
    let path = format!("/auth/admin/realms/master/users/{}", ann.id());
    let mut object = writer.get(&path).json();
    object["firstName"] = json!(5);
    has(&writer.put(&path, &object), 400, "error");
    assert_eq!(writer.get(&path).json()["firstName"], Value::Null);
}

/// With two values, clients could expect either.
#[test]
fn a_member_is_there_once() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let send = |path: &str, body: &str| client.send("POST", path, "", body);
    let user = r#"{"email":"bob@ex.co","attributes":{"team":"red","team":"blue"}}"#;
    let answer = send("/api/v1/users", user);
    has(&answer, 400, "detail");
    assert!(answer.body.contains("team"), "{}", answer.body);
    let ignored = r#"{"email":"bob@ex.co","require_reset":{"a":1,"a":2}}"#;
    has(&send("/v1/api/users/invite", ignored), 400, "msg");
    let query = r#"{"query":"query ($id: bigint!) { workspace_by_pk(id: $id) { id } }",
        "variables":{"id":1,"id":2}}"#;
    let answer = send("/v1/graphql", query).json();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "invalid-json");
    let answer = client.graphql("{ workspace_by_pk(id: 1, id: 2) { id } }", json!({}));
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        "validation-failed"
    );
    let okta = provisioner(&running, "okta");
    for user in [
        r#"{"userName":"bob@ex.co","userName":"cho@ex.co"}"#,
        r#"{"userName":"bob@ex.co","USERNAME":"cho@ex.co"}"#,
        r#"{"userName":"bob@ex.co","name":{"givenName":"Bob","givenname":"Cho"}}"#,
    ] {
        let answer = okta.send("POST", USERS, "", user);
        has(&answer, 400, "detail");
        assert_eq!(answer.json()["scimType"], "invalidSyntax");
    }
    let two = format!("{USERS}?filter=userName+pr&filter=active+eq+true");
    let answer = okta.get(&two);
    has(&answer, 400, "detail");
    assert_eq!(answer.json()["scimType"], "invalidFilter");
    assert_eq!(running.directory.len().unwrap(), 1);
}

/// The response is that of GET without the body (RFC 9110, 9.3.2).
#[test]
fn head_is_like_get_on_the_page_too() {
    let running = Running::new();
    let stranger = running.stranger();
    for path in ["/admin", "/admin/login", "/admin/keys", "/healthz"] {
        let head = stranger.send("HEAD", path, "", "");
        let get = stranger.get(path);
        assert_eq!((head.status, &*head.body), (get.status, ""), "{path}");
        assert_eq!(head.header("location"), get.header("location"), "{path}");
    }
}

#[test]
fn a_parameter_that_is_given_twice_is_refused() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Admin);
    let refused = client.get("/api/v1/users?limit=1&limit=2");
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("`limit` is given more than once"));
    let both = client.get("/api/v1/users?attribute=team&attribute=floor");
    assert_eq!(both.status, 200, "{}", both.body);
    let twice = client.get("/auth/admin/realms/master/users?email=a&email=b");
    assert_eq!(twice.status, 400);

    let scim = provisioner(&running, "okta");
    for (query, scim_type) in [
        ("count=1&Count=2", "invalidValue"),
        ("startIndex=1&startindex=2", "invalidValue"),
        ("filter=active%20pr&filter=title%20pr", "invalidFilter"),
    ] {
        let refused = scim.get(&format!("/scim/v2/Users?{query}"));
        let told = (refused.status, &refused.json()["scimType"]);
        assert_eq!(told, (400, &json!(scim_type)), "{query}");
    }
    let shown = scim
        .get("/scim/v2/Users?attributes=active&attributes=userName")
        .json();
    let user = &shown["Resources"][0];
    assert!(
        user["active"].is_boolean() && user["userName"].is_string(),
        "{user}"
    );
    assert!(user["emails"].is_null(), "{user}");
}
