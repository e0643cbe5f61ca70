//! `attributes` and `excludedAttributes`: the parts of a resource in a response.

use serde_json::{Map, Value};

use super::path::{AttributePath, key_in};

/// Attributes that are always returned.
const ALWAYS: [&str; 2] = ["id", "schemas"];

/// Which parts of a resource to show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Projection {
    only: Vec<AttributePath>,
    without: Vec<AttributePath>,
}

impl Projection {
    /// Parses comma-separated names; malformed ones are ignored.
    pub(super) fn new(only: &str, without: &str) -> Self {
        let paths = |names: &str| {
            names
                .split(',')
                .filter_map(|name| AttributePath::parse(name.trim()).ok())
                .collect()
        };
        Self {
            only: paths(only),
            without: paths(without),
        }
    }

    /// Whether an attribute of the core schema is returned, at least in part.
    pub(super) fn shows(&self, name: &str) -> bool {
        let is = |path: &AttributePath| path.urn.is_none() && path.name.eq_ignore_ascii_case(name);
        let is_excluded = self
            .without
            .iter()
            .any(|path| is(path) && path.part.is_none());
        !is_excluded && (self.only.is_empty() || self.only.iter().any(is))
    }

    /// Whether an attribute is explicitly excluded.
    pub(super) fn excludes(&self, name: &str) -> bool {
        self.only.is_empty() && !self.shows(name)
    }

    pub(super) fn of(&self, resource: Map<String, Value>) -> Map<String, Value> {
        let mut shown = if self.only.is_empty() {
            resource
        } else {
            let mut shown = Map::new();
            for name in ALWAYS {
                if let Some(value) = resource.get(name) {
                    shown.insert(name.to_owned(), value.clone());
                }
            }
            for path in &self.only {
                copy(path, &resource, &mut shown);
            }
            shown
        };
        for path in &self.without {
            remove(path, &mut shown);
        }
        shown
    }
}

fn copy(path: &AttributePath, from: &Map<String, Value>, to: &mut Map<String, Value>) {
    if let Some(urn) = &path.urn {
        let key = key_in(from, urn);
        let Some(Value::Object(extension)) = from.get(&key) else {
            return;
        };
        if path.name.is_empty() {
            to.insert(key, Value::Object(extension.clone()));
            return;
        }
        let within = AttributePath {
            urn: None,
            ..path.clone()
        };
        let shown = to.entry(key).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(shown) = shown {
            copy(&within, extension, shown);
        }
        return;
    }
    let key = key_in(from, &path.name);
    match (from.get(&key), &path.part) {
        (Some(value), None) => drop(to.insert(key, value.clone())),
        (Some(Value::Object(whole)), Some(part)) => {
            let part = key_in(whole, part);
            if let Some(value) = whole.get(&part) {
                to.entry(key).or_insert_with(|| Value::Object(Map::new()))[&part] = value.clone();
            }
        }
        (Some(Value::Array(items)), Some(part)) => {
            let items = items.iter().filter_map(Value::as_object).map(|item| {
                let part = key_in(item, part);
                item.get(&part)
                    .map(|value| serde_json::json!({ part: value }))
                    .unwrap_or_default()
            });
            to.insert(key, items.filter(|item| !item.is_null()).collect());
        }
        _ => {}
    }
}

fn remove(path: &AttributePath, from: &mut Map<String, Value>) {
    if let Some(urn) = &path.urn {
        let key = key_in(from, urn);
        if path.name.is_empty() {
            from.remove(&key);
        } else if let Some(Value::Object(extension)) = from.get_mut(&key) {
            let within = AttributePath {
                urn: None,
                ..path.clone()
            };
            remove(&within, extension);
        }
        return;
    }
    if ALWAYS
        .iter()
        .any(|name| name.eq_ignore_ascii_case(&path.name))
    {
        return;
    }
    let key = key_in(from, &path.name);
    match (from.get_mut(&key), &path.part) {
        (_, None) => drop(from.remove(&key)),
        (Some(Value::Object(whole)), Some(part)) => drop(whole.remove(&key_in(whole, part))),
        (Some(Value::Array(items)), Some(part)) => {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.remove(&key_in(item, part));
            }
        }
        _ => {}
    }
}
