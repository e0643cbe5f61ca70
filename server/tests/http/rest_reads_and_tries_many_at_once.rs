//! Queries, lookups, previews, figures and exports through REST, for programs that process a whole
//! directory.

use headcount::Directory;
use headcount_server::Scope;
use serde_json::{Value, json};

use crate::client::Running;

#[test]
fn users_are_queried_and_counted_by_conditions() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Read);
    for name in ["bob", "cho"] {
        running
            .directory
            .create_user(&*format!("{name}@ex.co"))
            .unwrap();
    }
    running.directory.deactivate_user("cho@ex.co").unwrap();
    let page = client
        .post("/api/v1/query", &json!({ "active": true, "limit": 1 }))
        .json();
    assert_eq!(page["users"][0]["id"], json!(ann.id()));
    let next = json!({ "active": true, "limit": 1, "after": page["next"] });
    let page = client.post("/api/v1/query", &next).json();
    assert_eq!(
        (&page["users"][0]["email"], &page["next"]),
        (&json!("bob@ex.co"), &Value::Null)
    );
    let count = client
        .post("/api/v1/query?count=true", &json!({ "active": true }))
        .json();
    assert_eq!(count, json!({ "count": 2 }));
    for wrong in [
        json!({ "limit": 1_001 }),
        json!({ "limit": 0 }),
        json!({ "zodiac": 1 }),
    ] {
        assert_eq!(client.post("/api/v1/query", &wrong).status, 400, "{wrong}");
    }
}

#[test]
fn users_are_looked_up_by_each_thing_that_names_them() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Read);
    let update = headcount::UserUpdate::new().external_id("okta", "00u1");
    running.directory.update_user("ann@ex.co", update).unwrap();
    let asked = json!({ "users": [
        { "email": "ANN@ex.co" }, { "id": ann.id() }, { "username": "ann" },
        { "external_id": { "provisioner": "okta", "id": "00u1" } },
        { "username": "nobody" }, { "email": "not an address" },
    ] });
    let found = client.post("/api/v1/lookup", &asked).json();
    let ids: Vec<_> = found["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| &user["id"])
        .collect();
    let ann = json!(ann.id());
    assert_eq!(ids, [&ann, &ann, &ann, &ann, &Value::Null, &Value::Null]);
    let many = json!({ "users": vec![json!({ "username": "x" }); 1_001] });
    assert_eq!(client.post("/api/v1/lookup", &many).status, 400);
    let one = "one of `id`, `email`, `username` and `external_id`";
    for (wrong, told) in [
        (json!({}), one),
        (json!({ "id": ann, "username": "ann" }), one),
        (json!({ "mail": "ann@ex.co" }), "unknown field `mail`"),
        (json!("ann"), "an object with `id`"),
        (json!({ "external_id": {} }), "missing field `provisioner`"),
    ] {
        let refused = client.post("/api/v1/lookup", &json!({ "users": [wrong] }));
        assert_eq!(refused.status, 400, "{wrong}");
        assert!(refused.body.contains(told), "{wrong}: {}", refused.body);
    }
}

#[test]
fn a_preview_tells_all_refusals_and_a_batch_its_users() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let operations = json!({ "operations": [
        { "op": "create_user", "email": "ann@ex.co" },
        { "op": "create_user", "email": "bob@ex.co" },
        { "op": "deactivate_user", "user": "nobody" },
    ] });
    let refused = client.post("/api/v1/preview", &operations).json();
    let kinds = refused["refused"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds
        .map(|error| (&error["kind"], &error["op_index"]))
        .collect();
    assert_eq!(kinds[0], (&json!("email_taken"), &json!(0)));
    assert_eq!(kinds[1], (&json!("user_not_found"), &json!(2)));
    let operations = json!({ "operations": [
        { "op": "create_user", "email": "bob@ex.co" },
        { "op": "update_user", "user": "bob@ex.co", "given_name": "Bob" },
    ] });
    assert_eq!(
        client.post("/api/v1/preview", &operations).json(),
        json!({ "refused": [] })
    );
    let tried = client
        .post("/api/v1/batch?users=true&dry_run=true", &operations)
        .json();
    assert_eq!(tried["users"][0]["given_name"], "Bob");
    assert!(running.directory.user("bob@ex.co").unwrap().is_none());
    let applied = client.post("/api/v1/batch?users=true", &operations).json();
    assert_eq!(applied["users"].as_array().unwrap().len(), 1);
    let without = json!({ "operations": [{ "op": "activate_user", "user": "bob@ex.co" }] });
    assert_eq!(
        client.post("/api/v1/batch", &without).json().get("users"),
        None
    );
    // Batches that make admins need the same scope.
    let admin = json!({ "operations": [{ "op": "set_license", "license": 9 }] });
    assert_eq!(client.post("/api/v1/preview", &admin).status, 403);
}

#[test]
fn a_batch_may_be_larger_than_other_bodies() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Admin);
    let mut operations = vec![json!({ "op": "set_license", "license": "enterprise" })];
    operations.extend((0..20_000).map(|n| {
        json!({ "op": "create_user", "email": format!("user{n}@ex.co"), "given_name": "x".repeat(40) })
    }));
    let body = json!({ "operations": operations });
    assert!(body.to_string().len() > 1024 * 1024);
    assert_eq!(client.post("/api/v1/batch?dry_run=true", &body).status, 200);
    assert_eq!(client.post("/api/v1/query", &body).status, 413);
}

#[test]
fn memberships_workspaces_by_name_and_figures_are_shown() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let made = client
        .post("/api/v1/workspaces", &json!({ "name": "Fraud & more" }))
        .json();
    let found = client
        .get("/api/v1/workspaces?name=fraud%20%26%20more")
        .json();
    assert_eq!(found, json!({ "workspaces": [made.clone()], "next": null }));
    let none = client.get("/api/v1/workspaces?name=nothing").json();
    assert_eq!(none["workspaces"], json!([]));
    let members = client.get("/api/v1/users/ann/memberships").json();
    assert_eq!(members["members"][0]["workspace"], made["id"]);
    assert_eq!(members["members"][0]["user"], json!(ann.id()));
    let stats = client.get("/api/v1/stats").json();
    assert_eq!(
        (&stats["users_active"], &stats["workspaces"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn an_export_makes_the_same_directory_and_needs_the_scope_admin() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Admin);
    let batch: headcount::Batch = (0..500)
        .map(|n| headcount::NewUser::new(format!("u{n}@ex.co")).active(false))
        .map(headcount::Op::CreateUser)
        .collect();
    running.directory.apply(batch).unwrap();
    let lines = client.get("/api/v1/export");
    assert_eq!(lines.header("content-type"), Some("application/jsonl"));
    let copy = Directory::in_memory().unwrap();
    // The body is chunked: sizes come between the parts, and each part is whole lines.
    let records = lines.body.lines().filter(|line| line.starts_with('{'));
    let records = records.collect::<Vec<_>>().join("\n") + "\n";
    let loaded = copy.load_lines(records.as_bytes(), |_| {}).unwrap();
    assert_eq!(loaded.users, 501);
    let (_, other) = running.user("bob", Scope::Write);
    assert_eq!(other.get("/api/v1/export").status, 403);
}

#[test]
fn external_ids_are_set_and_removed() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let new = json!({ "email": "bob@ex.co", "external_ids": { "okta": "00u1", "entra": "7" } });
    let bob = client.post("/api/v1/users", &new).json();
    assert_eq!(bob["external_ids"], new["external_ids"]);
    let change = json!({ "external_ids": { "okta": null, "entra": "8" } });
    let bob = client
        .send("PATCH", "/api/v1/users/bob@ex.co", "", &change.to_string())
        .json();
    assert_eq!(bob["external_ids"], json!({ "entra": "8" }));
}
