//! Selecting from JSON what a GraphQL document asks for, within limits.

use std::cell::Cell;
use std::collections::HashMap;

use async_graphql_parser::Positioned;
use async_graphql_parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql_value::Name;
use serde_json::{Map, Value};

use super::schema::Schema;

/// Fields that one document may have answered. The introspection query of common clients
/// needs some thousand.
const FIELDS_MAX: usize = 50_000;

/// Fields of `__Type` that a wrapping type has not.
const OF_TYPE: [&str; 9] = [
    "description",
    "specifiedByURL",
    "isOneOf",
    "fields",
    "interfaces",
    "possibleTypes",
    "enumValues",
    "inputFields",
    "ofType",
];

/// Why a document is not answered.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) message: String,
    /// In the words of the platform's GraphQL server.
    pub(super) code: &'static str,
}

impl Refusal {
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: "validation-failed",
        }
    }
}

pub(super) struct Selector<'a> {
    schema: &'a Schema,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    depth_max: usize,
    fields_left: Cell<usize>,
}

impl<'a> Selector<'a> {
    pub(super) fn new(
        schema: &'a Schema,
        fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
        depth_max: usize,
    ) -> Self {
        Self {
            schema,
            fragments,
            depth_max,
            fields_left: Cell::new(FIELDS_MAX),
        }
    }

    /// What `field` selects of `value`, which is the field's.
    pub(super) fn field(
        &self,
        value: &Value,
        field: &Field,
        depth: usize,
    ) -> Result<Value, Refusal> {
        let set = &field.selection_set.node;
        let name = &field.name.node;
        self.count(depth)?;
        match value {
            Value::Null => Ok(Value::Null),
            Value::Array(items) => items
                .iter()
                .map(|item| self.field(item, field, depth))
                .collect(),
            Value::Object(_) if set.items.is_empty() => {
                Err(Refusal::invalid(format!("select fields of {name:?}")))
            }
            Value::Object(object) => {
                let mut selected = Map::new();
                self.select(object, set, &mut selected, depth + 1)?;
                Ok(Value::Object(selected))
            }
            _ if !set.items.is_empty() => Err(Refusal::invalid(format!(
                "{name:?} has no fields to select"
            ))),
            plain => Ok(plain.clone()),
        }
    }

    fn select(
        &self,
        object: &Map<String, Value>,
        set: &SelectionSet,
        selected: &mut Map<String, Value>,
        depth: usize,
    ) -> Result<(), Refusal> {
        self.count(depth)?;
        let type_name = object
            .get("__typename")
            .and_then(Value::as_str)
            .unwrap_or_default();
        for item in &set.items {
            no_directives(&item.node)?;
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let value = self.look_up(object, type_name, &field.name.node)?;
                    let answer = self.field(value, field, depth)?;
                    merge(selected, &field.response_key().node, answer);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = self.fragments.get(name).ok_or_else(|| {
                        Refusal::invalid(format!("there is no fragment {name:?}"))
                    })?;
                    if fragment.node.type_condition.node.on.node == type_name {
                        let set = &fragment.node.selection_set.node;
                        self.select(object, set, selected, depth + 1)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    if on.is_none_or(|on| on.node.on.node == type_name) {
                        let set = &fragment.node.selection_set.node;
                        self.select(object, set, selected, depth + 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn look_up<'v>(
        &'v self,
        object: &'v Map<String, Value>,
        type_name: &str,
        field: &str,
    ) -> Result<&'v Value, Refusal> {
        if let Some(value) = object.get(field) {
            return Ok(value);
        }
        if type_name == "__Type" && OF_TYPE.contains(&field) {
            let name = object
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let full = self.schema.named(name).and_then(|full| full.get(field));
            return Ok(full.unwrap_or(&Value::Null));
        }
        Err(Refusal::invalid(format!(
            "field {field:?} not found in type: {type_name:?}"
        )))
    }

    fn count(&self, depth: usize) -> Result<(), Refusal> {
        if depth > self.depth_max {
            let message = format!("the document is nested deeper than {}", self.depth_max);
            return Err(Refusal::invalid(message));
        }
        let left = self.fields_left.get();
        if left == 0 {
            let message = format!("the document asks for more than {FIELDS_MAX} fields");
            return Err(Refusal::invalid(message));
        }
        self.fields_left.set(left - 1);
        Ok(())
    }
}

/// Directives are not in the schema, so there are none to heed.
pub(super) fn no_directives(selection: &Selection) -> Result<(), Refusal> {
    match selection.directives().first() {
        None => Ok(()),
        Some(directive) => Err(Refusal::invalid(format!(
            "there is no directive {:?}",
            directive.node.name.node.as_str()
        ))),
    }
}

/// Adds `value` under `key`; two selections of one field come together.
fn merge(selected: &mut Map<String, Value>, key: &str, value: Value) {
    match (selected.get_mut(key), value) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            for (key, value) in new {
                merge(old, &key, value);
            }
        }
        (Some(Value::Array(old)), Value::Array(new)) => {
            for (old, new) in old.iter_mut().zip(new) {
                if let (Value::Object(old), Value::Object(new)) = (old, new) {
                    for (key, value) in new {
                        merge(old, &key, value);
                    }
                }
            }
        }
        (_, value) => drop(selected.insert(key.to_owned(), value)),
    }
}
