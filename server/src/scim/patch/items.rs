//! Setting, adding and removing members of objects and items of lists.

use serde_json::{Map, Value, json};

use super::Verb;
use crate::scim::path::{entry, is_urn, key_in};

pub(super) fn set(object: &mut Map<String, Value>, name: &str, verb: Verb, value: &Value) {
    let key = key_in(object, name);
    if verb == Verb::Remove {
        object.remove(&key);
    } else {
        object.insert(key, value.clone());
    }
}

pub(super) fn merge(object: &mut Map<String, Value>, members: &Map<String, Value>) {
    for (name, value) in members {
        // A key such as `urn:…:department` in the extension's own object.
        let name = match name.rsplit_once(':') {
            Some((_, last)) if is_urn(name) => last,
            _ => name,
        };
        set(object, name, Verb::Replace, value);
    }
}

/// The items of a value for a list, which may be a single one.
pub(super) fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    }
}

/// Adds items. One that is there already gets the members of the new one. A primary item makes
/// the others not primary (RFC 7644 section 3.5.2).
pub(super) fn add(items: &mut Vec<Value>, value: &Value) {
    for new in listed(value) {
        if is_primary(&new) {
            unset_primary(items.iter_mut());
        }
        match items.iter_mut().find(|item| is_same(item, &new)) {
            None => items.push(new),
            Some(old) => {
                if let (Value::Object(old), Value::Object(new)) = (old, &new) {
                    merge(old, new);
                }
            }
        }
    }
}

/// Makes the primary ones of these items not primary.
pub(super) fn unset_primary<'a>(items: impl Iterator<Item = &'a mut Value>) {
    for item in items.filter(|item| is_primary(item)) {
        if let Value::Object(item) = item {
            set(item, "primary", Verb::Replace, &json!(false));
        }
    }
}

pub(super) fn is_primary(item: &Value) -> bool {
    let primary = item.as_object().and_then(|item| entry(item, "primary"));
    primary.is_some_and(|(_, value)| is_true(value))
}

/// Whether this is true; some clients send it as text.
fn is_true(value: &Value) -> bool {
    match value {
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        value => *value == json!(true),
    }
}

/// Whether two items are the same: by their `value`, and by their `type` if both have one.
pub(super) fn is_same(item: &Value, other: &Value) -> bool {
    let text = |item: &Value, name: &str| match item {
        Value::Object(item) => entry(item, name)
            .and_then(|(_, value)| value.as_str())
            .map(str::to_lowercase),
        Value::String(text) if name == "value" => Some(text.to_lowercase()),
        _ => None,
    };
    match (text(item, "value"), text(other, "value")) {
        (Some(value), Some(wanted)) => {
            let types = (text(item, "type"), text(other, "type"));
            value == wanted && (types.0.is_none() || types.1.is_none() || types.0 == types.1)
        }
        _ => item == other,
    }
}
