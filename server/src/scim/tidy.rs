//! Normalization of resources that clients send.

use serde_json::{Map, Value, json};

use super::path::entry;
use super::schema::{Attribute, Form, ResourceType, find};

/// Normalizes a resource: uses the schema's names, converts booleans that were sent as strings, and
/// removes nulls, attributes that the schemas don't have, and those that clients can't change.
/// Unknown parts of attributes, and providers' own extensions, stay as they were sent.
pub(crate) fn tidied(kind: ResourceType, resource: Map<String, Value>) -> Map<String, Value> {
    let mut tidy = Map::new();
    let [(core, _), (extension, attributes)] = kind.schemas();
    for (key, value) in resource {
        if let (Value::Object(members), true) = (&value, key.eq_ignore_ascii_case(core)) {
            // Its attributes, which belong beside the others, as Entra names them in PATCH.
            for (key, value) in members {
                if let Some(attribute) = kind.attribute(None, key) {
                    put(&mut tidy, Some(attribute), key.clone(), value.clone());
                }
            }
            continue;
        }
        if key.eq_ignore_ascii_case(extension) {
            if let Value::Object(mut parts) = value {
                parts.retain(|name, _| find(attributes, name).is_some());
                let parts = tidied_parts(attributes, parts);
                if !parts.is_empty() {
                    tidy.insert(extension.to_owned(), Value::Object(parts));
                }
            }
            continue;
        }
        let attribute = kind.attribute(None, &key);
        if attribute.is_some() || kind.is_extension_of_provider(&key) {
            put(&mut tidy, attribute, key, value);
        }
    }
    tidy
}

fn tidied_parts(attributes: &'static [Attribute], parts: Map<String, Value>) -> Map<String, Value> {
    let mut tidy = Map::new();
    for (key, value) in parts {
        put(&mut tidy, find(attributes, &key), key, value);
    }
    tidy
}

/// Puts a value in its place in the schema; unknown ones stay under their key.
fn put(
    tidy: &mut Map<String, Value>,
    attribute: Option<&'static Attribute>,
    key: String,
    value: Value,
) {
    match attribute {
        Some(attribute) if attribute.is_read_only => {}
        Some(attribute) => {
            if let Some(value) = tidied_value(attribute, value) {
                tidy.insert(attribute.name.to_owned(), value);
            }
        }
        None if value.is_null() => {}
        None => drop(tidy.insert(key, value)),
    }
}

fn tidied_value(attribute: &'static Attribute, value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(items) if attribute.is_multi => {
            let items: Vec<_> = items
                .into_iter()
                .filter_map(|item| tidied_item(attribute, item))
                .collect();
            Some(Value::Array(items))
        }
        single if attribute.is_multi => {
            tidied_item(attribute, single).map(|item| Value::Array(vec![item]))
        }
        Value::Array(items) if items.is_empty() && !attribute.is_boolean() => None,
        // Entra sends single values as lists of one item.
        Value::Array(mut items) if items.len() == 1 && !items[0].is_array() => {
            items.pop().and_then(|item| tidied_item(attribute, item))
        }
        single => tidied_item(attribute, single),
    }
}

fn tidied_item(attribute: &'static Attribute, value: Value) -> Option<Value> {
    match (&attribute.form, value) {
        (_, Value::Null) => None,
        (Form::Complex(parts), Value::Object(object)) => {
            let object = tidied_parts(parts, object);
            (!object.is_empty()).then_some(Value::Object(object))
        }
        // Some clients send `manager` as a bare id, and emails as bare addresses.
        (Form::Complex(parts), Value::String(text))
            if attribute.is_multi || find(parts, "value").is_some() =>
        {
            (!text.is_empty()).then(|| json!({ "value": text }))
        }
        // Entra sends simple values as `{"$ref": null, "value": …}`. Keep any other object:
        // to drop it would mean that the attribute was not sent.
        (_, Value::Object(object)) => match entry(&object, "value") {
            Some((_, value)) if !value.is_array() && !value.is_object() => {
                tidied_item(attribute, value.clone())
            }
            _ => Some(Value::Object(object)),
        },
        (Form::Boolean, Value::String(text)) => Some(match boolean(&text) {
            Some(value) => Value::Bool(value),
            None => Value::String(text),
        }),
        (_, value) => Some(value),
    }
}

/// Parses `"True"` and `"false"`.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
