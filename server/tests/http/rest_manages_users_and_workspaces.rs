//! Users, workspaces and the license through REST, with entity tags for versions and cursors for
//! pages.

use headcount_server::{Holder, Scope};
use serde_json::{Value, json};

use crate::client::{Answer, Client, Running};

const USERS: &str = "/api/v1/users";

fn patch(client: &Client, path: &str, headers: &str, body: &Value) -> Answer {
    client.send("PATCH", path, headers, &body.to_string())
}

#[test]
fn a_user_is_made_changed_and_deleted() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let new = json!({ "email": "bob@ex.co", "username": "bob", "attributes": { "team": "x" } });
    let made = client.post(USERS, &new);
    assert_eq!(
        (made.status, made.header("etag")),
        (201, Some("\"1\"")),
        "{}",
        made.body
    );
    let path = made.header("location").unwrap().to_owned();
    assert_eq!(client.get(&path).json(), made.json());
    assert_eq!(client.get(&format!("{USERS}/BOB")).json(), made.json());
    assert_eq!(
        client.get(&format!("{USERS}/bob%40ex.co")).json(),
        made.json()
    );

    let change = json!({ "given_name": "Bob", "username": null, "attributes": { "team": null } });
    let changed = patch(&client, &path, "If-Match: \"1\"\r\n", &change);
    assert_eq!(
        (changed.status, changed.header("etag")),
        (200, Some("\"2\""))
    );
    let changed = changed.json();
    assert_eq!(changed["given_name"], "Bob");
    assert_eq!(
        (&changed["username"], &changed["attributes"]),
        (&json!("bob@ex.co"), &json!({}))
    );
    let stale = patch(&client, &path, "If-Match: \"1\"\r\n", &change);
    assert_eq!(stale.status, 412);
    assert_eq!(
        stale.json()["versions"],
        json!({ "expected": 1, "found": 2 })
    );

    assert_eq!(
        client
            .send("POST", &format!("{path}/deactivate"), "", "")
            .json()["active"],
        false
    );
    assert_eq!(
        client
            .send("POST", &format!("{path}/activate"), "", "")
            .json()["active"],
        true
    );
    assert_eq!(
        client
            .send("DELETE", &path, "If-Match: \"1\"\r\n", "")
            .status,
        412
    );
    assert_eq!(client.send("DELETE", &path, "", "").status, 204);
    assert_eq!(client.get(&path).status, 404);
}

#[test]
fn users_are_listed_page_by_page() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    for name in ["bob", "cho", "dee"] {
        running
            .directory
            .create_user(format!("{name}@ex.co").as_str())
            .unwrap();
    }
    running.directory.deactivate_user("cho@ex.co").unwrap();
    let mut emails = Vec::new();
    let mut path = format!("{USERS}?active=true&limit=2");
    loop {
        let page = client.get(&path).json();
        let users = page["users"].as_array().unwrap();
        emails.extend(
            users
                .iter()
                .map(|user| user["email"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("{USERS}?active=true&limit=2&after={next}");
    }
    assert_eq!(emails, ["ann@ex.co", "bob@ex.co", "dee@ex.co"]);
    for wrong in ["limit=0", "limit=1001", "sort=x", "actve=true"] {
        assert_eq!(
            client.get(&format!("{USERS}?{wrong}")).status,
            400,
            "{wrong}"
        );
    }
}

#[test]
fn only_an_admins_key_makes_admins_and_sets_the_license() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let new = json!({ "email": "bob@ex.co", "admin": true });
    assert_eq!(client.post(USERS, &new).status, 403);
    let promotion = json!({ "admin": true });
    assert_eq!(
        patch(&client, &format!("{USERS}/ann"), "", &promotion).status,
        403
    );
    let license = json!({ "license": 50 });
    assert_eq!(client.put("/api/v1/license", &license).status, 403);

    let admin = running.client(Holder::User(ann.id()), Scope::Admin);
    assert_eq!(admin.post(USERS, &new).status, 201);
    let set = admin.put("/api/v1/license", &license);
    assert_eq!((set.status, &set.json()["limit"]), (200, &json!(50)));
    assert_eq!(client.get("/api/v1/seats").json(), set.json());
    let stale = admin.send(
        "PUT",
        "/api/v1/license",
        "If-Match: \"1\"\r\n",
        &license.to_string(),
    );
    assert_eq!(stale.status, 412);
}

#[test]
fn a_workspace_lives_and_has_members() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    let made = client.post("/api/v1/workspaces", &json!({ "name": "fraud" }));
    assert_eq!(made.status, 201, "{}", made.body);
    let path = made.header("location").unwrap().to_owned();
    let member = format!("{path}/members/bob@ex.co");
    for role in ["user", "owner"] {
        assert_eq!(client.put(&member, &json!({ "role": role })).status, 204);
        let members = client.get(&format!("{path}/members")).json();
        let members = members["members"].as_array().unwrap();
        let is_bob = |of: &&Value| of["user"] == json!(bob.id());
        assert_eq!(members.iter().find(is_bob).unwrap()["role"], role);
    }
    assert_eq!(
        client
            .send("DELETE", &format!("{path}/members/{}", ann.id()), "", "")
            .status,
        204
    );
    assert_eq!(
        client.send("DELETE", &member, "", "").json()["kind"],
        "last_owner"
    );
    assert_eq!(
        client
            .send("POST", &format!("{path}/archive"), "", "")
            .json()["archived"],
        true
    );
    let renamed = patch(&client, &path, "", &json!({ "name": "x" }));
    assert_eq!(renamed.json()["kind"], "workspace_archived");
    assert_eq!(
        client
            .send("POST", &format!("{path}/restore"), "", "")
            .json()["archived"],
        false
    );
    assert_eq!(
        patch(&client, &path, "", &json!({ "name": "x" })).json()["name"],
        "x"
    );
    client.post("/api/v1/workspaces", &json!({ "name": "y" }));
    let page = client.get("/api/v1/workspaces?limit=1").json();
    assert_eq!(
        (&page["workspaces"][0]["name"], &page["next"]),
        (&json!("x"), &json!(1))
    );
    let page = client.get("/api/v1/workspaces?limit=1&after=1").json();
    assert_eq!(
        (&page["workspaces"][0]["name"], &page["next"]),
        (&json!("y"), &Value::Null)
    );
    assert_eq!(client.send("DELETE", &path, "", "").status, 204);
    assert_eq!(client.get(&path).json()["kind"], "workspace_not_found");
}

#[test]
fn a_workspace_goes_by_its_id_or_its_name() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    for name in ["alpha", "7", "a / b"] {
        let made = client.post("/api/v1/workspaces", &json!({ "name": name }));
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let by_id = |id: u8| client.get(&format!("/api/v1/workspaces/{id}")).json();
    assert_eq!(client.get("/api/v1/workspaces/alpha").json(), by_id(1));
    assert_eq!(
        client.get("/api/v1/workspaces/a%20%2F%20b").json(),
        by_id(3)
    );
    for nothing in ["7", "beta", "-1", "%2B1", "99999999999999999999"] {
        let answer = client.get(&format!("/api/v1/workspaces/{nothing}"));
        let problem = answer.json();
        assert_eq!(
            (answer.status, &problem["kind"]),
            (404, &json!("workspace_not_found")),
            "{nothing}"
        );
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("the id or name"), "{detail}");
    }
    let path = "/api/v1/workspaces/alpha";
    let member = format!("{path}/members/ann");
    assert_eq!(client.put(&member, &json!({ "role": "owner" })).status, 204);
    let members = client.get(&format!("{path}/members")).json();
    assert_eq!(members["members"].as_array().unwrap().len(), 1);
    let found = client.get(&format!("{USERS}?workspace=alpha")).json();
    assert_eq!(found["users"][0]["email"], "ann@ex.co");
    let renamed = patch(&client, path, "", &json!({ "name": "gamma" }));
    assert_eq!(
        (&renamed.json()["id"], &renamed.json()["name"]),
        (&json!(1), &json!("gamma"))
    );
    let archived = client.send("POST", "/api/v1/workspaces/gamma/archive", "", "");
    assert_eq!(archived.json()["archived"], true);
    let gone = client.send("DELETE", "/api/v1/workspaces/gamma", "", "");
    assert_eq!(gone.status, 204);
    assert_eq!(client.get("/api/v1/workspaces/1").status, 404);
}

#[test]
fn workspaces_are_read_a_page_at_a_time() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    for name in ["c", "a", "b"] {
        client.post("/api/v1/workspaces", &json!({ "name": name }));
    }
    let page = |query: &str| client.get(&format!("/api/v1/workspaces?{query}")).json();
    let names = |page: &Value| {
        let all = page["workspaces"].as_array().unwrap().iter();
        all.map(|one| one["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = page("limit=2");
    assert_eq!(names(&first), ["c", "a"]);
    assert_eq!(
        client.send("DELETE", "/api/v1/workspaces/2", "", "").status,
        204
    );
    let second = page(&format!("limit=2&after={}", first["next"]));
    assert_eq!(names(&second), ["b"], "also behind one that was deleted");
    assert!(second["next"].is_null());
    for limit in ["0", "1001", "-1", "x"] {
        for path in ["workspaces", "changes", "users"] {
            let answer = client.get(&format!("/api/v1/{path}?limit={limit}"));
            assert_eq!(answer.status, 400, "{path} {limit}");
        }
    }
}

#[test]
fn the_openapi_document_is_there_without_a_key() {
    let running = Running::new();
    let answer = running.stranger().get("/openapi.json");
    assert_eq!(answer.status, 200);
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    let create = &document["paths"]["/api/v1/users"]["post"];
    assert_eq!(
        create["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/NewUser"
    );
}
