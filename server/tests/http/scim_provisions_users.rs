//! An identity provider creates, changes and removes users by SCIM; `active` is the seat.

use headcount::{Directory, License};
use headcount_server::{Config, Holder, Scope};
use serde_json::{Value, json};

use crate::client::{Answer, Client, Running};

pub const USERS: &str = "/scim/v2/Users";

/// A client with the key of an identity provider.
pub fn provisioner(running: &Running, name: &str) -> Client {
    running.client(Holder::Provisioner(name.to_owned()), Scope::Scim)
}

pub fn patch(client: &Client, path: &str, operations: Value) -> Answer {
    let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    let mut body = json!({ "schemas": [schema] });
    body["Operations"] = operations;
    client.send("PATCH", path, "", &body.to_string())
}

#[test]
fn a_user_is_created_changed_and_deleted() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let made = okta.post(
        USERS,
        &json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "ann",
            "externalId": "00u1",
            "name": { "givenName": "Ann", "familyName": "Lee", "formatted": "Ann Lee" },
            "emails": [
                { "value": "a@home.net", "type": "home" },
                { "value": "ann@ex.co", "type": "work", "primary": true },
            ],
            "title": "Dr",
            "nickName": null,
            "password": "secret",
        }),
    );
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.header("content-type"), Some("application/scim+json"));
    let user = made.json();
    let id = user["id"].as_str().unwrap();
    let place = format!("http://x{USERS}/{id}");
    assert_eq!(made.header("location"), Some(place.as_str()));
    assert_eq!(made.header("etag"), Some("W/\"1\""));
    assert_eq!(user["emails"][0]["value"], "a@home.net");
    assert_eq!(
        user["name"],
        json!({ "givenName": "Ann", "familyName": "Lee", "formatted": "Ann Lee" })
    );
    assert_eq!(
        (&user["title"], &user["active"]),
        (&json!("Dr"), &json!(true))
    );
    assert!(
        !made.body.contains("secret") && !made.body.contains("null"),
        "{}",
        made.body
    );
    let ann = running.directory.user_by_username("ann").unwrap().unwrap();
    assert_eq!(ann.email().as_str(), "ann@ex.co");
    assert_eq!(ann.given_name(), Some("Ann"));
    assert_eq!(ann.external_id("okta"), Some("00u1"));

    let path = format!("{USERS}/{id}");
    assert_eq!(okta.get(&path).json(), user);
    let other = provisioner(&running, "entra").get(&path).json();
    assert_eq!(other["externalId"], Value::Null, "the id is okta's alone");

    let mut whole = user.clone();
    whole["userName"] = json!("ann.lee");
    whole.as_object_mut().unwrap().remove("title");
    let put = okta.put(&path, &whole);
    assert_eq!(
        (put.status, &put.json()["userName"]),
        (200, &json!("ann.lee"))
    );
    assert_eq!(put.json()["title"], Value::Null);
    assert_eq!(
        okta.send("DELETE", &path, "If-Match: W/\"1\"\r\n", "")
            .status,
        412
    );
    assert_eq!(
        okta.send("DELETE", &path, "If-Match: W/\"2\"\r\n", "")
            .status,
        204
    );
    assert_eq!(okta.get(&path).status, 404);
}

#[test]
fn another_address_becomes_the_primary_one() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let emails = json!([
        { "value": "ann@ex.co", "type": "work", "primary": true },
        { "value": "lee@ex.co", "type": "home" },
    ]);
    let made = okta.post(USERS, &json!({ "userName": "ann", "emails": emails }));
    let path = format!("{USERS}/{}", made.json()["id"].as_str().unwrap());
    let email = |value: &Value| {
        let answer = patch(&okta, &path, json!([value]));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let user = running.directory.user_by_username("ann").unwrap().unwrap();
        user.email().to_string()
    };
    let other = json!([{ "value": "lee@ex.co", "primary": true }]);
    let added = email(&json!({ "op": "add", "path": "emails", "value": other }));
    assert_eq!(added, "lee@ex.co");
    let path = "emails[type eq \"work\"].primary";
    let set = email(&json!({ "op": "replace", "path": path, "value": true }));
    assert_eq!(set, "ann@ex.co");
}

#[test]
fn an_external_id_is_one_users() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let new = |name: &str| json!({ "userName": format!("{name}@ex.co"), "externalId": "00u1" });
    let made = okta.post(USERS, &new("ann"));
    assert_eq!(made.status, 201, "{}", made.body);
    let taken = okta.post(USERS, &new("bob"));
    assert_eq!(
        (taken.status, &taken.json()["scimType"]),
        (409, &json!("uniqueness"))
    );
    assert_eq!(running.directory.len().unwrap(), 1);
    let entra = provisioner(&running, "entra");
    assert_eq!(entra.post(USERS, &new("bob")).status, 201);

    let path = format!("{USERS}/{}", made.json()["id"].as_str().unwrap());
    let silent = okta.put(&path, &json!({ "userName": "ann@ex.co" }));
    assert_eq!(silent.json()["externalId"], "00u1");
    let id = || {
        let ann = running.directory.user_by_email("ann@ex.co").unwrap();
        ann.unwrap().external_id("okta").map(str::to_owned)
    };
    let to = |value: &str| json!([{ "op": "replace", "path": "externalId", "value": value }]);
    assert_eq!(patch(&okta, &path, to("00u2")).status, 200);
    assert_eq!(id().as_deref(), Some("00u2"));
    let removed = patch(
        &okta,
        &path,
        json!([{ "op": "remove", "path": "externalId" }]),
    );
    assert_eq!((removed.status, id()), (200, None));
}

#[test]
fn any_version_of_if_match_will_do() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let made = okta.post(USERS, &json!({ "userName": "ann@ex.co" })).json();
    let path = format!("{USERS}/{}", made["id"].as_str().unwrap());
    let put = |title: &str, headers: &str| {
        let body = json!({ "userName": "ann@ex.co", "title": title }).to_string();
        okta.send("PUT", &path, headers, &body).status
    };
    assert_eq!(put("1", "If-Match: W/\"7\", W/\"1\"\r\n"), 200);
    assert_eq!(put("2", "If-Match: W/\"7\"\r\nIf-Match: W/\"2\"\r\n"), 200);
    assert_eq!(put("3", "If-Match: W/\"2\", \"x\"\r\n"), 412);
    assert_eq!(put("3", "If-Match: *\r\n"), 200);
    assert_eq!(put("4", "If-Match: 4\r\n"), 400);
    let delete = |headers: &str| okta.send("DELETE", &path, headers, "").status;
    assert_eq!(delete("If-Match: W/\"3\"\r\n"), 412);
    assert_eq!(delete("If-Match: W/\"3\", W/\"4\"\r\n"), 204);
}

#[test]
fn what_is_taken_is_said_so_that_it_can_be_matched() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    running.directory.create_user("ann@ex.co").unwrap();
    let taken = okta.post(USERS, &json!({ "userName": "ann@ex.co", "active": false }));
    assert_eq!(
        (taken.status, &taken.json()["scimType"]),
        (409, &json!("uniqueness"))
    );
    assert_eq!(taken.json()["status"], "409");
    let found = okta
        .get(&format!("{USERS}?filter=userName+eq+%22Ann@EX.co%22"))
        .json();
    assert_eq!(found["totalResults"], 1);
}

#[test]
fn a_full_house_is_told_with_its_numbers() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    running.directory.set_license(License::Seats(1)).unwrap();
    running.directory.create_user("ann@ex.co").unwrap();
    let new = json!({ "userName": "bob@ex.co" });
    let full = okta.post(USERS, &new);
    assert_eq!(
        (full.status, &full.json()["scimType"]),
        (403, &json!("userLimitReached"))
    );
    assert_eq!(
        full.json()["seats"],
        json!({ "limit": 1, "active": 1, "requested": 1 })
    );
    assert!(running.directory.user("bob@ex.co").unwrap().is_none());

    let inactive = okta.post(USERS, &json!({ "userName": "bob@ex.co", "active": false }));
    assert_eq!(inactive.status, 201);
    let path = format!("{USERS}/{}", inactive.json()["id"].as_str().unwrap());
    let refused = patch(
        &okta,
        &path,
        json!([{ "op": "replace", "value": { "active": true } }]),
    );
    assert_eq!(refused.json()["scimType"], "userLimitReached");
}

#[test]
fn a_full_house_may_take_inactive_users() {
    let config = Config {
        scim_inactive_when_full: true,
        ..Config::default()
    };
    let running = Running::with(config);
    let okta = provisioner(&running, "okta");
    running.directory.set_license(License::Seats(1)).unwrap();
    running.directory.create_user("ann@ex.co").unwrap();
    let made = okta.post(USERS, &json!({ "userName": "bob@ex.co", "active": true }));
    assert_eq!((made.status, &made.json()["active"]), (201, &json!(false)));
    let path = format!("{USERS}/{}", made.json()["id"].as_str().unwrap());
    let changed = patch(
        &okta,
        &path,
        json!([{ "op": "replace", "value": { "active": true, "title": "Dr" } }]),
    );
    assert_eq!(
        (changed.status, &changed.json()["active"]),
        (200, &json!(false))
    );
    assert_eq!(changed.json()["title"], "Dr");
    assert_eq!(running.directory.seats().unwrap().active, 1);
}

#[test]
fn deprovisioning_does_not_fail_for_the_last_owner() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let (ann, writer) = running.user("ann", Scope::Write);
    writer.post("/api/v1/workspaces", &json!({ "name": "fraud" }));
    running.directory.default_workspace(ann.id()).unwrap();
    let path = format!("{USERS}/{}", ann.id());
    let off = patch(
        &okta,
        &path,
        json!([{ "op": "replace", "path": "active", "value": false }]),
    );
    assert_eq!((off.status, &off.json()["active"]), (200, &json!(false)));
    assert_eq!(okta.send("DELETE", &path, "", "").status, 204);
}

#[test]
fn a_principal_name_may_be_another_address_than_the_email() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let new = |name: &str, email: &str| {
        entra.post(
            USERS,
            &json!({ "userName": name, "emails": [{ "value": email, "type": "work" }] }),
        )
    };
    let upn = "sjones@contoso.onmicrosoft.com";
    let made = new(upn, "steve.jones@contoso.com");
    assert_eq!(
        (made.status, &made.json()["userName"]),
        (201, &json!(upn)),
        "{}",
        made.body
    );
    let steve = running
        .directory
        .user("steve.jones@contoso.com")
        .unwrap()
        .unwrap();
    let filter = format!("{USERS}?filter=userName%20eq%20%22SJones@contoso.onmicrosoft.com%22");
    assert_eq!(
        entra.get(&filter).json()["Resources"][0]["id"],
        json!(steve.id())
    );
    assert_eq!(
        new(upn, "another@contoso.com").json()["scimType"],
        "uniqueness"
    );
    assert_eq!(
        entra.post(USERS, &json!({ "userName": upn })).json()["scimType"],
        "uniqueness",
        "another's user name is nobody's email"
    );
    assert_eq!(new("steve.jones@contoso.com", "x@contoso.com").status, 409);
    let uuid = "5e0c7f6a-91d2-4b38-8a1b-0c2d3e4f5a6b";
    assert_eq!(new(uuid, "uuid@contoso.com").json()["userName"], uuid);
    assert_eq!(
        new(uuid, "uuid2@contoso.com").json()["scimType"],
        "uniqueness"
    );

    let path = format!("{USERS}/{}", steve.id());
    let renamed = patch(
        &entra,
        &path,
        json!([{ "op": "Replace", "path": "userName", "value": "sj@contoso.onmicrosoft.com" }]),
    );
    assert_eq!(renamed.json()["userName"], "sj@contoso.onmicrosoft.com");
    assert_eq!(entra.get(&filter).json()["totalResults"], 0);
    assert_eq!(
        new(upn, "another@contoso.com").status,
        201,
        "the name is free again"
    );
}

#[test]
fn a_user_name_beside_the_directorys_has_one_winner() {
    const RACERS: usize = 8;
    for user_name in ["same@idp.net", "0b9e0e6c-5b0a-4a44-8d6f-3f7f7cf0c0de"] {
        // Each commit takes long enough for the other requests to arrive.
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory::open(folder.path().join("users.redb")).unwrap();
        directory.set_license(License::Enterprise).unwrap();
        let running = Running::of(directory, Config::default());
        let entra = &provisioner(&running, "entra");
        let race = |number: usize| {
            let emails = json!([{ "value": format!("user{number}@ex.co") }]);
            let new = json!({ "userName": user_name, "emails": emails });
            entra.post(USERS, &new).status
        };
        let mut statuses: Vec<_> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..RACERS)
                .map(|number| scope.spawn(move || race(number)))
                .collect();
            racers.into_iter().map(|of| of.join().unwrap()).collect()
        });
        statuses.sort_unstable();
        let mut wanted = vec![409; RACERS];
        wanted[0] = 201;
        assert_eq!(statuses, wanted);
        let found = entra.get(&format!("{USERS}?filter=userName%20eq%20%22{user_name}%22"));
        assert_eq!(found.json()["totalResults"], 1);
    }
}

#[test]
fn a_user_whose_name_another_door_gave_away_is_still_deprovisioned() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let new = json!({ "userName": "upn@idp.net", "emails": [{ "value": "real@ex.co" }] });
    let made = entra.post(USERS, &new).json();
    let path = format!("{USERS}/{}", made["id"].as_str().unwrap());
    running.directory.create_user("upn@idp.net").unwrap();
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    let done = patch(&entra, &path, off);
    assert_eq!((done.status, &done.json()["active"]), (200, &json!(false)));
    let mut whole = entra.get(&path).json();
    whole["title"] = json!("Dr");
    assert_eq!(entra.put(&path, &whole).status, 200);

    // A name that this request changes is checked.
    let other = entra.post(USERS, &json!({ "userName": "x@ex.co" })).json();
    let other = format!("{USERS}/{}", other["id"].as_str().unwrap());
    let taken = json!([{ "op": "replace", "path": "userName", "value": "UPN@idp.net" }]);
    let refused = patch(&entra, &other, taken);
    assert_eq!(
        (refused.status, &refused.json()["scimType"]),
        (409, &json!("uniqueness"))
    );
}
