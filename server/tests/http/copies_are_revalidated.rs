//! A client that has a record sends the entity tag, and gets the record only if it has changed (RFC
//! 9110, 13.1.2).

use headcount_server::Scope;
use serde_json::json;

use crate::client::{Answer, Client, Running};
use crate::scim_provisions_users::{USERS, provisioner};

fn asked(client: &Client, method: &str, path: &str, tags: &str) -> Answer {
    let header = format!("If-None-Match: {tags}\r\n");
    client.send(method, path, &header, "")
}

#[test]
fn a_record_is_sent_only_if_it_has_changed() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    client.post("/api/v1/workspaces", &json!({ "name": "fraud" }));
    for path in [
        format!("/api/v1/users/{}", ann.id()),
        "/api/v1/workspaces/1".to_owned(),
    ] {
        for tags in ["\"1\"", "W/\"1\"", "*", "\"7\", W/\"1\""] {
            for method in ["GET", "HEAD"] {
                let same = asked(&client, method, &path, tags);
                assert_eq!((same.status, &*same.body), (304, ""), "{path} {tags}");
                assert_eq!(same.header("etag"), Some("\"1\""), "{path}");
            }
        }
        for tags in ["\"2\"", "\"1-gzip\"", "\"*\""] {
            let other = asked(&client, "GET", &path, tags);
            assert_eq!((other.status, other.header("etag")), (200, Some("\"1\"")));
        }
        assert_eq!(asked(&client, "GET", &path, "1").status, 400);
        let stale = client.send("GET", &path, "If-Match: \"2\"\r\n", "");
        assert_eq!(
            stale.json()["versions"],
            json!({ "expected": 2, "found": 1 })
        );
        let both = "If-Match: \"1\"\r\nIf-None-Match: \"1\"\r\n";
        assert_eq!(client.send("GET", &path, both, "").status, 304);
    }
    let path = format!("/api/v1/users/{}", ann.id());
    client.send("PATCH", &path, "", r#"{"given_name":"Ann"}"#);
    assert_eq!(asked(&client, "GET", &path, "\"1\"").status, 200);
}

/// Ignoring one would do something else than the request says.
#[test]
fn a_condition_that_a_change_would_not_check_is_refused() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Admin);
    let okta = provisioner(&running, "okta");
    client.post("/api/v1/workspaces", &json!({ "name": "fraud" }));
    let user = r#"{"email":"bob@ex.co","userName":"bob@ex.co"}"#;
    let group = r#"{"displayName":"risk"}"#;
    let off = r#"{"Operations":[{"op":"replace","value":{"active":false}}]}"#;
    let (one, its) = (
        format!("/api/v1/users/{}", ann.id()),
        format!("{USERS}/{}", ann.id()),
    );
    for (who, method, path, body) in [
        (&client, "POST", "/api/v1/users", user),
        (&client, "PATCH", &*one, "{}"),
        (&client, "DELETE", &*one, ""),
        (&client, "POST", "/api/v1/batch", r#"{"operations":[]}"#),
        (&client, "PUT", "/api/v1/license", r#"{"license":1}"#),
        (
            &client,
            "PUT",
            "/api/v1/workspaces/1/members/ann",
            r#"{"role":"user"}"#,
        ),
        (&okta, "POST", USERS, user),
        (&okta, "PUT", &*its, r#"{"userName":"bob"}"#),
        (&okta, "PATCH", &*its, off),
        (&okta, "DELETE", &*its, ""),
        (&okta, "POST", "/scim/v2/Groups", group),
        (&okta, "PUT", "/scim/v2/Groups/1", group),
        (&okta, "PATCH", "/scim/v2/Groups/1", r#"{"Operations":[]}"#),
        (&okta, "DELETE", "/scim/v2/Groups/1", ""),
    ] {
        for tags in ["*", "\"1\"", "W/\"9\""] {
            let header = format!("If-None-Match: {tags}\r\n");
            let answer = who.send(method, path, &header, body);
            assert_eq!(answer.status, 400, "{method} {path} {}", answer.body);
            let said = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(said.contains("send the ETag in If-Match"), "{said}");
        }
    }
    for (method, path, body) in [
        ("POST", "/api/v1/users", user),
        ("POST", "/api/v1/workspaces", r#"{"name":"risk"}"#),
        ("POST", "/api/v1/batch", r#"{"operations":[]}"#),
        ("POST", "/api/v1/keys", r#"{"name":"x","user":"ann"}"#),
        ("DELETE", "/api/v1/keys/x", ""),
    ] {
        let answer = client.send(method, path, "If-Match: \"1\"\r\n", body);
        assert_eq!(answer.status, 400, "{method} {path} {}", answer.body);
        assert!(
            answer.body.contains("leave If-Match out"),
            "{}",
            answer.body
        );
    }
    assert_eq!(running.directory.len().unwrap(), 1);
    let ann = running.directory.user_by_id(ann.id()).unwrap().unwrap();
    assert_eq!((ann.version(), ann.is_active()), (1, true));
    assert_eq!(running.directory.workspaces().unwrap().count(), 1);
}

#[test]
fn a_post_that_only_reads_is_no_change() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let okta = provisioner(&running, "okta");
    for (who, path, body) in [
        (&client, "/api/v1/query", "{}"),
        (&client, "/api/v1/lookup", r#"{"users":[]}"#),
        (&client, "/api/v1/preview", r#"{"operations":[]}"#),
        (&okta, "/scim/v2/.search", "{}"),
        (&okta, "/scim/v2/Users/.search", "{}"),
        (&okta, "/scim/v2/Groups/.search", "{}"),
    ] {
        let answer = who.send("POST", path, "If-None-Match: *\r\n", body);
        assert_eq!(answer.status, 200, "{path} {}", answer.body);
    }
}

/// Another record may have the email or name now, with the same version; and the seats in the
/// license's response change without its version.
#[test]
fn what_has_no_version_of_its_own_is_always_sent() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    client.post("/api/v1/workspaces", &json!({ "name": "fraud" }));
    for path in [
        "users/ann@ex.co",
        "users/ann",
        "workspaces/fraud",
        "seats",
        "license",
        "users",
        "nothing",
    ] {
        let path = format!("/api/v1/{path}");
        let answer = asked(&client, "GET", &path, "*");
        assert_eq!(answer.status, client.get(&path).status, "{path}");
    }
}

#[test]
fn a_user_of_scim_is_revalidated_without_its_groups() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let made = okta.post(USERS, &json!({ "userName": "ann@ex.co" })).json();
    let path = format!("{USERS}/{}", made["id"].as_str().unwrap());
    let alone = format!("{path}?excludedAttributes=groups");
    let same = asked(&okta, "GET", &alone, "W/\"1\"");
    assert_eq!((same.status, same.header("etag")), (304, Some("W/\"1\"")));
    let place = format!("http://x{path}");
    assert_eq!(same.header("content-location"), Some(&*place));
    assert_eq!(asked(&okta, "GET", &alone, "W/\"2\"").status, 200);
    // Groups come and go, and the version stays.
    let group = json!({ "displayName": "fraud", "members": [{ "value": made["id"] }] });
    okta.post("/scim/v2/Groups", &group);
    let whole = asked(&okta, "GET", &path, "W/\"1\"");
    assert_eq!(whole.json()["groups"][0]["display"], "fraud");
    let stale = okta.send("GET", &alone, "If-Match: W/\"2\"\r\n", "");
    assert_eq!(stale.status, 412);
}
