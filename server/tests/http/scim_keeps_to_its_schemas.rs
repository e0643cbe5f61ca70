//! What `/Schemas` does not list is refused in the path of a PATCH, ignored in a resource, and
//! kept in a provider's own extension.

use serde_json::{Value, json};

use super::scim_provisions_users::{USERS, patch, provisioner};
use crate::client::{Answer, Running};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// As Entra names the extensions of its customers.
const CUSTOM: &str = "urn:ietf:params:scim:schemas:extension:contoso:2.0:User";

fn refuse(answer: &Answer, scim_type: &str, named: &str) {
    let told = answer.json();
    assert_eq!(
        (answer.status, &told["scimType"]),
        (400, &json!(scim_type)),
        "{named}: {told}"
    );
    let detail = told["detail"].as_str().unwrap();
    assert!(detail.contains(named), "{detail}");
}

#[test]
fn a_path_that_no_schema_has_is_refused() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let made = entra
        .post(USERS, &json!({ "userName": "ann@ex.co" }))
        .json();
    let path = format!("{USERS}/{}", made["id"].as_str().unwrap());
    let typo = ENTERPRISE.replace("User", "Usr");
    for (attribute, named) in [
        ("shoeSize", "shoeSize"),
        ("name.shoe", "name.shoe"),
        ("userName.shoe", "userName.shoe"),
        ("emails[type eq \"work\"].shoe", "emails.shoe"),
        ("emails[shoe eq \"x\"].value", "shoe"),
        ("name[givenName eq \"Ann\"].familyName", "name"),
        ("members", "members"),
        (&format!("{ENTERPRISE}:shoeSize"), "shoeSize"),
        (&format!("{typo}:department"), &typo),
        (
            "urn:ietf:params:scim:schemas:core:2.0:Group:displayName",
            "Group",
        ),
    ] {
        for op in ["add", "Replace", "remove"] {
            let operation = json!([
                { "op": "add", "path": "title", "value": "Dr" },
                { "op": op, "path": attribute, "value": "x" },
            ]);
            refuse(&patch(&entra, &path, operation), "invalidPath", named);
        }
    }
    assert_eq!(
        entra.get(&path).json(),
        made,
        "nor is anything else applied"
    );
    let group = json!({ "displayName": "fraud" });
    let group = entra.post("/scim/v2/Groups", &group).json();
    let group = format!("/scim/v2/Groups/{}", group["id"].as_str().unwrap());
    for attribute in ["userName", &format!("{CUSTOM}:badge")] {
        let operation = json!([{ "op": "add", "path": attribute, "value": "x" }]);
        refuse(
            &patch(&entra, &group, operation),
            "invalidPath",
            "Group has no",
        );
    }
}

#[test]
fn an_unknown_attribute_of_a_resource_is_ignored() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let mut new = json!({
        "userName": "ann@ex.co", "title": "Dr", "shoeSize": 42,
        "emails": [{ "value": "ann@ex.co", "note": "as sent" }],
    });
    new[ENTERPRISE] = json!({ "department": "R&D", "shoeSize": 42 });
    let made = okta.post(USERS, &new);
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("{USERS}/{}", made.json()["id"].as_str().unwrap());
    let put = okta.put(&path, &new);
    let value = json!({ "title": "Prof", "shoeSize": 43, "name.shoe": "x", "shoe size": 1 });
    let patched = patch(&okta, &path, json!([{ "op": "replace", "value": value }]));
    for (answer, title) in [(&made, "Dr"), (&put, "Dr"), (&patched, "Prof")] {
        let ann = answer.json();
        assert_eq!(ann["title"], title);
        assert!(!answer.body.contains("hoe"), "{ann}");
        assert_eq!(ann[ENTERPRISE], json!({ "department": "R&D" }));
        assert_eq!(ann["emails"], new["emails"]);
    }
}

/// Each value must have the type of its attribute, and at most one item of a list may be primary
/// (RFC 7643, 2.3 and 2.4).
#[test]
fn a_value_of_a_wrong_type_is_refused() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let made = okta.post(USERS, &json!({ "userName": "ann@ex.co", "title": "Dr" }));
    let path = format!("{USERS}/{}", made.json()["id"].as_str().unwrap());
    let second = json!({ "value": "b@ex.co", "primary": "True" });
    let primaries = |value: &str| json!([{ "value": value, "primary": true }, second]);
    for (name, value, told) in [
        ("title", json!(5), "title must be a string"),
        ("title", json!({ "text": "Dr" }), "title must be a string"),
        ("title", json!(["Dr", "Prof"]), "title must be a string"),
        ("name", json!({ "formatted": true }), "name.formatted must"),
        ("phoneNumbers", json!([5]), "phoneNumbers must have sub"),
        ("roles", json!([{ "value": 5 }]), "roles.value must be a"),
        (
            "ims",
            json!([{ "primary": "often" }]),
            "ims.primary must be true",
        ),
        (
            "emails",
            primaries("ann@ex.co"),
            "item of emails may be primary",
        ),
        ("roles", primaries("admin"), "item of roles may be primary"),
        (ENTERPRISE, json!({ "costCenter": 5 }), "costCenter must be"),
        (
            ENTERPRISE,
            json!({ "manager": { "value": 5 } }),
            "manager.value",
        ),
    ] {
        let resource = json!({ "userName": "ann@ex.co", name: value });
        refuse(&okta.post(USERS, &resource), "invalidValue", told);
        refuse(&okta.put(&path, &resource), "invalidValue", told);
        let operation = json!([{ "op": "replace", "value": { name: value } }]);
        refuse(&patch(&okta, &path, operation), "invalidValue", told);
    }
    assert_eq!(okta.get(&path).json(), made.json());
    let group = json!({ "displayName": "fraud", "members": [{ "value": made.json()["id"] }] });
    let group = okta.post("/scim/v2/Groups", &group).json();
    let path = format!("/scim/v2/Groups/{}", group["id"].as_str().unwrap());
    let wrong = json!({ "displayName": "fraud", "members": [5] });
    refuse(
        &okta.put(&path, &wrong),
        "invalidValue",
        "members must have",
    );
    assert_eq!(okta.get(&path).json(), group, "nobody is removed");
}

/// A user can still be changed, whatever was stored before.
#[test]
fn values_that_were_stored_before_do_not_stop_other_changes() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let stored = json!({ "rest": { "title": 5, "userType": "x" } }).to_string();
    let new = headcount::NewUser::new("ann@ex.co").attribute("scim", stored);
    let ann = running.directory.create_user(new).unwrap();
    let path = format!("{USERS}/{}", ann.id());
    let change = |value: Value| patch(&okta, &path, json!([{ "op": "replace", "value": value }]));
    let changed = change(json!({ "userType": "y" }));
    assert_eq!(changed.json()["userType"], "y", "{}", changed.body);
    refuse(&change(json!({ "title": 6 })), "invalidValue", "title");
}

#[test]
fn a_providers_own_extension_is_kept_whatever_it_has() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let mut new = json!({ "userName": "ann@ex.co" });
    new[CUSTOM] = json!({ "badge": "7" });
    let made = entra.post(USERS, &new).json();
    assert_eq!(made[CUSTOM], new[CUSTOM]);
    let path = format!("{USERS}/{}", made["id"].as_str().unwrap());
    let operation = json!([
        { "op": "Add", "path": format!("{CUSTOM}:badge"), "value": "8" },
        { "op": "Add", "path": "urn:okta:custom:1.0:User:floor", "value": 3 },
    ]);
    let ann = patch(&entra, &path, operation).json();
    assert_eq!(ann[CUSTOM], json!({ "badge": "8" }));
    assert_eq!(ann["urn:okta:custom:1.0:User"], json!({ "floor": 3 }));
    let filter = format!("{USERS}?filter={CUSTOM}:badge%20eq%20%228%22");
    assert_eq!(entra.get(&filter).json()["totalResults"], 1);
}

#[test]
fn a_password_is_taken_and_forgotten() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let made = okta.post(USERS, &json!({ "userName": "ann@ex.co" })).json();
    let path = format!("{USERS}/{}", made["id"].as_str().unwrap());
    for operation in [
        json!({ "op": "replace", "path": "password", "value": "secret" }),
        json!({ "op": "replace", "value": { "password": "secret" } }),
    ] {
        let done = patch(&okta, &path, json!([operation]));
        assert_eq!((done.status, done.json()), (200, made.clone()));
    }
}

/// A client would take an unfiltered response for the matches (RFC 7644, 4).
#[test]
fn descriptions_of_the_server_are_not_filtered() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    for path in [
        "Schemas",
        "ResourceTypes",
        "ServiceProviderConfig",
        "ResourceTypes/User",
        &format!("Schemas/{ENTERPRISE}"),
    ] {
        let path = format!("/scim/v2/{path}");
        for filter in [
            "filter=name%20eq%20%22User%22",
            "FILTER=x%20y",
            "a=b&filter=",
        ] {
            let refused = okta.get(&format!("{path}?{filter}"));
            assert_eq!(
                (refused.status, &refused.json()["status"]),
                (403, &json!("403")),
                "{path}?{filter}"
            );
        }
        let others = okta.get(&format!("{path}?startIndex=x&count=0&sortBy=name"));
        assert_eq!(others.json(), okta.get(&path).json(), "others are ignored");
        assert_ne!(others.json()["schemas"], Value::Null);
    }
}
