//! Whether a GraphQL document makes sense with the schema. It is checked as a whole before
//! anything is read or changed, so a document with a mistake changes nothing.

use std::collections::HashMap;

use async_graphql_parser::Positioned;
use async_graphql_parser::types::{
    BaseType, Field, InputObjectType, InputValueDefinition, OperationDefinition, Selection,
    SelectionSet, Type, TypeKind,
};
use async_graphql_value::{ConstValue, Name};
use serde_json::{Map, Value};

use super::schema::Schema;
use super::selection::{Budget, Fragments, GraphqlError, no_directive};

/// Variables with their values, as the schema has them.
pub(super) type Variables = Map<String, Value>;

/// A field that was selected under some name: its own name and its arguments.
type Selected<'a> = (
    &'a Name,
    &'a [(Positioned<Name>, Positioned<async_graphql_value::Value>)],
);

/// The variables that were sent, and the defaults of the others.
pub(super) fn variables(
    schema: &Schema,
    operation: &OperationDefinition,
    mut sent: Map<String, Value>,
) -> Result<Variables, GraphqlError> {
    let mut variables = Map::new();
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        let name = definition.name.node.as_str();
        let value = match (sent.remove(name), definition.default_value()) {
            (Some(value), _) => value,
            (None, Some(default)) => json_of(default.clone())?,
            (None, None) => Value::Null,
        };
        let place = format!("${name}");
        let named = named_type(&definition.var_type.node);
        if schema.kind(named).is_none() || schema.is_object(named) {
            let message = format!("{place} can't have the type {named:?}");
            return Err(GraphqlError::invalid(message));
        }
        let value = coerced(schema, &definition.var_type.node, value, &place)?;
        variables.insert(name.to_owned(), value);
    }
    Ok(variables)
}

/// The arguments of a field of the root, as the schema has them.
pub(super) fn arguments(
    schema: &Schema,
    root: &str,
    field: &Field,
    variables: &Variables,
) -> Result<Value, GraphqlError> {
    let definition = schema.field(root, &field.name.node);
    let definitions = definition.map_or(&[][..], |definition| &definition.arguments);
    let mut given = Map::new();
    for (name, value) in &field.arguments {
        let name = name.node.as_str();
        if !definitions.iter().any(|of| of.node.name.node == *name) {
            let field = field.name.node.as_str();
            return Err(GraphqlError::invalid(format!(
                "{field:?} has no argument {name:?}"
            )));
        }
        let value = value.node.clone().into_const_with(|variable| {
            let value = variables.get(variable.as_str()).cloned().ok_or_else(|| {
                let message = format!("the variable {:?} is not declared", variable.as_str());
                GraphqlError::invalid(message)
            })?;
            ConstValue::from_json(value).map_err(|error| GraphqlError::invalid(error.to_string()))
        })?;
        given.insert(name.to_owned(), json_of(value)?);
    }
    Ok(Value::Object(coerced_members(
        schema,
        definitions,
        given,
        &field.name.node,
    )?))
}

/// Checks what an operation selects, in the fragments too.
pub(super) struct Validator<'a> {
    pub(super) schema: &'a Schema,
    pub(super) fragments: &'a Fragments,
    pub(super) variables: &'a Variables,
    pub(super) budget: Budget,
}

impl<'a> Validator<'a> {
    /// Checks a selection from the type called `of`.
    pub(super) fn check(&self, set: &'a SelectionSet, of: &str) -> Result<(), GraphqlError> {
        self.check_set(set, of, &mut HashMap::new(), 1)
    }

    fn check_set(
        &self,
        set: &'a SelectionSet,
        of: &str,
        selected: &mut HashMap<&'a str, Selected<'a>>,
        depth: usize,
    ) -> Result<(), GraphqlError> {
        self.budget.count(depth)?;
        for item in &set.items {
            no_directive(item.node.directives())?;
            let (on, set) = match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let key = field.response_key().node.as_str();
                    let this = (&field.name.node, &field.arguments[..]);
                    if *selected.entry(key).or_insert(this) != this {
                        let message = format!("{key:?} is the name of two different fields");
                        return Err(GraphqlError::invalid(message));
                    }
                    self.check_field(field, of, depth)?;
                    continue;
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let fragment = self.fragments.get(name).ok_or_else(|| {
                        GraphqlError::invalid(format!("there is no fragment {name:?}"))
                    })?;
                    let on = Some(fragment.node.type_condition.node.on.node.as_str());
                    (on, &fragment.node.selection_set.node)
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    let on = on.map(|condition| condition.node.on.node.as_str());
                    (on, &fragment.node.selection_set.node)
                }
            };
            if let Some(on) = on.filter(|on| *on != of) {
                let message = format!("a fragment on {on:?} can't be of type {of:?}");
                return Err(GraphqlError::invalid(message));
            }
            self.check_set(set, of, selected, depth + 1)?;
        }
        Ok(())
    }

    fn check_field(&self, field: &'a Field, of: &str, depth: usize) -> Result<(), GraphqlError> {
        self.budget.count(depth)?;
        let (name, set) = (field.name.node.as_str(), &field.selection_set.node);
        let named = if name == "__typename" {
            None
        } else {
            let definition = self.schema.field(of, name).ok_or_else(|| {
                GraphqlError::invalid(format!("field {name:?} not found in type: {of:?}"))
            })?;
            Some(named_type(&definition.ty.node))
        };
        arguments(self.schema, of, field, self.variables)?;
        match named.filter(|named| self.schema.is_object(named)) {
            Some(_) if set.items.is_empty() => {
                Err(GraphqlError::invalid(format!("select fields of {name:?}")))
            }
            Some(inner) => self.check_set(set, inner, &mut HashMap::new(), depth + 1),
            None if set.items.is_empty() => Ok(()),
            None => Err(GraphqlError::invalid(format!(
                "{name:?} has no fields to select"
            ))),
        }
    }
}

fn named_type(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named_type(item),
    }
}

/// A value as its type has it: a single item of a list becomes a list, and members that are
/// not sent get their defaults.
fn coerced(schema: &Schema, of: &Type, value: Value, place: &str) -> Result<Value, GraphqlError> {
    if value.is_null() {
        return if of.nullable {
            Ok(value)
        } else {
            Err(GraphqlError::invalid(format!("{place} is missing")))
        };
    }
    let name = match &of.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => {
            let items = match value {
                Value::Array(items) => items,
                single => vec![single],
            };
            let items = items.into_iter();
            return items
                .map(|value| coerced(schema, item, value, place))
                .collect();
        }
    };
    let is_fine = match (schema.kind(name), &value) {
        (Some(TypeKind::InputObject(of)), Value::Object(_)) => {
            return coerced_object(schema, of, value, place);
        }
        (Some(TypeKind::Enum(of)), Value::String(text)) => {
            of.values.iter().any(|of| of.node.value.node == *text)
        }
        (Some(TypeKind::Scalar), value) => is_scalar(name, value),
        _ => false,
    };
    if is_fine {
        return Ok(value);
    }
    Err(GraphqlError::invalid(format!(
        "{place} must be of type {name:?}, not {value}"
    )))
}

fn coerced_object(
    schema: &Schema,
    of: &InputObjectType,
    value: Value,
    place: &str,
) -> Result<Value, GraphqlError> {
    let Value::Object(given) = value else {
        return Err(GraphqlError::invalid(format!("{place} must be an object")));
    };
    let is_known = |name: &str| of.fields.iter().any(|field| field.node.name.node == name);
    if let Some(unknown) = given.keys().find(|name| !is_known(name)) {
        let message = format!("{place} has no member {unknown:?}");
        return Err(GraphqlError::invalid(message));
    }
    Ok(Value::Object(coerced_members(
        schema, &of.fields, given, place,
    )?))
}

/// The members of an object, or the arguments of a field; each of them is known.
fn coerced_members(
    schema: &Schema,
    definitions: &[Positioned<InputValueDefinition>],
    mut given: Map<String, Value>,
    place: &str,
) -> Result<Map<String, Value>, GraphqlError> {
    let mut members = Map::new();
    for definition in definitions {
        let definition = &definition.node;
        let name = definition.name.node.as_str();
        let value = match (given.remove(name), &definition.default_value) {
            (Some(value), _) => value,
            (None, Some(default)) => json_of(default.node.clone())?,
            (None, None) if definition.ty.node.nullable => continue,
            (None, None) => Value::Null,
        };
        let value = coerced(
            schema,
            &definition.ty.node,
            value,
            &format!("{place}.{name}"),
        )?;
        members.insert(name.to_owned(), value);
    }
    Ok(members)
}

fn is_scalar(name: &str, value: &Value) -> bool {
    match (name, value) {
        ("Boolean", value) => value.is_boolean(),
        ("Int", value) => value
            .as_i64()
            .is_some_and(|number| i32::try_from(number).is_ok()),
        // Its clients send large ones as text.
        ("bigint", Value::String(digits)) => digits.parse::<i64>().is_ok(),
        ("bigint", value) => value.is_i64(),
        (_, value) => value.is_string(),
    }
}

fn json_of(value: ConstValue) -> Result<Value, GraphqlError> {
    value
        .into_json()
        .map_err(|error| GraphqlError::invalid(error.to_string()))
}
