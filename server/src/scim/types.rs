//! Validation of the values in resources that clients send: each has the type of its attribute, and
//! of the items of a list at most one is primary (RFC 7643, 2.3 and 2.4).

use serde_json::{Map, Value};

use super::ScimError;
use super::schema::{Attribute, Form, ResourceType, find};

/// Refuses values of wrong types in a normalized resource. Attributes that are the same in `before`
/// are not checked: a change of others must not fail because of them.
pub(super) fn check(
    kind: ResourceType,
    resource: &Map<String, Value>,
    before: &Map<String, Value>,
) -> Result<(), ScimError> {
    let none = Map::new();
    for (name, value) in resource {
        if before.get(name) == Some(value) {
            continue;
        }
        if let (Value::Object(parts), true) = (value, name == kind.extension()) {
            let before = before.get(name).and_then(Value::as_object);
            let before = before.unwrap_or(&none);
            let changed = { parts.iter() }.filter(|(name, value)| before.get(*name) != Some(value));
            for (name, value) in changed {
                if let Some(attribute) = kind.attribute(Some(kind.extension()), name) {
                    check_attribute(attribute, value)?;
                }
            }
        } else if let Some(attribute) = kind.attribute(None, name) {
            check_attribute(attribute, value)?;
        }
    }
    Ok(())
}

/// Refuses a value that is not one of this attribute.
fn check_attribute(attribute: &Attribute, value: &Value) -> Result<(), ScimError> {
    let name = attribute.name;
    let items = match value {
        Value::Array(items) if attribute.is_multi => items,
        single => return check_item(attribute, None, single),
    };
    for item in items {
        check_item(attribute, None, item)?;
    }
    let primary = items.iter().filter(|item| item["primary"] == true);
    if primary.count() > 1 {
        let message = format!("only one item of {name} may be primary");
        return Err(ScimError::value(message));
    }
    Ok(())
}

/// Refuses a value of an attribute, or of a sub-attribute of `parent`.
fn check_item(
    attribute: &Attribute,
    parent: Option<&Attribute>,
    value: &Value,
) -> Result<(), ScimError> {
    let needed = match (&attribute.form, value) {
        (Form::Complex(parts), Value::Object(members)) => {
            for (key, value) in members {
                if let Some(part) = find(parts, key) {
                    check_item(part, Some(attribute), value)?;
                }
            }
            return Ok(());
        }
        (Form::Boolean, Value::Bool(_)) => return Ok(()),
        (Form::Complex(_), _) => "have sub-attributes",
        (Form::Boolean, _) => "be true or false",
        (_, Value::String(_)) => return Ok(()),
        _ => "be a string",
    };
    let parent = parent.map(|parent| format!("{}.", parent.name));
    let (parent, name) = (parent.unwrap_or_default(), attribute.name);
    Err(ScimError::value(format!("{parent}{name} must {needed}")))
}
