//! Users whose names and addresses are in another store, as Keycloak exports them: ids, roles, and
//! attributes that were added in Keycloak.

use serde_json::{Map, Value};

use super::names::{Field, Names, Target};

/// The user with the email and names from the attributes as fields; `None` if the attributes have
/// no address.
pub(super) fn with_address(user: &Value) -> Option<Value> {
    let mut members = user.as_object()?.clone();
    let attributes = members.remove("attributes");
    let mut rest = Map::new();
    for (name, value) in attributes.as_ref()?.as_object()? {
        let is_own = matches!(
            Names::default().target(name),
            Some(Target::Field(
                Field::Email | Field::GivenName | Field::FamilyName
            ))
        );
        match only_text(value).filter(|_| is_own && !members.contains_key(name)) {
            Some(text) => members.insert(name.clone(), text.into()),
            None => rest.insert(name.clone(), value.clone()),
        };
    }
    let has_address = members.iter().any(|(name, value)| {
        let target = Names::default().target(name);
        matches!(target, Some(Target::Field(Field::Email))) && value.is_string()
    });
    if !has_address {
        return None;
    }
    // As in `f:44d42131-2236-4897-9146-1c782cf44d92:peter`.
    let name_in_id = members
        .get("id")
        .and_then(Value::as_str)
        .and_then(|id| id.strip_prefix("f:")?.split_once(':'));
    if let Some((_, name)) = name_in_id
        && !members.contains_key("username")
    {
        members.insert("username".to_owned(), name.into());
    }
    members.insert("attributes".to_owned(), rest.into());
    Some(members.into())
}

/// A text, alone or in a list.
fn only_text(value: &Value) -> Option<&str> {
    match value {
        Value::Array(values) => match &**values {
            [one] => one.as_str(),
            _ => None,
        },
        value => value.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::with_address;

    #[test]
    fn an_address_among_the_attributes_is_the_users() {
        let user = json!({
            "id": "f:44d42131-2236-4897-9146-1c782cf44d92:peter",
            "attributes": { "mail": ["peter@ex.co"], "firstName": "Peter", "team": ["a", "b"] },
            "realmRoles": ["admin"],
        });
        let expected = json!({
            "id": "f:44d42131-2236-4897-9146-1c782cf44d92:peter",
            "username": "peter", "mail": "peter@ex.co", "firstName": "Peter",
            "attributes": { "team": ["a", "b"] },
            "realmRoles": ["admin"],
        });
        assert_eq!(with_address(&user), Some(expected));
    }

    #[test]
    fn nobody_is_made_without_one_address() {
        for attributes in [json!({}), json!({ "email": ["a@b", "c@d"] }), json!(5)] {
            assert_eq!(
                with_address(&json!({ "id": "f:x:y", "attributes": attributes })),
                None
            );
        }
        assert_eq!(with_address(&json!({ "id": "f:x:y" })), None);
        assert_eq!(with_address(&json!("peter")), None);
    }
}
