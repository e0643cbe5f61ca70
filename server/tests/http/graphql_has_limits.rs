//! GraphQL answers the introspection query of common clients, and refuses documents that
//! are too large, too deep or too wide, or that name what is not there.

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
    ] {
        refused(document);
    }
}
