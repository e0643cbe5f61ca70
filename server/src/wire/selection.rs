//! Selection of a valid GraphQL document's fields from JSON, within limits.

use std::cell::Cell;
use std::collections::HashMap;

use async_graphql_parser::Positioned;
use async_graphql_parser::types::{Directive, Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql_value::Name;
use serde_json::{Map, Value};

use super::schema::Schema;

/// Fields that a document may name, and that a response may have in addition to those of members.
/// The introspection query of common clients needs a few thousand.
const FIELDS_MAX: usize = 50_000;
/// Additional fields of a response for each member of its largest workspace. So the limit is on how
/// much a document multiplies the data, not on the data.
const FIELDS_PER_MEMBER: usize = 8;
/// Bytes of JSON in all variables together, each counted as often as the document uses it.
const VARIABLES_BYTES_MAX: usize = 64 * 1024;

/// The fragments of a document, by name.
pub(super) type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Why a document is refused.
#[derive(Debug)]
pub(super) struct GraphqlError {
    pub(super) message: String,
    /// The error code of the platform's GraphQL server.
    pub(super) code: &'static str,
}

impl GraphqlError {
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: "validation-failed",
        }
    }
}

/// The maximum depth of a document, and how many fields it may still name or return.
///
/// Validation and execution count alike: one for each selection set and one for each field in it.
/// So if no list has more than one item, a document that passed validation can be executed: a
/// mutation that has changed something doesn't fail afterwards.
pub(super) struct Budget {
    depth_max: usize,
    fields_left: Cell<usize>,
    members: Cell<usize>,
    bytes_left: Cell<usize>,
}

impl Budget {
    pub(super) fn new(depth_max: usize) -> Self {
        Self {
            depth_max,
            fields_left: Cell::new(FIELDS_MAX),
            members: Cell::new(0),
            bytes_left: Cell::new(VARIABLES_BYTES_MAX),
        }
    }

    pub(super) fn count(&self, depth: usize) -> Result<(), GraphqlError> {
        if depth > self.depth_max {
            let message = format!("the document is nested deeper than {}", self.depth_max);
            return Err(GraphqlError::invalid(message));
        }
        self.take()
    }

    /// Counts a field or a literal of the document.
    pub(super) fn take(&self) -> Result<(), GraphqlError> {
        let left = self.fields_left.get().checked_sub(1).ok_or_else(|| {
            let message = format!("the document asks for more than {FIELDS_MAX} fields");
            GraphqlError::invalid(message)
        })?;
        self.fields_left.set(left);
        Ok(())
    }

    /// Counts the bytes of a variable that is used.
    pub(super) fn take_bytes(&self, bytes: usize) -> Result<(), GraphqlError> {
        let left = self.bytes_left.get().checked_sub(bytes).ok_or_else(|| {
            GraphqlError::invalid(format!(
                "the variables have more than {VARIABLES_BYTES_MAX} bytes, each as often as it \
                 is used"
            ))
        })?;
        self.bytes_left.set(left);
        Ok(())
    }

    /// Raises the limit for this many members, if it is not that high yet.
    pub(super) fn grant(&self, members: usize) {
        let more = members.saturating_sub(self.members.get());
        let left = self.fields_left.get();
        self.fields_left.set(left + more * FIELDS_PER_MEMBER);
        self.members.set(self.members.get() + more);
    }
}

/// Executes the selections of a validated document.
pub(super) struct Selector<'a> {
    pub(super) schema: &'a Schema,
    pub(super) fragments: &'a Fragments,
    pub(super) budget: Budget,
}

impl Selector<'_> {
    /// The selection of `field` from its `value`.
    pub(super) fn field(
        &self,
        value: &Value,
        field: &Field,
        depth: usize,
    ) -> Result<Value, GraphqlError> {
        match value {
            Value::Array(items) => items
                .iter()
                .map(|item| self.field(item, field, depth))
                .collect(),
            Value::Object(object) => {
                let mut selected = Map::new();
                let set = &field.selection_set.node;
                self.select(object, set, &mut selected, depth + 1)?;
                Ok(Value::Object(selected))
            }
            plain => Ok(plain.clone()),
        }
    }

    fn select(
        &self,
        object: &Map<String, Value>,
        set: &SelectionSet,
        selected: &mut Map<String, Value>,
        depth: usize,
    ) -> Result<(), GraphqlError> {
        self.budget.count(depth)?;
        for item in &set.items {
            let set = match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    self.budget.count(depth)?;
                    let value = self.look_up(object, &field.name.node);
                    let answer = self.field(value, field, depth)?;
                    merge(selected, &field.response_key().node, answer);
                    continue;
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    fragment.map(|fragment| &fragment.node.selection_set.node)
                }
                Selection::InlineFragment(fragment) => Some(&fragment.node.selection_set.node),
            };
            if let Some(set) = set {
                self.select(object, set, selected, depth + 1)?;
            }
        }
        Ok(())
    }

    /// The value of a field; for a reference to a type it may be in the type.
    fn look_up<'v>(&'v self, object: &'v Map<String, Value>, field: &str) -> &'v Value {
        let named = || {
            object.get("__typename").filter(|of| *of == "__Type")?;
            let name = object.get("name").and_then(Value::as_str)?;
            self.schema.named(name)?.get(field)
        };
        object.get(field).or_else(named).unwrap_or(&Value::Null)
    }
}

/// Refuses directives, because the schema has none.
pub(super) fn no_directive(directives: &[Positioned<Directive>]) -> Result<(), GraphqlError> {
    match directives.first() {
        None => Ok(()),
        Some(directive) => Err(GraphqlError::invalid(format!(
            "there is no directive \"{}\"",
            directive.node.name.node.as_str()
        ))),
    }
}

/// Adds `value` under `key`, and merges two selections of one field.
pub(super) fn merge(selected: &mut Map<String, Value>, key: &str, value: Value) {
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
