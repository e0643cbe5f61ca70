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

/// Adds items. Existing ones stay as they are, and a new primary item makes the others not
/// primary.
pub(super) fn add(items: &mut Vec<Value>, value: &Value) {
    for new in listed(value) {
        if let Some(old) = items.iter_mut().find(|item| is_same(item, &new)) {
            if let (Value::Object(old), Value::Object(new)) = (old, &new) {
                merge(old, new);
            }
            continue;
        }
        if is_primary(&new) {
            for item in items.iter_mut().filter(|item| is_primary(item)) {
                item["primary"] = json!(false);
            }
        }
        items.push(new);
    }
}

fn is_primary(item: &Value) -> bool {
    let primary = item.as_object().and_then(|item| entry(item, "primary"));
    match primary {
        Some((_, Value::String(text))) => text.eq_ignore_ascii_case("true"),
        Some((_, value)) => *value == json!(true),
        None => false,
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
