//! Validation of filters and of paths in PATCH: each attribute must belong to the resource, and be
//! compared with a value of its type. An empty response to any other filter would claim that there
//! are no matches, and a success of any other PATCH that it was applied.

use headcount::{Timestamp, quoted};
use serde_json::Value;

use super::ScimError;
use super::filter::{Filter, Operator};
use super::path::AttributePath;
use super::schema::{Attribute, Form, ResourceType, find};
use super::tidy::boolean;
use crate::door::cut;

/// The place of a filter's attributes.
#[derive(Clone, Copy)]
enum Scope {
    Resource(ResourceType),
    /// In the items of this list.
    Items(&'static Attribute),
    /// In a provider's own extension, which is stored with the user.
    Unknown,
}

/// Refuses a filter that does not fit resources of this type.
pub(super) fn check(filter: &Filter, kind: ResourceType) -> Result<(), ScimError> {
    check_in(filter, Scope::Resource(kind))
}

/// Refuses a path of a PATCH that does not fit resources of this type.
pub(super) fn check_path(
    path: &AttributePath,
    condition: Option<&Filter>,
    kind: ResourceType,
) -> Result<(), ScimError> {
    let scope = Scope::Resource(kind);
    let found = match (&path.urn, path.name.is_empty()) {
        (Some(urn), true) => scope.check_schema(urn),
        _ => scope.find(path).map(|_| ()),
    };
    found.map_err(ScimError::into_path)?;
    let Some(condition) = condition else {
        return Ok(());
    };
    let list = AttributePath {
        part: None,
        ..path.clone()
    };
    let filter = Filter::Item(list, Box::new(condition.clone()));
    check_in(&filter, scope).map_err(ScimError::into_path)
}

fn check_in(filter: &Filter, scope: Scope) -> Result<(), ScimError> {
    match filter {
        Filter::And(a, b) | Filter::Or(a, b) => {
            check_in(a, scope)?;
            check_in(b, scope)
        }
        Filter::Not(not) => check_in(not, scope),
        Filter::Present(path) => scope.find(path).map(|_| ()),
        Filter::Compare(path, operator, value) => match scope.find(path)? {
            Some(attribute) => check_value(attribute, path, *operator, value),
            None => Ok(()),
        },
        Filter::Item(path, condition) => match scope.find(path)? {
            Some(attribute) if attribute.is_multi && path.part.is_none() => {
                check_in(condition, Scope::Items(attribute))
            }
            Some(_) => Err(ScimError::filter(format!(
                "{} is not multi-valued",
                quoted(&path.name)
            ))),
            None => check_in(condition, Scope::Unknown),
        },
    }
}

impl Scope {
    /// The attribute of a path; `None` if its extension is a provider's own.
    fn find(self, path: &AttributePath) -> Result<Option<&'static Attribute>, ScimError> {
        let urn = path.urn.as_deref();
        let (of, found) = match self {
            Self::Unknown => return Ok(None),
            Self::Items(list) => {
                let found = find(list.parts(), &path.name);
                let is_plain = urn.is_none() && path.core.is_none();
                (list.name, found.filter(|_| is_plain))
            }
            Self::Resource(kind) => {
                if let Some(urn) = urn.or(path.core) {
                    self.check_schema(urn)?;
                }
                if urn.is_some_and(|urn| kind.is_extension_of_provider(urn)) {
                    return Ok(None);
                }
                (kind.name(), kind.attribute(urn, &path.name))
            }
        };
        let found = match (found, &path.part) {
            (Some(attribute), Some(part)) => find(attribute.parts(), part),
            (found, _) => found,
        };
        let name = [Some(&path.name), path.part.as_ref()];
        let name: Vec<_> = name.into_iter().flatten().map(String::as_str).collect();
        let unknown = || {
            let name = cut(&name.join("."));
            ScimError::filter(format!("{of} has no attribute {}", quoted(&name)))
        };
        found.map(Some).ok_or_else(unknown)
    }

    /// Refuses a schema that resources of this type don't have.
    fn check_schema(self, urn: &str) -> Result<(), ScimError> {
        let Self::Resource(kind) = self else {
            return Ok(());
        };
        let mut known = kind.schemas().into_iter().map(|(known, _)| known);
        if known.any(|known| known.eq_ignore_ascii_case(urn)) || kind.is_extension_of_provider(urn)
        {
            return Ok(());
        }
        let (of, urn) = (kind.name(), cut(&urn));
        Err(ScimError::filter(format!(
            "{of} has no schema {}",
            quoted(&urn)
        )))
    }
}

fn check_value(
    attribute: &'static Attribute,
    path: &AttributePath,
    operator: Operator,
    value: &Value,
) -> Result<(), ScimError> {
    let name = &path.name;
    let refused = |hint: &str| Err(ScimError::filter(format!("{name} {hint}")));
    match (&attribute.form, value) {
        // A filter on a complex list compares its values.
        (Form::Complex(parts), _) => match find(parts, "value") {
            Some(part) => check_value(part, path, operator, value),
            None => refused("has sub-attributes: compare one of them"),
        },
        (_, Value::Null) | (Form::Boolean, Value::Bool(_)) => Ok(()),
        (Form::Boolean, Value::String(text))
            if operator.is_equality() && boolean(text).is_some() =>
        {
            Ok(())
        }
        (Form::Boolean, _) => refused("can only be compared with true or false, by eq or ne"),
        (Form::Moment, Value::String(text))
            if operator.is_part() || text.to_ascii_uppercase().parse::<Timestamp>().is_ok() =>
        {
            Ok(())
        }
        (Form::Moment, _) => {
            refused("can only be compared with a time such as \"2026-01-31T00:00:00Z\"")
        }
        (_, Value::String(_)) => Ok(()),
        _ => refused("is a string: put the value in double quotes"),
    }
}
