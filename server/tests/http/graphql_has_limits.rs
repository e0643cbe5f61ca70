//! GraphQL answers the introspection query of common clients, and refuses documents that are too
//! large, too deep or too wide, or that name unknown fields.

use std::fmt::Write;

use headcount_server::Scope;
use serde_json::{Value, json};

use crate::client::Running;

/// The query that graphql-core and graphql-js send, to a depth of eight.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { ...FullType }
  directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description
  fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef }
    isDeprecated deprecationReason }
  inputFields { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

fn refused(document: &str) -> String {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let answer = client.graphql(document, json!({}));
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "validation-failed",
        "{answer}"
    );
    answer["errors"][0]["message"].as_str().unwrap().to_owned()
}

#[test]
fn introspection_is_answered() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    let answer = client.graphql(INTROSPECTION, json!({}));
    let schema = &answer["data"]["__schema"];
    assert_eq!(schema["queryType"]["name"], "query_root", "{answer}");
    let types = schema["types"].as_array().unwrap();
    let query_root = types.iter().find(|of| of["name"] == "query_root").unwrap();
    let by_id = &query_root["fields"][0];
    assert_eq!(by_id["name"], "workspace_by_pk");
    assert_eq!(by_id["args"][0]["type"]["kind"], "NON_NULL");
    assert_eq!(
        by_id["args"][0]["type"]["ofType"],
        json!({ "kind": "SCALAR", "name": "bigint", "ofType": Value::Null })
    );
    assert_eq!(query_root["inputFields"], Value::Null);
}

#[test]
fn documents_have_limits() {
    let nested = format!("{{ a(b: {}1{}) }}", "[".repeat(130), "]".repeat(130));
    assert!(refused(&nested).contains("brackets"));
    let deep = format!(
        "{{ __schema {{ types {{ {} name {} }} }} }}",
        "... on __Type {".repeat(40),
        "}".repeat(40)
    );
    assert!(refused(&deep).contains("nested deeper"));
    let long = format!("{{ __typename }} #{}", "x".repeat(16 * 1024));
    assert!(refused(&long).contains("bytes"));
    let mut wide = "{ __schema { types { ...A0 } } }".to_owned();
    for level in 0..20 {
        let next = level + 1;
        write!(
            wide,
            " fragment A{level} on __Type {{ ...A{next} ...A{next} }}"
        )
        .unwrap();
    }
    wide += " fragment A20 on __Type { name }";
    assert!(refused(&wide).contains("more than 50000 fields"));
}

#[test]
fn documents_that_make_no_sense_are_refused() {
    let cycle = "{ __schema { types { ...A } } } fragment A on __Type { ...A }";
    assert!(refused(cycle).contains("nested deeper"));
    for document in [
        "{ users { id } }",
        "{ __schema }",
        "{ __typename { x } }",
        "{ __schema { nothing } }",
        "query ($id: bigint!) { workspace_by_pk(id: $id) { id } }",
        "{ workspace_by_pk(id: $id) { id } }",
        "query A { __typename } query B { __typename }",
        "{ ...A } fragment A on query_root { __typename }",
        "subscription { __typename }",
        "{ __typename @skip(if: true) }",
        "not graphql",
        "",
        // Unknown fields are refused even if the object doesn't exist.
        "{ workspace_by_pk(id: 99) { nothing } }",
        "{ user_default_workspace(where: { user_id: { _eq: \"x\" } }) { nothing } }",
        "{ workspace_by_pk { id } }",
        "{ workspace_by_pk(id: 1, name: \"x\") { id } }",
        "{ workspace_by_pk(id: \"x\") { id } }",
        "{ workspace_by_pk(id: 1.5) { id } }",
        "{ user_default_workspace(where: { user_id: { _neq: \"x\" } }) { workspace { id } } }",
        "{ workspace_by_pk(id: 1) { id id: name } }",
        "{ workspace_by_pk(id: 1) { x: id } workspace_by_pk(id: 1) { x: name } }",
        "{ workspace_by_pk(id: 1) { users { x: user_id } ...A } }
         fragment A on workspace { users { x: user_type } }",
        "{ __typename(x: 1) }",
        "{ a: workspace_by_pk(id: 1) { id } a: workspace_by_pk(id: 2) { id } }",
        "{ workspace_by_pk(id: 1) { ... on model { id } } }",
        "{ workspace_by_pk(id: 1) { ...A } }",
        "query ($x: Nothing) { __typename }",
        "query @x { __typename }",
        "mutation { insert_workspace_one(object: { name: \"x\", archived: true }) { id } }",
    ] {
        refused(document);
    }
}

#[test]
fn a_document_with_a_mistake_changes_nothing() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let (bob, _) = running.user("bob", Scope::Read);
    client.post(
        "/v1/api/workspaces/create",
        &json!({ "workspace_name": "fraud" }),
    );
    let member = json!({ "workspace_id": 1, "user_id": bob.id() });
    client.post("/v1/api/workspaces/add_user", &member);
    let delete = |condition: &str, selection: &str| {
        format!(
            "delete_workspace_users(where: {{ user_id: {{ _eq: \"{}\" }}, {condition} }}) \
             {{ {selection} }}",
            bob.id()
        )
    };
    let here = "workspace_id: { _eq: 1 }";
    for document in [
        delete(here, "nothing"),
        delete(&format!("{here}, role: {{ _eq: 1 }}"), "affected_rows"),
        delete(
            &format!("{here}, _and: [{{ _and: [{{ workspace_id: {{ _eq: 2 }} }}] }}]"),
            "affected_rows",
        ),
        format!("{0} b: {0}", delete(here, "affected_rows")),
    ] {
        let answer = client.graphql(&format!("mutation {{ {document} }}"), json!({}));
        assert!(answer["errors"].is_array(), "{document}: {answer}");
        assert_eq!(running.directory.members("fraud").unwrap().len(), 2);
    }
    let nested = format!("_and: {{ _and: {{ {here} }} }}");
    let document = format!("mutation {{ {} }}", delete(&nested, "affected_rows"));
    for rows in [1, 0] {
        let answer = client.graphql(&document, json!({}));
        assert_eq!(
            answer["data"]["delete_workspace_users"]["affected_rows"],
            rows
        );
    }
    let insert = format!(
        "mutation {{ insert_workspace_one(object: {{ name: \"x\", owner_id: \"{}\", \
         users: {{ data: {{ user_id: \"{}\" }} }} }}) {{ id }} }}",
        ann.id(),
        bob.id()
    );
    assert!(client.graphql(&insert, json!({}))["errors"].is_array());
    assert!(running.directory.workspace("x").unwrap().is_none());
}

#[test]
fn every_answer_has_data_or_errors() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    for body in [
        "",
        "{",
        "[]",
        "{}",
        "{\"query\": 5}",
        "{\"query\": \"{__typename}\", \"variables\": []}",
    ] {
        let answer = client.send("POST", "/v1/graphql", "", body);
        assert_eq!(answer.status, 200, "{body}");
        assert_eq!(
            answer.json()["errors"][0]["extensions"]["code"],
            "invalid-json"
        );
    }
    let merged = "{ workspace_by_pk(id: -1) { id } __typename __typename
                    workspace_by_pk(id: -1) { name id } }";
    let answer = client.graphql(merged, json!({}));
    let data = json!({ "workspace_by_pk": null, "__typename": "query_root" });
    assert_eq!(answer["data"], data);
}
