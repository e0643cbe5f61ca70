//! Workspaces through the platform's wire, REST and GraphQL alike.

use headcount_server::{Holder, Scope};
use serde_json::{Value, json};

use crate::client::{Client, Running};

const API: &str = "/v1/api/workspaces";
const DEFAULT: &str = "query UserDefaultWorkspace($user_id: String = \"\") {
    user_default_workspace(where: {user_id: {_eq: $user_id}}) {
        workspace { archived created_at created_by name id users { user_id }
                    pipelines { id } models { models { id } } } } }";
const BY_ID: &str = "query WorkspaceById($id: bigint!) { workspace_by_pk(id: $id) {
    id name users { user_id } models(order_by: {updated_at: desc}) { id } } }";
const DELETE: &str = "mutation DeleteWorkspaceUser($user_id: String!, $workspace_id: bigint!) {
    delete_workspace_users(where: {user_id: {_eq: $user_id},
        _and: {workspace_id: {_eq: $workspace_id}}}) { affected_rows } }";
const CREATE: &str =
    "mutation CreateDefaultUserWorkspace($user_id: String!, $workspace_name: String!,
    $user_type: String) { insert_workspace_one(object: {name: $workspace_name, owner_id: $user_id,
        created_by: $user_id, users: {data: {user_id: $user_id, user_type: $user_type}},
        archived: false, user_default_workspaces: {data: {user_id: $user_id}}},
        on_conflict: {constraint: workspace_name_key, update_columns: []}) { id } }";

fn member_types(client: &Client, id: &Value) -> Vec<String> {
    let answer = client.post(&format!("{API}/list_users"), &json!({ "workspace_id": id }));
    let answer = answer.json();
    let users = answer["users"].as_array().unwrap().iter();
    users
        .map(|user| user["user_type"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn members_come_rise_and_go() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    let made = client.post(
        &format!("{API}/create"),
        &json!({ "workspace_name": "fraud" }),
    );
    let id = made.json()["workspace_id"].clone();
    assert!(id.is_u64(), "{}", made.body);
    let taken = client.post(
        &format!("{API}/create"),
        &json!({ "workspace_name": "Fraud" }),
    );
    assert_eq!(taken.status, 400);

    let add = |role: &str| {
        let body = json!({ "email": "bob@ex.co", "workspace_id": id, "user_id": bob.id(),
                           "url": "ignored", "user_type": role });
        let answer = client.post(&format!("{API}/add_user"), &body);
        assert_eq!((answer.status, answer.json()), (200, json!({})));
    };
    add("collaborator");
    assert_eq!(member_types(&client, &id), ["OWNER", "COLLABORATOR"]);
    add("owner");
    assert_eq!(member_types(&client, &id), ["OWNER", "OWNER"]);
    add("collaborator");

    let shown = client.graphql(BY_ID, json!({ "id": id }));
    let users = json!([{ "user_id": ann.id() }, { "user_id": bob.id() }]);
    let expected = json!({ "id": id, "name": "fraud", "users": users, "models": [] });
    assert_eq!(shown, json!({ "data": { "workspace_by_pk": expected } }));

    let remove =
        |user: &str| client.graphql(DELETE, json!({ "user_id": user, "workspace_id": id }));
    let rows = |n: u64| json!({ "data": { "delete_workspace_users": { "affected_rows": n } } });
    assert_eq!(remove(&bob.id().to_string()), rows(1));
    assert_eq!(remove(&bob.id().to_string()), rows(0));
    let last_owner = remove(&ann.id().to_string());
    assert_eq!(
        last_owner["errors"][0]["extensions"]["code"],
        "constraint-violation"
    );
    let listed = client.post(&format!("{API}/list"), &json!({})).json();
    assert_eq!(listed["workspaces"][0]["id"], id);
    assert_eq!(listed["workspaces"][0]["models"], json!([]));
}

#[test]
fn ones_own_default_workspace_is_made_on_first_asking_and_others_are_not() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    let of = |id: String| client.graphql(DEFAULT, json!({ "user_id": id }))["data"].clone();
    assert_eq!(
        of(bob.id().to_string())["user_default_workspace"],
        json!([])
    );
    let first = of(ann.id().to_string());
    let workspace = &first["user_default_workspace"][0]["workspace"];
    assert_eq!(workspace["created_by"], json!(ann.id()));
    assert_eq!(of(ann.id().to_string()), first);
    assert_eq!(running.directory.workspaces().unwrap().count(), 1);
    // The key identifies the caller, whatever the document says.
    assert_eq!(client.graphql(DEFAULT, json!({}))["data"], first);
}

#[test]
fn creating_a_default_workspace_is_by_the_users_id_and_can_be_repeated() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    let wish = |id: headcount::UserId| json!({ "user_id": id, "workspace_name": "bob@ex.co - Default Workspace", "user_type": "OWNER" });
    let first = client.graphql(CREATE, wish(ann.id()));
    assert!(
        first["data"]["insert_workspace_one"]["id"].is_u64(),
        "{first}"
    );
    assert_eq!(client.graphql(CREATE, wish(ann.id())), first);
    let others = client.graphql(CREATE, wish(bob.id()));
    assert_eq!(others["errors"][0]["extensions"]["code"], "access-denied");
    let admin = running.client(Holder::User(ann.id()), Scope::Admin);
    assert!(admin.graphql(CREATE, wish(bob.id()))["errors"].is_null());
}

#[test]
fn a_key_that_only_reads_changes_nothing_through_graphql() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Read);
    let variables = json!({ "user_id": ann.id(), "workspace_id": 1, "workspace_name": "x" });
    for document in [DELETE, CREATE] {
        let answer = client.graphql(document, variables.clone());
        assert_eq!(answer["errors"][0]["extensions"]["code"], "access-denied");
    }
    let none = client.graphql(DEFAULT, json!({ "user_id": ann.id() }));
    assert_eq!(none["data"]["user_default_workspace"], json!([]));
    assert_eq!(running.directory.workspaces().unwrap().count(), 0);
}
