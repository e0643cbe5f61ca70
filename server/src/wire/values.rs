//! The values of a GraphQL document's variables and arguments. Each is coerced to its type once,
//! before anything is read or changed.

use async_graphql_parser::Positioned;
use async_graphql_parser::types::{
    BaseType, Field, InputObjectType, InputValueDefinition, OperationDefinition, Type, TypeKind,
};
use async_graphql_value::{Number, Value as Literal};
use serde_json::{Map, Value};

use headcount::quoted;

use super::schema::Schema;
use super::selection::{Budget, GraphqlError};
use crate::door::cut;

/// Variables with their coerced values, except those that were not sent and have no default.
pub(super) type Variables = Map<String, Value>;

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
        let of = &definition.var_type.node;
        let place = format!("${name}");
        let named = named_type(of);
        if schema.kind(named).is_none() || schema.is_object(named) {
            let message = format!("{place} can't have the type {}", quoted(named));
            return Err(GraphqlError::invalid(message));
        }
        let value = match (sent.remove(name), &definition.default_value) {
            (Some(value), _) => value,
            (None, Some(default)) => constant(&default.node.clone().into_value())?,
            // The default of the place applies.
            (None, None) if of.nullable => continue,
            (None, None) => Value::Null,
        };
        variables.insert(name.to_owned(), coerced(schema, of, value, &place)?);
    }
    Ok(variables)
}

/// The validated arguments of a root field.
pub(super) fn arguments(
    schema: &Schema,
    root: &str,
    field: &Field,
    variables: &Variables,
    budget: &Budget,
) -> Result<Value, GraphqlError> {
    let name = field.name.node.as_str();
    let definition = schema.field(root, name);
    let definitions = definition.map_or(&[][..], |definition| &definition.arguments);
    let mut given = Map::new();
    for (name, literal) in &field.arguments {
        if let Some(value) = filled(&literal.node, variables, budget)? {
            given.insert(name.node.to_string(), value);
        }
    }
    let arguments = coerced_members(schema, definitions, given, name)?;
    Ok(Value::Object(arguments))
}

/// The value of a literal without variables.
fn constant(literal: &Literal) -> Result<Value, GraphqlError> {
    let value = filled(literal, &Map::new(), &Budget::new(0))?;
    Ok(value.unwrap_or_default())
}

/// A literal with the values of its variables; `None` for a variable without a value. Each use of a
/// variable copies its value, so it counts against the budget.
fn filled(
    literal: &Literal,
    variables: &Variables,
    budget: &Budget,
) -> Result<Option<Value>, GraphqlError> {
    let value = match literal {
        Literal::Variable(name) => {
            let Some(value) = variables.get(name.as_str()) else {
                return Ok(None);
            };
            budget.take_bytes(value.to_string().len())?;
            value.clone()
        }
        // Documents have no binary values.
        Literal::Null | Literal::Binary(_) => Value::Null,
        Literal::Number(number) => Value::Number(number.clone()),
        Literal::String(text) => Value::String(text.clone()),
        Literal::Boolean(yes) => Value::Bool(*yes),
        Literal::Enum(name) => Value::String(name.to_string()),
        Literal::List(literals) => {
            let mut items = Vec::with_capacity(literals.len());
            for literal in literals {
                items.push(filled(literal, variables, budget)?.unwrap_or_default());
            }
            Value::Array(items)
        }
        Literal::Object(literals) => {
            let mut members = Map::new();
            for (name, literal) in literals {
                if let Some(value) = filled(literal, variables, budget)? {
                    members.insert(name.to_string(), value);
                }
            }
            Value::Object(members)
        }
    };
    Ok(Some(value))
}

/// The name of a type without its lists.
pub(super) fn named_type(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named_type(item),
    }
}

/// Coerces a value to its type: a single item becomes a list, and missing keys get their
/// defaults.
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
        (Some(TypeKind::Scalar), value) => {
            Scalar::of_json(value).is_some_and(|scalar| scalar.fits(name))
        }
        _ => false,
    };
    if is_fine {
        return Ok(value);
    }
    Err(mistyped(place, name, &value))
}

/// The error for a value of the wrong type.
pub(super) fn mistyped(place: &str, name: &str, value: &impl std::fmt::Display) -> GraphqlError {
    let value = cut(value);
    GraphqlError::invalid(format!(
        "{place} must be of type {}, not {value}",
        quoted(name)
    ))
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
        return Err(no_member(place, unknown));
    }
    Ok(Value::Object(coerced_members(
        schema, &of.fields, given, place,
    )?))
}

/// The error for an unknown argument or key.
pub(super) fn no_member(place: &str, name: &str) -> GraphqlError {
    let name = cut(&quoted(name));
    GraphqlError::invalid(format!("{place} has no argument or member {name}"))
}

/// Coerces the keys of an object, or the arguments of a field, all of which are known.
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
            (None, Some(default)) => constant(&default.node.clone().into_value())?,
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

/// A scalar in a document or in JSON.
pub(super) enum Scalar<'a> {
    Text(&'a str),
    Number(&'a Number),
    Boolean,
}

impl<'a> Scalar<'a> {
    fn of_json(value: &'a Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Text(text)),
            Value::Number(number) => Some(Self::Number(number)),
            Value::Bool(_) => Some(Self::Boolean),
            _ => None,
        }
    }

    pub(super) fn of_literal(literal: &'a Literal) -> Option<Self> {
        match literal {
            Literal::String(text) => Some(Self::Text(text)),
            Literal::Number(number) => Some(Self::Number(number)),
            Literal::Boolean(_) => Some(Self::Boolean),
            _ => None,
        }
    }

    /// Whether it is a value of the type with this name.
    pub(super) fn fits(&self, name: &str) -> bool {
        match (name, self) {
            ("Int", Self::Number(number)) => number
                .as_i64()
                .is_some_and(|number| i32::try_from(number).is_ok()),
            ("bigint", Self::Number(number)) => number.is_i64(),
            // Clients send large numbers as strings.
            ("bigint", Self::Text(digits)) => digits.parse::<i64>().is_ok(),
            ("Boolean", scalar) => matches!(scalar, Self::Boolean),
            ("Int" | "bigint", _) => false,
            (_, scalar) => matches!(scalar, Self::Text(_)),
        }
    }
}
