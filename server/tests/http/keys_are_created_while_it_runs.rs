//! An admin creates and revokes keys through REST and on the page, while the server runs.

use headcount::NewUser;
use headcount_server::{Holder, Scope};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client::Running;

const KEYS: &str = "/api/v1/keys";

#[test]
fn a_key_works_from_its_creation_until_it_is_revoked() {
    let running = Running::new();
    let (ann, admin) = running.user("ann", Scope::Admin);
    let new = json!({
        "name": "sync", "provisioner": "okta", "scopes": ["scim"],
        "expires_at": "2099-01-01T00:00:00Z",
    });
    let made = admin.post(KEYS, &new);
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let mut key = made.json();
    let secret = key.as_object_mut().unwrap().remove("secret").unwrap();
    assert_eq!(
        (&key["provisioner"], &key["user"], &key["scopes"]),
        (&json!("okta"), &Value::Null, &json!(["scim"]))
    );
    assert_eq!(key["created_by"], json!(ann.id()));
    let first = &running.server.keys().list()[0].id;
    assert_eq!(key["created_by_key"], json!(first));
    assert_eq!(key["expires_at"], new["expires_at"]);

    let okta = running.bearing(secret.as_str().unwrap());
    assert_eq!(okta.get("/scim/v2/Users").status, 200);
    let path = made.header("location").unwrap();
    assert_eq!(admin.get(path).json(), key);
    let listed = admin.get(KEYS);
    assert_eq!(listed.json()["keys"].as_array().unwrap().last(), Some(&key));
    assert!(!listed.body.contains(secret.as_str().unwrap()));

    assert_eq!(admin.send("DELETE", path, "", "").status, 204);
    assert_eq!(okta.get("/scim/v2/Users").status, 401);
    for method in ["GET", "DELETE"] {
        assert_eq!(admin.send(method, path, "", "").status, 404, "{method}");
    }
}

#[test]
fn a_key_does_not_revoke_itself() {
    let running = Running::new();
    let (ann, admin) = running.user("ann", Scope::Admin);
    let id = running.server.keys().list()[0].id.clone();
    let refused = admin.send("DELETE", &format!("{KEYS}/{id}"), "", "");
    assert_eq!(
        (refused.status, &refused.json()["kind"]),
        (409, &json!("own_account"))
    );
    let browser = Browser::with(&running, Holder::User(ann.id()), Scope::Admin);
    let all = running.server.keys().list();
    let own = &all.iter().find(|key| key.name == "desk").unwrap().id;
    for sure in ["", "&sure=yes"] {
        let form = format!("id={own}{sure}");
        let refused = browser.post("/admin/keys/revoke", &form);
        assert_eq!(refused.status, 409, "{}", refused.body);
    }
    assert_eq!(browser.post("/admin/keys/revoke", "id=none").status, 404);
    let shown = browser.get("/admin/keys").body;
    assert!(shown.contains(&format!("value=\"{id}\"")), "{shown}");
    assert!(!shown.contains(&format!("value=\"{own}\"")), "{shown}");
    assert_eq!(admin.get(KEYS).json()["keys"].as_array().unwrap().len(), 2);
    let other = admin.send("DELETE", &format!("{KEYS}/{own}"), "", "");
    assert_eq!(other.status, 204);
}

#[test]
fn a_key_is_a_users_by_any_of_their_names() {
    let running = Running::new();
    let (ann, admin) = running.user("ann", Scope::Admin);
    for name in ["ann", "ann@ex.co", &ann.id().to_string()] {
        let made = admin.post(KEYS, &json!({ "name": "desk", "user": name }));
        let key = made.json();
        assert_eq!(key["user"], json!(ann.id()), "{}", made.body);
        assert_eq!(key["scopes"], json!(["read"]));
        let client = running.bearing(key["secret"].as_str().unwrap());
        assert_eq!(client.get("/api/v1/seats").status, 200);
    }
}

#[test]
fn keys_without_a_holder_or_a_name_are_refused() {
    let running = Running::new();
    let (_, admin) = running.user("ann", Scope::Admin);
    let before = admin.get(KEYS).json();
    for (new, status, kind) in [
        (json!({ "name": "x" }), 400, Value::Null),
        (
            json!({ "name": "x", "user": "ann", "provisioner": "y" }),
            400,
            Value::Null,
        ),
        (
            json!({ "name": "x", "user": "ann", "scopes": ["root"] }),
            400,
            Value::Null,
        ),
        (
            json!({ "name": "x", "user": "bob" }),
            404,
            json!("user_not_found"),
        ),
        (
            json!({ "name": " ", "user": "ann" }),
            422,
            json!("invalid_argument"),
        ),
        (
            json!({ "name": "x", "provisioner": "" }),
            422,
            json!("invalid_argument"),
        ),
        (
            json!({ "name": "x", "user": "ann", "expires_at": "2020-01-01T00:00:00Z" }),
            422,
            json!("invalid_argument"),
        ),
    ] {
        let refused = admin.post(KEYS, &new);
        assert_eq!(
            (refused.status, &refused.json()["kind"]),
            (status, &kind),
            "{new}"
        );
    }
    // The secret can't be shown a second time.
    let id = "Idempotency-Key: 4b7c9c1e-6d0a-4f0e-9a57-0f6f0d6c9c11\r\n";
    let again = admin.send("POST", KEYS, id, r#"{"name":"x","user":"ann"}"#);
    assert_eq!(again.status, 400);
    assert_eq!(admin.get(KEYS).json(), before);
}

/// A key outlives its creator, so admins must be able to find it.
#[test]
fn the_page_says_whose_creator_is_not_active() {
    let running = Running::new();
    running
        .directory
        .create_user(NewUser::new("root@ex.co").admin(true))
        .unwrap();
    let (bob, admin) = running.user("bob", Scope::Admin);
    let made = admin.post(KEYS, &json!({ "name": "sync", "provisioner": "okta" }));
    assert_eq!(made.status, 201, "{}", made.body);
    let browser = Browser::new(&running, Scope::Admin);
    let flag = "who is not active";
    assert!(!browser.get("/admin/keys").body.contains(flag));
    running.directory.deactivate_user(bob.id()).unwrap();
    let keys = browser.get("/admin/keys").body;
    assert_eq!(keys.matches(flag).count(), 1, "{keys}");
    let (before, _) = keys.split_once(flag).unwrap();
    assert!(before.ends_with("<bdi>bob@ex.co</bdi></a>, "), "{before}");
    running.directory.delete_user(bob.id()).unwrap();
    let keys = browser.get("/admin/keys").body;
    assert!(keys.contains("who was deleted"), "{keys}");
}

#[test]
fn the_page_shows_a_key_once() {
    let running = Running::new();
    let (ann, _) = running.user("ann", Scope::Read);
    let browser = Browser::with(&running, Holder::User(ann.id()), Scope::Admin);
    let form = "name=sync&kind=provisioner&holder=okta&scope=scim&expires=2099-01-01";
    let sent = browser.post("/admin/keys", form);
    assert_eq!(sent.status, 303, "{}", sent.body);
    let made = browser.get(sent.header("location").unwrap());
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let (_, secret) = made.body.split_once("<code>").unwrap();
    let (secret, _) = secret.split_once('<').unwrap();
    let okta = running.bearing(secret);
    assert_eq!(okta.get("/scim/v2/Users").status, 200);
    let keys = browser.get("/admin/keys");
    assert!(!keys.body.contains(secret), "{}", keys.body);
    assert!(keys.body.contains("2099-01-01"), "{}", keys.body);
    assert!(keys.body.contains("by <a"), "{}", keys.body);

    let all = running.server.keys().list();
    let id = &all.iter().find(|key| key.name == "sync").unwrap().id;
    let asked = browser.post("/admin/keys/revoke", &format!("id={id}"));
    assert!(asked.body.contains("Revoke <bdi>sync"), "{}", asked.body);
    assert_eq!(okta.get("/scim/v2/Users").status, 200, "it is asked first");
    browser.press(&asked, "Revoke");
    assert_eq!(okta.get("/scim/v2/Users").status, 401);

    for (form, status) in [
        ("name=x&kind=user&holder=bob&scope=read", 404),
        ("name=x&kind=user&holder=ann&scope=root", 400),
        (
            "name=x&kind=user&holder=ann&scope=read&expires=2020-01-01",
            422,
        ),
        ("name=x&kind=nobody&holder=ann&scope=read", 400),
    ] {
        assert_eq!(browser.post("/admin/keys", form).status, status, "{form}");
    }
    let elsewhere = browser.send("/admin/keys", "Sec-Fetch-Site: cross-site\r\n", form);
    assert_eq!(elsewhere.status, 403);
    assert_eq!(running.server.keys().list().len(), 2, "ann's two alone");
}
