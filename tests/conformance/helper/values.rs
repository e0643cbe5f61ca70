//! Compares what a step expects with what was found, and keeps the names of a case.

use std::collections::HashMap;

use headcount::Timestamp;
use serde_json::{Map, Value};

/// The values of a case's names.
pub type Names = HashMap<String, Value>;

/// The arguments, with the values of names.
pub fn filled(given: &Value, names: &Names, i: &str) -> Value {
    match given {
        Value::String(name) if name.starts_with('$') => names[name].clone(),
        Value::String(text) => text.replace("{i}", i).into(),
        Value::Array(items) => items.iter().map(|item| filled(item, names, i)).collect(),
        Value::Object(map) => match (map.get("$repeat"), map.get("times")) {
            (Some(text), Some(times)) => {
                let times = usize::try_from(times.as_u64().unwrap()).unwrap();
                text.as_str().unwrap().repeat(times).into()
            }
            _ => map
                .iter()
                .map(|(k, v)| (k.clone(), filled(v, names, i)))
                .collect::<Map<_, _>>()
                .into(),
        },
        other => other.clone(),
    }
}

pub fn matches(wanted: &Value, found: &Value, names: &mut Names) -> bool {
    let none = Value::Null;
    match (wanted, found) {
        (Value::String(name), found) if name.starts_with('$') => {
            !found.is_null() && names.entry(name.clone()).or_insert_with(|| found.clone()) == found
        }
        (Value::Object(wanted), Value::String(time)) if wanted.contains_key("$from") => {
            let from = names[wanted["$from"].as_str().unwrap()].as_str().unwrap();
            time.parse::<Timestamp>().unwrap() >= from.parse().unwrap()
        }
        (Value::Object(wanted), Value::String(text)) if wanted.contains_key("$has") => {
            text.contains(wanted["$has"].as_str().unwrap())
        }
        (Value::Object(wanted), Value::Object(found)) => wanted
            .iter()
            .all(|(key, wanted)| matches(wanted, found.get(key).unwrap_or(&none), names)),
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted
                    .iter()
                    .zip(found)
                    .all(|(wanted, found)| matches(wanted, found, names))
        }
        (wanted, found) => wanted == found,
    }
}
