//! Clients that send a complex value as a bare text, or the core schema as an object.

use serde_json::json;

use super::scim_heeds_habits::{ENTERPRISE, user};
use super::scim_provisions_users::{patch, provisioner};
use crate::client::Running;

#[test]
fn a_manager_is_kept_beside_a_name_that_clients_can_not_set() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let path = user(&entra, &json!({ "userName": "ann@ex.co" }));
    let manager = format!("{ENTERPRISE}:manager");
    let name = format!("{manager}.displayName");
    let mut value = json!({});
    value[&manager] = json!("m1");
    value[&name] = json!("Boss");
    let done = patch(&entra, &path, json!([{ "op": "add", "value": value }]));
    assert_eq!(done.status, 200, "{}", done.body);
    let shown = |path: &str| entra.get(path).json()[ENTERPRISE]["manager"].take();
    assert_eq!(shown(&path), json!({ "value": "m1" }));

    let operations = json!([
        { "op": "Add", "path": manager, "value": "m2" },
        { "op": "Add", "path": format!("{manager}.$ref"), "value": "../Users/m2" },
    ]);
    assert_eq!(patch(&entra, &path, operations).status, 200);
    let both = json!({ "value": "m2", "$ref": "../Users/m2" });
    assert_eq!(shown(&path), both, "a part does not replace a bare id");

    let refused = patch(
        &entra,
        &path,
        json!([{ "op": "Add", "path": name, "value": "Boss" }]),
    );
    assert_eq!(refused.json()["scimType"], "mutability", "{}", refused.body);
    assert_eq!(shown(&path), both);
}

#[test]
fn a_part_is_set_beside_a_bare_address() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let path = user(&okta, &json!({ "userName": "ann@ex.co" }));
    let operations = json!([
        { "op": "replace", "path": "emails", "value": ["ann@ex.co"] },
        { "op": "add", "path": "emails[value eq \"ann@ex.co\"].type", "value": "work" },
    ]);
    let done = patch(&okta, &path, operations);
    assert_eq!(done.status, 200, "{}", done.body);
    let wanted = json!([{ "value": "ann@ex.co", "type": "work" }]);
    assert_eq!(done.json()["emails"], wanted);
}

#[test]
fn the_core_schema_may_hold_its_attributes() {
    const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let mut new = json!({ "userName": "ann@ex.co" });
    new[CORE] = json!({ "active": "False", "title": "Dr", "id": "another" });
    let path = user(&entra, &new);
    let ann = entra.get(&path).json();
    assert_eq!(
        (&ann["active"], &ann["title"]),
        (&json!(false), &json!("Dr"))
    );
    assert!(path.ends_with(ann["id"].as_str().unwrap()));
    for (operation, active) in [
        (
            json!({ "op": "replace", "value": { CORE: { "active": true } } }),
            true,
        ),
        (
            json!({ "op": "replace", "path": CORE, "value": { "active": false } }),
            false,
        ),
    ] {
        let done = patch(&entra, &path, json!([operation]));
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(done.json()["active"], active);
    }
}
