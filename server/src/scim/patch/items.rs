//! Setting, adding and removing members of objects and items of lists.

use std::collections::{BTreeSet, HashMap};

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
    let mut places = Places::of(items);
    let mut primary = None;
    for new in listed(value) {
        let is_primary = is_primary(&new);
        let place = match places.find(&new) {
            None => {
                places.insert(&new, items.len());
                items.push(new);
                items.len() - 1
            }
            Some(place) => {
                places.forget(&items[place], place);
                if let (Value::Object(old), Value::Object(new)) = (&mut items[place], &new) {
                    merge(old, new);
                }
                places.insert(&items[place], place);
                place
            }
        };
        if is_primary {
            primary = Some(place);
        }
    }
    if let Some(primary) = primary {
        let others = items.iter_mut().enumerate();
        unset_primary(others.filter_map(|(at, item)| (at != primary).then_some(item)));
    }
}

/// Removes the items that are the same as one of `value`.
pub(super) fn remove(items: &mut Vec<Value>, value: &Value) {
    let gone = Places::of(&listed(value));
    items.retain(|item| gone.find(item).is_none());
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

/// Finds the items of a list that are the same as another: by their `value`, and by their `type`
/// if both have one. Groups can have 10,000 members, so it must not compare each with each.
#[derive(Default)]
struct Places {
    by_value: HashMap<Name, usize>,
    /// All places, so that the next one is found when the type of the first changes.
    by_value_and_type: HashMap<(Name, Option<String>), BTreeSet<usize>>,
}

/// What identifies an item.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Name {
    /// Its value in lower case.
    Value(String),
    /// An item without a value: it is the same as an equal one.
    Whole(String),
}

impl Places {
    fn of(items: &[Value]) -> Self {
        let mut places = Self::default();
        for (place, item) in items.iter().enumerate() {
            places.insert(item, place);
        }
        places
    }

    fn insert(&mut self, item: &Value, place: usize) {
        let (name, kind) = identity(item);
        self.by_value.entry(name.clone()).or_insert(place);
        let same = self.by_value_and_type.entry((name, kind)).or_default();
        same.insert(place);
    }

    /// Undoes `insert`, for an item whose type may change.
    fn forget(&mut self, item: &Value, place: usize) {
        if let Some(same) = self.by_value_and_type.get_mut(&identity(item)) {
            same.remove(&place);
        }
    }

    fn find(&self, item: &Value) -> Option<usize> {
        let (name, kind) = identity(item);
        if kind.is_none() {
            return self.by_value.get(&name).copied();
        }
        let same = self.by_value_and_type.get(&(name.clone(), kind));
        let without = self.by_value_and_type.get(&(name, None));
        let first = { same.into_iter().chain(without) }.filter_map(BTreeSet::first);
        first.min().copied()
    }
}

fn identity(item: &Value) -> (Name, Option<String>) {
    let text = |name: &str| match item {
        Value::Object(item) => entry(item, name)
            .and_then(|(_, value)| value.as_str())
            .map(str::to_lowercase),
        Value::String(text) if name == "value" => Some(text.to_lowercase()),
        _ => None,
    };
    match text("value") {
        Some(value) => (Name::Value(value), text("type")),
        None => (Name::Whole(item.to_string()), None),
    }
}
