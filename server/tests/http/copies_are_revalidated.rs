//! A client that has a record sends its entity tag, and gets the record again only if it has
//! changed (RFC 9110, 13.1.2).

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
    let change = asked(&client, "PATCH", &path, "\"9\"");
    assert_eq!(change.status, 400, "it is no condition of changes");
}

/// Another record can have got its email or name, with the same version; and what is behind a
/// license changes without it.
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
