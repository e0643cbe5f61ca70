//! A GraphQL document can't multiply its variables or its result without limit; the size of a
//! workspace is not limited.

use std::fmt::Write;
use std::time::{Duration, Instant};

use headcount::{Batch, License, NewUser, NewWorkspace, Role};
use headcount_server::Scope;
use serde_json::{Value, json};

use crate::client::{Client, Running};

/// More members than could be returned if each counted against the limit on fields.
const MEMBERS: usize = 20_000;

fn message(answer: &Value) -> &str {
    let message = answer["errors"][0]["message"].as_str();
    message.unwrap_or_else(|| panic!("no error: {answer}"))
}

fn check_refused(client: &Client, document: &str, variables: Value, words: &str) {
    let answer = client.graphql(document, variables);
    assert!(message(&answer).contains(words), "{document}: {answer}");
}

/// Fragments on the type `of`, from `A0` on. Each spreads the next one twice, and the last one has
/// these fields.
fn doubling(of: &str, levels: usize, fields: &str) -> String {
    let mut fragments = String::new();
    for level in 0..levels {
        let next = level + 1;
        let spread = format!("...A{next} ...A{next}");
        write!(fragments, " fragment A{level} on {of} {{ {spread} }}").unwrap();
    }
    fragments + &format!(" fragment A{levels} on {of} {{ {fields} }}")
}

/// A field repeated under the aliases `a0`, `a1` and so on.
fn aliased(count: usize, field: &str) -> String {
    let fields: Vec<_> = (0..count).map(|at| format!("a{at}: {field}")).collect();
    fields.join(" ")
}

#[test]
fn each_use_of_a_variable_is_paid_for() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let document = |uses: usize| {
        format!(
            "mutation ($w: workspace_users_bool_exp!) {{ delete_workspace_users(where: \
             {{ _and: [{}] }}) {{ affected_rows }} }}",
            "$w ".repeat(uses)
        )
    };
    let parts = |count: usize| json!({ "w": { "_and": vec![json!({}); count] } });
    let words = "variables have more than 65536 bytes";
    check_refused(&client, &document(1), parts(20_000), "name one user_id");
    check_refused(&client, &document(2), parts(20_000), words);
    check_refused(&client, &document(5_000), parts(300_000), words);
    let (_, reader) = running.user("bob", Scope::Read);
    let answer = reader.graphql(&document(5_000), parts(300_000));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "access-denied");
}

#[test]
fn fragments_do_not_look_at_values_again() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    let document = "query ($o: [models_order_by!]) { workspace_by_pk(id: 1) { ...A0 } }".to_owned()
        + &doubling("workspace", 12, "models(order_by: $o) { id }");
    let order = vec![json!({ "updated_at": "desc" }); 40_000];
    let begun = Instant::now();
    let answer = client.graphql(&document, json!({ "o": order }));
    assert_eq!(answer, json!({ "data": { "workspace_by_pk": null } }));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn literals_are_counted_each_time() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    let order = "{updated_at: desc} ".repeat(50);
    let fields = format!("models(order_by: [{order}]) {{ id }}");
    let document =
        "{ workspace_by_pk(id: 1) { ...A0 } }".to_owned() + &doubling("workspace", 10, &fields);
    check_refused(&client, &document, json!({}), "more than 50000 fields");
    let roots = aliased(33, "__typename");
    check_refused(&client, &format!("{{ {roots} }}"), json!({}), "33 fields");
}

/// A server with a workspace of [`MEMBERS`], whose id is 1.
fn large() -> Running {
    let running = Running::new();
    let directory = &running.directory;
    directory.set_license(License::Enterprise).unwrap();
    let (ann, _) = running.user("ann", Scope::Read);
    let all = NewWorkspace::new("all").owner(ann.id());
    let all = directory.create_workspace(all).unwrap().id();
    let users: Vec<_> = (1..MEMBERS).map(|at| format!("u{at}@ex.co")).collect();
    for part in users.chunks(1_000) {
        let batch = part.iter().fold(Batch::new(), |batch, email| {
            let batch = batch.create_user(NewUser::new(email));
            batch.add_member(all, email.as_str(), Role::User)
        });
        directory.apply(batch).unwrap();
    }
    running
}

#[test]
fn large_workspaces_are_answered() {
    let running = large();
    let (_, client) = running.user("ann", Scope::Read);
    let by_id = "query WorkspaceById($id: bigint!) { workspace_by_pk(id: $id) { archived created_at
        created_by id name users { user_id } models(order_by: {updated_at: desc}) { id models { id } }
        pipelines { id } } }";
    let answer = client.graphql(by_id, json!({ "id": 1 }));
    let users = answer["data"]["workspace_by_pk"]["users"].as_array();
    assert_eq!(
        users.map(Vec::len),
        Some(MEMBERS),
        "{:.200}",
        answer.to_string()
    );
    let users = "workspace_by_pk(id: 1) { users { user_id } }";
    let twice = aliased(2, users);
    let answer = client.graphql(&format!("{{ {twice} }}"), json!({}));
    assert_eq!(answer["data"]["a1"], answer["data"]["a0"]);
    // Only multiplying the members is refused.
    let often = aliased(20, users);
    check_refused(&client, &format!("{{ {often} }}"), json!({}), "more than");
    let names = aliased(40, "user_id");
    let wide = format!("{{ workspace_by_pk(id: 1) {{ users {{ {names} }} }} }}");
    check_refused(&client, &wide, json!({}), "more than");
    let none = client.graphql("{ workspace_by_pk(id: 1) { name } }", json!({}));
    assert_eq!(none["data"]["workspace_by_pk"], json!({ "name": "all" }));
}

#[test]
fn a_mutation_that_took_effect_is_answered() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let fields = aliased(31, "users { user_id }");
    let document = "mutation { insert_workspace_one(object: { name: \"x\" }) { ...A0 } }"
        .to_owned()
        + &doubling("workspace", 9, &fields);
    let answer = client.graphql(&document, json!({}));
    let users = &answer["data"]["insert_workspace_one"]["a30"];
    assert_eq!(users.as_array().map(Vec::len), Some(1), "{answer}");
    assert!(running.directory.workspace("x").unwrap().is_some());
}

#[test]
fn long_values_are_cut_in_messages() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let long = "ä".repeat(100_000);
    let document = "query ($id: bigint!) { workspace_by_pk(id: $id) { id } }";
    let answer = client.graphql(document, json!({ "id": long }));
    assert!(
        message(&answer).contains("must be of type"),
        "{:.200}",
        message(&answer)
    );
    assert!(message(&answer).len() < 500);
    let document = "query ($w: user_default_workspace_bool_exp) { __typename }";
    let mut unknown = json!({ "w": {} });
    unknown["w"][&long] = json!(1);
    let answer = client.graphql(document, unknown);
    assert!(message(&answer).len() < 500);
    let body = json!({ "query": "{ __typename }", "variables": long });
    let answer = client.post("/v1/graphql", &body).json();
    assert!(message(&answer).len() < 500);
}
