//! Clients are generated from the `OpenAPI` document, so it describes every member of every
//! response.

use headcount_server::{Config, Scope, matrix};
use serde_json::{Value, json};

use crate::client::Running;

/// Follows a reference, or takes the only alternative to null.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
        return resolved(document, &document["components"]["schemas"][name]);
    }
    let alternatives = schema["oneOf"].as_array();
    let other = alternatives.and_then(|all| all.iter().find(|of| of["type"] != "null"));
    other.map_or(schema, |other| resolved(document, other))
}

/// Checks that the schema has each member of the value, and of the objects in it.
fn check(document: &Value, schema: &Value, value: &Value, place: &str) {
    let schema = resolved(document, schema);
    match value {
        Value::Array(items) => {
            for item in items {
                check(document, &schema["items"], item, place);
            }
        }
        // Maps, such as attributes and events, have any member.
        Value::Object(members) if schema["properties"].is_object() => {
            for (name, value) in members {
                let place = format!("{place}.{name}");
                let of = &schema["properties"][name];
                assert!(of.is_object(), "{place} is not described");
                check(document, of, value, &place);
            }
        }
        _ => {}
    }
}

/// The header that resumes a stream of events is one of its parameters.
#[test]
fn a_stream_of_events_can_be_resumed_by_the_document() {
    let running = Running::new();
    let document = running.stranger().get("/openapi.json").json();
    let listing = &document["paths"]["/api/v1/changes"]["get"];
    let parameters = listing["parameters"].as_array().unwrap();
    let header = parameters.iter().find(|of| of["name"] == "Last-Event-ID");
    assert_eq!(header.unwrap()["in"], "header");
    let stream = &listing["responses"]["200"]["content"]["text/event-stream"];
    assert!(stream.is_object(), "{listing}");
}

/// A client generated from the document knows the meaning of each status.
#[test]
fn every_status_of_a_refusal_is_described() {
    let limits = Config {
        body_bytes_max: 1024,
        batch_bytes_max: 2048,
        ..Config::default()
    };
    let running = Running::with(limits);
    let (_, client) = running.user("ann", Scope::Write);
    let document = client.get("/openapi.json").json();
    let large = "x".repeat(2049);
    let mut seen = std::collections::BTreeSet::new();
    for (method, path, _) in matrix().filter(|line| line.1.starts_with("/api/")) {
        let described = &document["paths"][path][method.to_lowercase()]["responses"];
        let address = path
            .replace("{name}", "x")
            .replace("{id}", "1")
            .replace("{key}", "x");
        for (headers, body) in [
            ("", ""),
            ("Content-Encoding: gzip\r\n", "x"),
            (
                "Transfer-Encoding: gzip, chunked\r\n",
                "1\r\nx\r\n0\r\n\r\n",
            ),
            ("If-Match: \"7\"\r\n", "{}"),
            ("If-None-Match: x\r\n", "{}"),
            ("", "[]"),
            ("", &large),
        ] {
            let answer = client.send(method, &address, headers, body);
            let status = answer.status.to_string();
            assert!(
                described[&status].is_object(),
                "{method} {path} {status}: {}",
                answer.body
            );
            seen.insert(answer.status);
        }
    }
    for status in [200, 400, 403, 404, 413, 415, 501] {
        assert!(seen.contains(&status), "{status}: {seen:?}");
    }
}

#[test]
fn every_member_of_an_answer_is_described() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Admin);
    let key = "Idempotency-Key: 4b7c9c1e-6d0a-4f0e-9a57-0f6f0d6c9c11\r\n";
    client.send("POST", "/api/v1/workspaces", key, r#"{"name":"red"}"#);
    let member = format!("/api/v1/workspaces/1/members/{}", ann.id());
    client.put(&member, &json!({ "role": "owner" }));
    let document = client.get("/openapi.json").json();
    let described = |name: &str, answer: &Value| {
        let schema = &document["components"]["schemas"][name];
        assert!(schema.is_object(), "{name}");
        check(&document, schema, answer, name);
    };
    for (name, path) in [
        ("Users", "users"),
        ("Workspaces", "workspaces"),
        ("Members", "workspaces/1/members"),
        ("Changes", "changes"),
        ("Seats", "seats?since=2026-11-01T00:00:00Z"),
        ("Seats", "license"),
        ("Inspection", "verify"),
        ("Problem", "users/nobody"),
        ("Problem", "changes?after=99"),
    ] {
        let answer = client.get(&format!("/api/v1/{path}")).json();
        assert!(answer.as_object().is_some_and(|all| !all.is_empty()));
        described(name, &answer);
    }
    let stale = client.send("PATCH", "/api/v1/users/ann", "If-Match: \"9\"\r\n", "{}");
    assert!(stale.json()["versions"].is_object(), "{}", stale.body);
    described("Problem", &stale.json());
    client.put("/api/v1/license", &json!({ "license": 1 }));
    let full = client.post("/api/v1/users", &json!({ "email": "bob@ex.co" }));
    assert!(full.json()["seats"].is_object(), "{}", full.body);
    described("Problem", &full.json());
    let batch = json!({ "operations": [{ "op": "deactivate_user", "user": "ann" }] });
    described("Refused", &client.post("/api/v1/preview", &batch).json());
    let made = client
        .post("/api/v1/keys", &json!({ "name": "x", "user": "ann" }))
        .json();
    described("Key", &made);
    let path = format!("/api/v1/keys/{}", made["id"].as_str().unwrap());
    client.send("DELETE", &path, "", "");
    for path in ["/api/v1/keys", "/api/v1/keys?revoked=true"] {
        let keys = client.get(path).json();
        assert_eq!(keys["keys"].as_array().unwrap().len(), 1, "{path}");
        described("Keys", &keys);
    }
    let trimmed = client.send("DELETE", "/api/v1/changes?before=1", "", "");
    described("Trimmed", &trimmed.json());
    let batch = json!({ "operations": [{ "op": "set_license", "license": 9 }] });
    described(
        "Applied",
        &client.post("/api/v1/batch?users=true", &batch).json(),
    );
}
