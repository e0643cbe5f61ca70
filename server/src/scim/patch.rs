//! PATCH (RFC 7644 section 3.5.2) on a resource as JSON, in the dialects of the common identity
//! providers: capitalised operations, values without a path whose keys are paths, and values for
//! lists that don't exist yet.

mod items;

use serde_json::{Map, Value, json};

use self::items::{add, is_primary, listed, merge, remove, set, unset_primary};
use headcount::quoted;

use super::ScimError;
use super::checking::check_path;
use super::filter::{Filter, Operator};
use super::path::{AttributePath, entry, key_in, no_path};
use super::schema::{Attribute, ResourceType, find};
use crate::door::cut;

/// Operations of a request, at most.
const OPERATIONS_MAX: usize = 1_000;

/// The operations of a request, in their order.
#[derive(Debug, Default)]
pub(crate) struct PatchRequest(Vec<Operation>);

#[derive(Debug)]
struct Operation {
    verb: Verb,
    path: String,
    /// `None` if the operation has no value; null is a value.
    value: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// A path of a PATCH, which may select items of a list.
struct Target {
    path: AttributePath,
    condition: Option<Filter>,
}

impl PatchRequest {
    /// Parses the body of a request. Keys are case-insensitive.
    pub(crate) fn parse(body: &Map<String, Value>) -> Result<Self, ScimError> {
        let Some((_, Value::Array(operations))) = entry(body, "Operations") else {
            return Err(ScimError::syntax("Operations must be a list"));
        };
        if operations.len() > OPERATIONS_MAX {
            let message = format!("a request has up to {OPERATIONS_MAX} operations");
            return Err(ScimError::value(message));
        }
        let operations: Result<_, _> = operations.iter().map(Operation::parse).collect();
        Ok(Self(operations?))
    }

    /// Applies the operations in order. Attributes that clients can't change, and those that the
    /// schemas don't have, are refused in a path, and ignored in a value without one, as they are
    /// in a resource.
    pub(crate) fn apply(
        &self,
        kind: ResourceType,
        resource: &mut Map<String, Value>,
    ) -> Result<(), ScimError> {
        for Operation { verb, path, value } in &self.0 {
            let value = value.as_ref().unwrap_or(&Value::Null);
            if path.is_empty() || path.eq_ignore_ascii_case(kind.schema()) {
                whole(kind, resource, *verb, value)?;
            } else {
                let target = Target::parse(path)?;
                if target.is_password(kind) {
                    continue;
                }
                target.check(kind)?;
                if target.is_read_only(kind) {
                    let path = cut(path);
                    return Err(ScimError::mutability(format!("{path} can't be changed")));
                }
                target.change(kind, resource, *verb, value);
            }
        }
        Ok(())
    }
}

impl Operation {
    fn parse(operation: &Value) -> Result<Self, ScimError> {
        let member = |name| Some(entry(operation.as_object()?, name)?.1);
        let op = member("op").and_then(Value::as_str).unwrap_or_default();
        let verb = match op.to_ascii_lowercase().as_str() {
            "add" => Verb::Add,
            "replace" => Verb::Replace,
            "remove" => Verb::Remove,
            _ => {
                let message = format!(
                    "op must be add, replace or remove, not {}",
                    cut(&quoted(op))
                );
                return Err(ScimError::syntax(message));
            }
        };
        let path = match member("path") {
            None | Some(Value::Null) => "",
            Some(Value::String(path)) => path.trim(),
            Some(other) => {
                return Err(ScimError::path(format!(
                    "path must be a string, not {}",
                    cut(other)
                )));
            }
        };
        let value = member("value").cloned();
        if value.is_none() && verb != Verb::Remove {
            return Err(ScimError::value(format!("{op} needs a value")));
        }
        Ok(Self {
            verb,
            path: path.to_owned(),
            value,
        })
    }
}

/// An operation without a path: each key of the value is a path.
fn whole(
    kind: ResourceType,
    resource: &mut Map<String, Value>,
    verb: Verb,
    value: &Value,
) -> Result<(), ScimError> {
    if verb == Verb::Remove {
        return Err(ScimError::target("remove needs a path"));
    }
    let Value::Object(members) = value else {
        return Err(ScimError::value(
            "an operation without a path needs an object as its value",
        ));
    };
    for (name, value) in members {
        if value.is_object() && name.eq_ignore_ascii_case(kind.schema()) {
            whole(kind, resource, verb, value)?;
            continue;
        }
        let Ok(target) = Target::parse(name) else {
            // Attributes of providers' own extensions can have any name.
            resource.insert(name.clone(), value.clone());
            continue;
        };
        if !target.is_read_only(kind) && target.check(kind).is_ok() {
            target.change(kind, resource, verb, value);
        }
    }
    Ok(())
}

impl Target {
    fn parse(text: &str) -> Result<Self, ScimError> {
        let Some((head, rest)) = text.split_once('[') else {
            return Ok(Self {
                path: AttributePath::parse(text)?,
                condition: None,
            });
        };
        let unclosed = || ScimError::path(format!("{} has no closing bracket", cut(&quoted(text))));
        let (condition, part) = rest.rsplit_once(']').ok_or_else(unclosed)?;
        let condition = Filter::parse(condition).map_err(ScimError::into_path)?;
        let path = match part {
            "" => AttributePath::parse(head)?,
            part if part.starts_with('.') => AttributePath::parse(&format!("{head}{part}"))?,
            _ => {
                return Err(no_path(text));
            }
        };
        Ok(Self {
            path,
            condition: Some(condition),
        })
    }

    fn attribute(&self, kind: ResourceType) -> Option<&'static Attribute> {
        kind.attribute(self.path.urn.as_deref(), &self.path.name)
    }

    /// Whether clients can't change the attribute, or the part of it.
    fn is_read_only(&self, kind: ResourceType) -> bool {
        let Some(attribute) = self.attribute(kind) else {
            return false;
        };
        let part = self.path.part.as_deref();
        let part = part.and_then(|part| find(attribute.parts(), part));
        attribute.is_read_only || part.is_some_and(|part| part.is_read_only)
    }

    fn check(&self, kind: ResourceType) -> Result<(), ScimError> {
        check_path(&self.path, self.condition.as_ref(), kind)
    }

    /// Whether it is a user's password, which providers send though no schema lists it. It is
    /// ignored.
    fn is_password(&self, kind: ResourceType) -> bool {
        kind == ResourceType::User && self.path.is("password")
    }

    fn is_all_members(&self, kind: ResourceType) -> bool {
        kind == ResourceType::Group && self.path.is("members") && self.condition.is_none()
    }

    fn change(
        &self,
        kind: ResourceType,
        resource: &mut Map<String, Value>,
        verb: Verb,
        value: &Value,
    ) {
        // Clients send null for attributes that they have not read.
        if value.is_null() && verb != Verb::Remove && self.is_all_members(kind) {
            return;
        }
        let verb = if value.is_null() && verb == Verb::Replace {
            Verb::Remove
        } else {
            verb
        };
        let Some(urn) = &self.path.urn else {
            if !self.path.name.is_empty() {
                self.change_in(kind, resource, verb, value);
            }
            return;
        };
        let key = key_in(resource, urn);
        if self.path.name.is_empty() && verb == Verb::Remove {
            resource.remove(&key);
            return;
        }
        let extension = resource.entry(key).or_insert_with(|| json!({}));
        if !extension.is_object() {
            *extension = json!({});
        }
        let Value::Object(extension) = extension else {
            return;
        };
        if !self.path.name.is_empty() {
            self.change_in(kind, extension, verb, value);
        } else if let Value::Object(members) = value {
            merge(extension, members);
        }
    }

    fn change_in(
        &self,
        kind: ResourceType,
        container: &mut Map<String, Value>,
        verb: Verb,
        value: &Value,
    ) {
        let attribute = self.attribute(kind);
        let key = key_in(container, &self.path.name);
        let is_list = attribute.is_some_and(|of| of.is_multi)
            || matches!(container.get(&key), Some(Value::Array(_)));
        if is_list && (self.condition.is_some() || self.path.part.is_some()) {
            let list = container.entry(key).or_insert_with(|| json!([]));
            if !list.is_array() {
                *list = json!([list.take()]);
            }
            if let Value::Array(items) = list {
                for item in items.iter_mut() {
                    name_value(attribute, item);
                }
                self.change_items(items, verb, value);
            }
            return;
        }
        if let Some(part) = &self.path.part {
            let whole = container.entry(key).or_insert_with(|| json!({}));
            name_value(attribute, whole);
            if !whole.is_object() {
                *whole = json!({});
            }
            if let Value::Object(whole) = whole {
                set(whole, part, verb, value);
            }
            return;
        }
        match (verb, container.get_mut(&key)) {
            (Verb::Remove, Some(Value::Array(items))) if !value.is_null() => {
                remove(items, value);
            }
            (Verb::Remove, _) => drop(container.remove(&key)),
            (Verb::Add, Some(Value::Array(items))) => add(items, value),
            (_, Some(Value::Object(old))) if value.is_object() && !is_list => {
                if let Value::Object(new) = value {
                    merge(old, new);
                }
            }
            _ if is_list => drop(container.insert(key, Value::Array(listed(value)))),
            _ => drop(container.insert(key, value.clone())),
        }
    }

    /// Changes the items that match the condition; if there are none, creates one from it.
    fn change_items(&self, items: &mut Vec<Value>, verb: Verb, value: &Value) {
        let is_chosen = |item: &Value| match (&self.condition, item) {
            (None, _) => true,
            (Some(condition), Value::Object(item)) => condition.holds(item),
            (Some(condition), plain) => {
                let mut item = Map::new();
                item.insert("value".to_owned(), plain.clone());
                condition.holds(&item)
            }
        };
        if verb == Verb::Remove && self.path.part.is_none() {
            items.retain(|item| !is_chosen(item));
            return;
        }
        let (chosen, others): (Vec<_>, Vec<_>) = items.iter_mut().partition(|item| is_chosen(item));
        let is_found = !chosen.is_empty();
        let mut has_primary = false;
        for item in chosen {
            let was_primary = is_primary(item);
            if let Value::Object(members) = item {
                match (&self.path.part, value) {
                    (Some(part), _) => set(members, part, verb, value),
                    (None, Value::Object(new)) => merge(members, new),
                    (None, _) => set(members, "value", verb, value),
                }
            }
            has_primary |= is_primary(item) && !was_primary;
        }
        if has_primary {
            unset_primary(others.into_iter());
        }
        if is_found || verb == Verb::Remove {
            return;
        }
        let mut item = Map::new();
        if let Some(condition) = &self.condition {
            what_holds(condition, &mut item);
        }
        match (&self.path.part, value) {
            (Some(part), _) => set(&mut item, part, verb, value),
            (None, Value::Object(new)) => merge(&mut item, new),
            (None, Value::Array(_)) => return add(items, value),
            (None, _) => set(&mut item, "value", verb, value),
        }
        let item = Value::Object(item);
        if is_primary(&item) {
            unset_primary(items.iter_mut());
        }
        items.push(item);
    }
}

/// Makes an object of a bare text where it is the part `value`: some clients send `manager` as a
/// bare id, and emails as bare addresses.
fn name_value(attribute: Option<&Attribute>, value: &mut Value) {
    let has_value = attribute.is_some_and(|of| find(of.parts(), "value").is_some());
    if let (Value::String(text), true) = (&*value, has_value) {
        *value = json!({ "value": text });
    }
}

/// The strings that an item must have to match the condition.
fn what_holds(condition: &Filter, item: &mut Map<String, Value>) {
    match condition {
        Filter::And(a, b) => {
            what_holds(a, item);
            what_holds(b, item);
        }
        Filter::Compare(path, Operator::Equal, value) if path.urn.is_none() => {
            item.insert(path.name.clone(), value.clone());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
