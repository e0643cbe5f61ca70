//! Operations and what they make of a resource.

use super::*;

fn patched(before: Value, operations: &Value) -> Result<Value, ScimError> {
    let body = json!({ "Operations": operations });
    let request = PatchRequest::parse(body.as_object().unwrap())?;
    let Value::Object(mut resource) = before else {
        panic!("an object");
    };
    request.apply(ResourceType::User, &mut resource)?;
    Ok(Value::Object(resource))
}

#[track_caller]
fn check(before: Value, operations: &Value, after: &Value) {
    assert_eq!(patched(before, operations).unwrap(), *after);
}

#[test]
fn operations_may_be_capitalised_and_have_no_path() {
    check(
        json!({ "active": true, "name": { "givenName": "Ann" } }),
        &json!([{ "op": "Replace", "value": {
            "active": "False",
            "name.familyName": "Lee",
            "id": "another",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "R&D",
            "emails[type eq \"work\"].value": "ann@ex.co",
        } }]),
        &json!({
            "active": "False",
            "name": { "givenName": "Ann", "familyName": "Lee" },
            "emails": [{ "type": "work", "value": "ann@ex.co" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "R&D" },
        }),
    );
}

#[test]
fn an_item_that_is_not_there_is_made_of_its_condition() {
    let after = json!({ "emails": [
        { "type": "home", "value": "a@home.net" },
        { "type": "work", "value": "ann@ex.co" },
    ] });
    for op in ["add", "replace"] {
        check(
            json!({ "emails": [{ "type": "home", "value": "a@home.net" }] }),
            &json!([{ "op": op, "path": "emails[type eq \"work\"].value", "value": "ann@ex.co" }]),
            &after,
        );
    }
    check(
        json!({ "emails": [{ "type": "WORK", "value": "old@ex.co", "display": "x" }] }),
        &json!([{ "op": "replace", "path": "Emails[Type eq \"work\"].Value", "value": "new@ex.co" }]),
        &json!({ "emails": [{ "type": "WORK", "value": "new@ex.co", "display": "x" }] }),
    );
}

#[test]
fn removing_with_values_removes_those_alone() {
    let roles = json!({ "roles": [{ "value": "a" }, { "value": "b" }, { "value": "c" }] });
    for (operation, left) in [
        (
            json!({ "op": "remove", "path": "roles", "value": [{ "value": "a" }] }),
            json!(["b", "c"]),
        ),
        (
            json!({ "op": "Remove", "path": "roles", "value": ["a", "c"] }),
            json!(["b"]),
        ),
        (
            json!({ "op": "remove", "path": "roles[value eq \"b\"]" }),
            json!(["a", "c"]),
        ),
        (
            json!({ "op": "remove", "path": "roles[value eq \"x\"]" }),
            json!(["a", "b", "c"]),
        ),
    ] {
        let after = patched(roles.clone(), &json!([operation])).unwrap();
        let values: Vec<_> = after["roles"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| &of["value"])
            .collect();
        assert_eq!(json!(values), left, "{operation}");
    }
    check(
        roles,
        &json!([{ "op": "remove", "path": "roles" }]),
        &json!({}),
    );
}

#[test]
fn adding_keeps_what_is_there() {
    check(
        json!({ "emails": [{ "value": "a@ex.co", "primary": true }] }),
        &json!([{ "op": "add", "path": "emails", "value": [
            { "value": "A@ex.co", "display": "x" },
            { "value": "b@ex.co", "primary": true },
        ] }]),
        &json!({ "emails": [
            { "value": "A@ex.co", "display": "x", "primary": false },
            { "value": "b@ex.co", "primary": true },
        ] }),
    );
}

/// An item that gets a type makes way for the next one of its value without a type.
#[test]
fn adding_finds_each_item_of_the_same_value() {
    check(
        json!({ "roles": [{ "value": "a" }, { "value": "a", "display": "second" }] }),
        &json!([{ "op": "add", "path": "roles", "value": [
            { "value": "a", "type": "x" },
            { "value": "a", "type": "y" },
        ] }]),
        &json!({ "roles": [
            { "value": "a", "type": "x" },
            { "value": "a", "display": "second", "type": "y" },
        ] }),
    );
}

#[test]
fn one_item_is_primary() {
    let before = json!({ "emails": [
        { "value": "a@ex.co", "type": "work", "Primary": true },
        { "value": "b@ex.co", "type": "home" },
    ] });
    let after = json!({ "emails": [
        { "value": "a@ex.co", "type": "work", "Primary": false },
        { "value": "b@ex.co", "type": "home", "primary": true },
    ] });
    let made = json!({ "value": "b@ex.co", "primary": true });
    for operation in [
        json!({ "op": "add", "path": "emails", "value": [made] }),
        json!({ "op": "add", "path": "emails[type eq \"home\"]", "value": made }),
        json!({ "op": "replace", "path": "emails[type eq \"home\"].primary", "value": true }),
        json!({ "op": "replace", "path": "emails[type eq \"home\"].Primary", "value": "True" }),
    ] {
        let mut after = after.clone();
        if operation["value"] == "True" {
            after["emails"][1]["primary"] = json!("True");
        }
        let done = patched(before.clone(), &json!([operation])).unwrap();
        let same = |value: &Value| value.to_string().to_lowercase();
        assert_eq!(same(&done), same(&after), "{operation}");
    }
    // The condition creates the item.
    let path = "emails[type eq \"other\" and primary eq true].value";
    check(
        json!({ "emails": [{ "value": "a@ex.co", "type": "work", "primary": true }] }),
        &json!([{ "op": "add", "path": path, "value": "c@ex.co" }]),
        &json!({ "emails": [
            { "value": "a@ex.co", "type": "work", "primary": false },
            { "value": "c@ex.co", "type": "other", "primary": true },
        ] }),
    );
    // Nothing else becomes primary.
    check(
        before.clone(),
        &json!([{ "op": "add", "path": "emails", "value": [{ "value": "b@ex.co", "primary": false }] }]),
        &json!({ "emails": [
            { "value": "a@ex.co", "type": "work", "Primary": true },
            { "value": "b@ex.co", "type": "home", "primary": false },
        ] }),
    );
}

#[test]
fn a_manager_may_be_a_bare_text() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    check(
        json!({}),
        &json!([{ "op": "add", "path": format!("{urn}:manager"), "value": "boss" }]),
        &json!({ urn: { "manager": "boss" } }),
    );
    check(
        json!({ urn: { "manager": { "value": "boss" }, "department": "x" } }),
        &json!([{ "op": "replace", "path": format!("{urn}:manager"), "value": null }]),
        &json!({ urn: { "department": "x" } }),
    );
    check(
        json!({ urn: { "department": "x" } }),
        &json!([{ "op": "remove", "path": urn }]),
        &json!({}),
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (operation, scim_type) in [
        (json!({ "op": "move", "path": "title" }), "invalidSyntax"),
        (json!({ "op": "remove" }), "noTarget"),
        (json!({ "op": "add", "value": "x" }), "invalidValue"),
        (
            json!({ "op": "add", "path": "1x", "value": "x" }),
            "invalidPath",
        ),
        (
            json!({ "op": "add", "path": "emails[type eq", "value": "x" }),
            "invalidPath",
        ),
        (
            json!({ "op": "add", "path": "emails[type is 1].value", "value": "x" }),
            "invalidPath",
        ),
        (
            json!({ "op": "replace", "path": "id", "value": "x" }),
            "mutability",
        ),
        (
            json!({ "op": "remove", "path": "meta.created" }),
            "mutability",
        ),
    ] {
        let refusal = patched(json!({ "title": "x" }), &json!([operation])).unwrap_err();
        assert_eq!(refusal.scim_type, scim_type, "{operation}");
    }
}
