//! A variable can be used where its type fits; a variable that is not sent counts as absent.

use headcount_server::{Holder, Scope};
use serde_json::{Value, json};

use crate::client::Running;

fn is_refused(answer: &Value) -> bool {
    answer["errors"][0]["extensions"]["code"] == "validation-failed"
}

#[test]
fn the_declared_type_decides() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let of = |declared: &str| {
        format!(
            "query ({declared}) {{ workspace_by_pk(id: $x) {{ id models(order_by: $o) {{ id }} }} }}"
        )
    };
    for (declared, sent, is_fine) in [
        (
            "$x: bigint!, $o: [models_order_by!]",
            json!({ "x": 1 }),
            true,
        ),
        (
            "$x: bigint!, $o: [models_order_by!]!",
            json!({ "x": 1, "o": {} }),
            true,
        ),
        ("$x: bigint = 1, $o: [models_order_by!]", json!({}), true),
        (
            "$x: bigint = 1, $o: [models_order_by!]",
            json!({ "x": null }),
            false,
        ),
        (
            "$x: bigint = null, $o: [models_order_by!]",
            json!({ "x": 1 }),
            false,
        ),
        (
            "$x: bigint, $o: [models_order_by!]",
            json!({ "x": 1 }),
            false,
        ),
        (
            "$x: String!, $o: [models_order_by!]",
            json!({ "x": "1" }),
            false,
        ),
        (
            "$x: [bigint!]!, $o: [models_order_by!]",
            json!({ "x": 1 }),
            false,
        ),
        (
            "$x: bigint!, $o: [models_order_by]",
            json!({ "x": 1 }),
            false,
        ),
        ("$x: bigint!, $o: models_order_by", json!({ "x": 1 }), false),
        ("$x: bigint!", json!({ "x": 1 }), false),
        (
            "$x: bigint!, $x: bigint!, $o: [models_order_by!]",
            json!({ "x": 1 }),
            false,
        ),
    ] {
        let answer = client.graphql(&of(declared), sent.clone());
        assert_eq!(is_refused(&answer), !is_fine, "{declared} {sent}: {answer}");
    }
    for literal in [
        "{ workspace_by_pk(id: 1) { models(order_by: { updated_at: \"desc\" }) { id } } }",
        "{ workspace_by_pk(id: 1) { models(order_by: { updated_at: up }) { id } } }",
        "{ user_default_workspace(where: { user_id: { _eq: desc } }) { workspace { id } } }",
        "{ user_default_workspace(where: { user_id: [{ _eq: \"x\" }] }) { workspace { id } } }",
    ] {
        let answer = client.graphql(literal, json!({}));
        assert!(is_refused(&answer), "{literal}: {answer}");
    }
}

#[test]
fn what_is_not_sent_has_the_default_of_its_place() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let document = "mutation ($name: String, $columns: [workspace_update_column!]) {
        insert_workspace_one(object: { name: $name },
            on_conflict: { constraint: workspace_name_key, update_columns: $columns }) { name } }";
    let answer = client.graphql(document, json!({ "name": "x" }));
    assert_eq!(
        answer["data"]["insert_workspace_one"],
        json!({ "name": "x" }),
        "{answer}"
    );
    let null = json!({ "name": "y", "columns": null });
    assert!(is_refused(&client.graphql(document, null)));
    assert_eq!(running.directory.workspaces().unwrap().count(), 1);
}

#[test]
fn an_operation_is_known_by_its_name() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    let asked = |query: &str, name: &str| {
        let body = json!({ "query": query, "operationName": name });
        client.post("/v1/graphql", &body).json()
    };
    let both = "query A { a: __typename } query B { b: __typename }";
    assert_eq!(asked(both, "B")["data"], json!({ "b": "query_root" }));
    assert!(is_refused(&asked(both, "C")));
    assert!(is_refused(&asked(both, "")));
    assert!(is_refused(&asked("{ __typename }", "B")));
    let one = asked("query A { __typename }", "");
    assert_eq!(one["data"], json!({ "__typename": "query_root" }));
}

#[test]
fn a_new_workspace_is_as_wished_or_refused() {
    let running = Running::new();
    let (ann, _) = running.user("ann", Scope::Read);
    let (bob, _) = running.user("bob", Scope::Read);
    let client = running.client(Holder::User(ann.id()), Scope::Admin);
    let document = "mutation ($object: workspace_insert_input!) {
        insert_workspace_one(object: $object) { created_by users { user_id } } }";
    let asked = |mut object: Value| {
        object["name"] = json!("x");
        client.graphql(document, json!({ "object": object }))
    };
    let (ann, bob) = (ann.id(), bob.id());
    let default = |users: Value| json!({ "user_default_workspaces": { "data": users } });
    for refused in [
        default(json!([{ "user_id": ann }, { "user_id": ann }])),
        default(json!([{ "user_id": "x" }])),
        default(json!([{}])),
        json!({ "owner_id": "x" }),
        json!({ "owner_id": bob, "created_by": ann }),
        json!({ "owner_id": bob, "user_default_workspaces": { "data": [{ "user_id": ann }] } }),
        json!({ "created_by": bob, "user_default_workspaces": { "data": [{ "user_id": ann }] } }),
        json!({ "users": { "data": { "user_id": ann, "user_type": "COLLABORATOR" } } }),
        json!({ "users": { "data": { "user_id": ann, "workspace_id": 5 } } }),
    ] {
        let answer = asked(refused.clone());
        assert!(is_refused(&answer), "{refused}: {answer}");
    }
    assert_eq!(running.directory.workspaces().unwrap().count(), 0);
    let made = asked(json!({
        "owner_id": bob, "created_by": bob, "user_default_workspaces": { "data": { "user_id": bob } },
        "users": { "data": { "user_id": bob, "user_type": "owner" } },
    }));
    let expected = json!({ "created_by": bob, "users": [{ "user_id": bob }] });
    assert_eq!(made["data"]["insert_workspace_one"], expected, "{made}");
}
