//! The habits of Okta and Entra, which conformance testers lack.

use serde_json::{Value, json};

use super::scim_provisions_users::{USERS, patch, provisioner};
use crate::client::{Client, Running};

pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

pub fn user(client: &Client, new: &Value) -> String {
    let made = client.post(USERS, new);
    assert_eq!(made.status, 201, "{}", made.body);
    format!("{USERS}/{}", made.json()["id"].as_str().unwrap())
}

#[test]
fn booleans_come_as_text_and_operations_capitalised() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let path = user(
        &entra,
        &json!({ "userName": "ann@ex.co", "active": "False" }),
    );
    assert_eq!(entra.get(&path).json()["active"], false);
    let flagged = format!("{path}?aadOptscim062020");
    for (op, value, active) in [("Replace", "True", true), ("Add", "False", false)] {
        let done = patch(
            &entra,
            &flagged,
            json!([{ "op": op, "path": "active", "value": value }]),
        );
        assert_eq!(
            (done.status, &done.json()["active"]),
            (200, &json!(active)),
            "{op}"
        );
    }
    let nonsense = patch(
        &entra,
        &path,
        json!([{ "op": "Add", "path": "active", "value": "x" }]),
    );
    assert_eq!(
        (nonsense.status, &nonsense.json()["scimType"]),
        (400, &json!("invalidValue"))
    );
}

#[test]
fn a_replacement_without_a_path_has_paths_as_names() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let path = user(
        &entra,
        &json!({ "userName": "ann@ex.co", "name": { "givenName": "Ann" } }),
    );
    let mut value = json!({
        "name.familyName": "Lee",
        "displayName": "Ann Lee",
        "emails[type eq \"work\"].value": "ann.lee@ex.co",
        "phoneNumbers[type eq \"mobile\"].value": "123",
        "roles[primary eq \"True\"].value": "admin",
        "id": "another",
    });
    value[format!("{ENTERPRISE}:department")] = json!("R&D");
    value[format!("{ENTERPRISE}:manager")] = json!("00boss");
    let done = patch(&entra, &path, json!([{ "op": "Replace", "value": value }]));
    assert_eq!(done.status, 200, "{}", done.body);
    let ann = done.json();
    assert!(
        path.ends_with(ann["id"].as_str().unwrap()),
        "an id within a value is left alone"
    );
    assert_eq!(
        ann["name"],
        json!({ "givenName": "Ann", "familyName": "Lee" })
    );
    assert_eq!(
        ann["phoneNumbers"],
        json!([{ "type": "mobile", "value": "123" }])
    );
    assert_eq!(ann["roles"], json!([{ "primary": true, "value": "admin" }]));
    assert_eq!(ann["emails"][0]["value"], "ann.lee@ex.co");
    assert_eq!(
        ann[ENTERPRISE],
        json!({ "department": "R&D", "manager": { "value": "00boss" } })
    );
    assert!(
        ann["schemas"]
            .as_array()
            .unwrap()
            .contains(&json!(ENTERPRISE))
    );
    let email = running.directory.user("ann.lee@ex.co").unwrap();
    assert_eq!(
        email.unwrap().username(),
        "ann@ex.co".replace("ann", "ann.lee")
    );
}

/// The path of a whole extension looks like the path of an attribute.
#[test]
fn an_extension_of_a_provider_is_changed_as_a_whole() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let path = user(&entra, &json!({ "userName": "ann@ex.co" }));
    let own = "urn:ietf:params:scim:schemas:extension:contoso:2.0:User";
    let change = |operation: Value| patch(&entra, &path, json!([operation])).json();
    let one = json!({ "op": "add", "path": format!("{own}:color"), "value": "red" });
    assert_eq!(change(one)[own], json!({ "color": "red" }));
    let whole = json!({ "op": "add", "path": own, "value": { "size": 3 } });
    let ann = change(whole);
    assert_eq!(ann[own], json!({ "color": "red", "size": 3 }), "{ann}");
    assert_eq!(ann["schemas"].as_array().unwrap().len(), 2, "{ann}");
    let shown = entra.get(&format!("{path}?attributes={own}")).json();
    assert_eq!(shown[own], ann[own]);
    let gone = change(json!({ "op": "remove", "path": own }));
    assert_eq!(gone[own], Value::Null, "{gone}");
}

#[test]
fn okta_deactivates_by_patch_or_by_put() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let path = user(&okta, &json!({ "userName": "ann@ex.co" }));
    let off = patch(
        &okta,
        &path,
        json!([{ "op": "replace", "value": { "active": false } }]),
    );
    assert_eq!((off.status, &off.json()["active"]), (200, &json!(false)));
    let mut whole = okta.get(&path).json();
    whole["active"] = json!(true);
    assert_eq!(okta.put(&path, &whole).json()["active"], true);
    whole.as_object_mut().unwrap().remove("active");
    assert_eq!(
        okta.put(&path, &whole).json()["active"],
        true,
        "silence changes no seat"
    );
}

#[test]
fn names_of_attributes_have_any_case() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let path = user(
        &okta,
        &json!({ "USERNAME": "ann", "Emails": [{ "Value": "ann@ex.co" }] }),
    );
    let ann = okta.get(&path).json();
    assert_eq!(ann["emails"], json!([{ "value": "ann@ex.co" }]));
    let done = patch(
        &okta,
        &path,
        json!([{ "op": "ADD", "path": "NICKNAME", "value": "An" }]),
    );
    assert_eq!(done.json()["nickName"], "An");
    let found = okta
        .get(&format!("{USERS}?filter=NickName%20Co%20%22AN%22"))
        .json();
    assert_eq!(found["totalResults"], 1);
}

#[test]
fn a_change_elsewhere_is_seen_and_not_undone() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let path = user(
        &okta,
        &json!({
            "userName": "ann",
            "emails": [{ "value": "ann@ex.co", "primary": true }, { "value": "a@home.net" }],
        }),
    );
    let update = headcount::UserUpdate::new().email("new@ex.co");
    running.directory.update_user("ann@ex.co", update).unwrap();
    let ann = okta.get(&path).json();
    assert_eq!(ann["emails"][0]["value"], "new@ex.co");
    let done = patch(
        &okta,
        &path,
        json!([{ "op": "replace", "path": "title", "value": "Dr" }]),
    );
    assert_eq!(done.json()["emails"], ann["emails"]);
    assert!(running.directory.user("new@ex.co").unwrap().is_some());
}

#[test]
fn single_values_come_in_lists_and_in_objects() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let path = user(
        &entra,
        &json!({ "userName": "ann@ex.co", "title": [{ "value": "Dr" }] }),
    );
    assert_eq!(entra.get(&path).json()["title"], "Dr");
    for (attribute, value, shown) in [
        (
            "active",
            json!([{ "$ref": null, "value": "False" }]),
            json!(false),
        ),
        ("active", json!({ "value": "TRUE" }), json!(true)),
        ("title", json!(["Prof"]), json!("Prof")),
        ("title", json!([]), json!(null)),
    ] {
        let operation = json!([{ "op": "Replace", "path": attribute, "value": value }]);
        let done = patch(&entra, &path, operation);
        assert_eq!(
            (done.status, &done.json()[attribute]),
            (200, &shown),
            "{value}"
        );
    }
    let manager = format!("{ENTERPRISE}:manager");
    let value = json!([{ "$ref": "../Users/1", "value": "1" }]);
    let operation = json!([{ "op": "Add", "path": manager, "value": value }]);
    let done = patch(&entra, &path, operation);
    assert_eq!(done.json()[ENTERPRISE]["manager"]["value"], "1");
}

#[test]
fn what_is_no_boolean_is_refused() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let path = user(&entra, &json!({ "userName": "ann@ex.co" }));
    for value in [
        json!({ "enabled": false }),
        json!({ "value": [false] }),
        json!({ "value": { "value": false } }),
        json!({}),
        json!([]),
        json!([{}]),
        json!([[false]]),
        json!([true, false]),
        json!(0),
        json!("x".repeat(100_000)),
    ] {
        let new = json!({ "userName": "bob@ex.co", "active": value });
        let operation = json!([{ "op": "Replace", "path": "active", "value": value }]);
        for refused in [
            entra.post(USERS, &new),
            entra.put(&path, &json!({ "userName": "ann@ex.co", "active": value })),
            patch(&entra, &path, operation),
        ] {
            assert_eq!(
                (refused.status, &refused.json()["scimType"]),
                (400, &json!("invalidValue")),
                "{value:.100}"
            );
            assert!(refused.body.len() < 1_000, "{:.200}", refused.body);
        }
    }
    assert_eq!(running.directory.seats().unwrap().active, 1);
    let off = json!([{ "op": "Replace", "path": "active", "value": [false] }]);
    assert_eq!(patch(&entra, &path, off).json()["active"], false);
    let null = json!({ "userName": "ann@ex.co", "active": { "value": null } });
    assert_eq!(entra.put(&path, &null).json()["active"], false, "not sent");
    for operation in [
        json!({ "op": "x".repeat(100_000) }),
        json!({ "op": "add", "path": ["x".repeat(100_000)], "value": 1 }),
        json!({ "op": "add", "path": "%".repeat(100_000), "value": 1 }),
        json!({ "op": "add", "path": format!("emails[{}", "x".repeat(100_000)), "value": 1 }),
    ] {
        let refused = patch(&entra, &path, json!([operation]));
        assert_eq!(refused.status, 400, "{:.200}", refused.body);
        assert!(refused.body.len() < 1_000, "{:.200}", refused.body);
    }
}

#[test]
fn members_of_a_patch_have_names_in_any_case() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let path = user(&okta, &json!({ "userName": "ann@ex.co" }));
    for (name, operation, title) in [
        (
            "operations",
            json!({ "OP": "ADD", "PATH": "Title", "VALUE": "A" }),
            "A",
        ),
        (
            "OPERATIONS",
            json!({ "Op": "Replace", "Value": { "TITLE": "B" } }),
            "B",
        ),
    ] {
        let body = json!({ name: [operation] }).to_string();
        let done = okta.send("PATCH", &path, "", &body);
        assert_eq!(
            (done.status, &done.json()["title"]),
            (200, &json!(title)),
            "{name}"
        );
    }
    for (body, scim_type) in [
        (json!({}), "invalidSyntax"),
        (json!({ "Operations": { "op": "add" } }), "invalidSyntax"),
        (json!({ "Operations": ["add"] }), "invalidSyntax"),
        (
            json!({ "Operations": [{ "op": "move", "path": "title" }] }),
            "invalidSyntax",
        ),
        (
            json!({ "Operations": [{ "op": "replace", "path": "title" }] }),
            "invalidValue",
        ),
        (
            json!({ "Operations": [{ "op": "add", "path": 1, "value": 1 }] }),
            "invalidPath",
        ),
    ] {
        let refused = okta.send("PATCH", &path, "", &body.to_string());
        assert_eq!(
            (refused.status, &refused.json()["scimType"]),
            (400, &json!(scim_type)),
            "{body}"
        );
    }
    assert_eq!(okta.get(&path).json()["title"], "B");
}

/// The parts of a name are fields of the directory, which must not change silently.
#[test]
fn a_name_of_the_wrong_type_is_refused() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let name = json!({ "givenName": "Ann", "familyName": "Lee" });
    let path = user(&entra, &json!({ "userName": "ann@ex.co", "name": name }));
    let refuse = |answer: &crate::client::Answer| {
        let told = (answer.status, &answer.json()["scimType"]);
        assert_eq!(told, (400, &json!("invalidValue")), "{}", answer.body);
    };
    for wrong in [
        json!("Ann"),
        json!(5),
        json!({ "givenName": 5 }),
        json!([["Ann"]]),
    ] {
        refuse(&entra.post(USERS, &json!({ "userName": "bob@ex.co", "name": wrong })));
        refuse(&entra.put(&path, &json!({ "userName": "ann@ex.co", "name": wrong })));
        refuse(&patch(
            &entra,
            &path,
            json!([{ "op": "replace", "path": "name", "value": wrong }]),
        ));
    }
    assert_eq!(entra.get(&path).json()["name"], name);
    assert_eq!(running.directory.len().unwrap(), 1);
}
