//! Selecting from JSON what a valid GraphQL document asks for, within limits.

use std::cell::Cell;
use std::collections::HashMap;

use async_graphql_parser::Positioned;
use async_graphql_parser::types::{Directive, Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql_value::Name;
use serde_json::{Map, Value};

use super::schema::Schema;

/// Fields that one document may name, and that it may have answered besides those of
/// members. The introspection query of common clients needs some thousand.
const FIELDS_MAX: usize = 50_000;
/// Fields that may be answered for each member of the largest workspace of an answer. So the
/// limit is on what a document makes of the data, and not on the data.
const FIELDS_PER_MEMBER: usize = 8;
/// Bytes of JSON of all variables, each as often as the document uses it.
const VARIABLES_BYTES_MAX: usize = 64 * 1024;

/// The fragments of a document, by name.
pub(super) type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Why a document is not answered.
#[derive(Debug)]
pub(super) struct GraphqlError {
    pub(super) message: String,
    /// In the words of the platform's GraphQL server.
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

/// How deep a document may go, and how many fields it may still name or have answered.
///
/// Naming and answering are counted alike: one for each selection set and one for each field
/// in it. So where no list has more than one item, a document that could be validated can
/// be answered: a mutation that has changed something doesn't fail afterwards.
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

    /// Counts a field, or a value that stands in the document.
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

    /// Makes room for the fields of this many members, unless there is room for as many.
    pub(super) fn grant(&self, members: usize) {
        let more = members.saturating_sub(self.members.get());
        let left = self.fields_left.get();
        self.fields_left.set(left + more * FIELDS_PER_MEMBER);
        self.members.set(self.members.get() + more);
    }
}

/// Selects what a document asks for, which was validated.
pub(super) struct Selector<'a> {
    pub(super) schema: &'a Schema,
    pub(super) fragments: &'a Fragments,
    pub(super) budget: Budget,
}

impl Selector<'_> {
    /// What `field` selects of `value`, which is the field's.
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

    /// The value of a field; a reference to a type has only some of them itself.
    fn look_up<'v>(&'v self, object: &'v Map<String, Value>, field: &str) -> &'v Value {
        let named = || {
            object.get("__typename").filter(|of| *of == "__Type")?;
            let name = object.get("name").and_then(Value::as_str)?;
            self.schema.named(name)?.get(field)
        };
        object.get(field).or_else(named).unwrap_or(&Value::Null)
    }
}

/// Directives are not in the schema, so there are none to heed.
pub(super) fn no_directive(directives: &[Positioned<Directive>]) -> Result<(), GraphqlError> {
    match directives.first() {
        None => Ok(()),
        Some(directive) => Err(GraphqlError::invalid(format!(
            "there is no directive {:?}",
            directive.node.name.node.as_str()
        ))),
    }
}

/// Adds `value` under `key`; two selections of one field come together.
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
