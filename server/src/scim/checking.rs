//! Validation of filters: each attribute must belong to the resource, and be compared with a value
//! of its type. An empty response to any other filter would claim that there are no matches.

use headcount::Timestamp;
use serde_json::Value;

use super::ScimError;
use super::filter::{Filter, Operator};
use super::path::AttributePath;
use super::schema::{Attribute, Form, ResourceType, find};
use super::tidy::boolean;

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
                "{:?} is not multi-valued",
                path.name
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
                let [core, extension] = kind.schemas().map(|(urn, _)| urn);
                let is_known = path.core.is_none_or(|urn| urn == core)
                    && urn.is_none_or(|urn| urn.eq_ignore_ascii_case(extension));
                if !is_known {
                    let of_provider = urn.is_some_and(is_of_provider);
                    return if kind == ResourceType::User && of_provider {
                        Ok(None)
                    } else {
                        let (of, urn) = (kind.name(), urn.or(path.core).unwrap_or_default());
                        Err(ScimError::filter(format!("{of} has no schema {urn:?}")))
                    };
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
        let unknown = || ScimError::filter(format!("{of} has no attribute {:?}", name.join(".")));
        found.map(Some).ok_or_else(unknown)
    }
}

/// Whether a schema can be a provider's own: it is outside the namespaces of which all schemas are
/// known.
fn is_of_provider(urn: &str) -> bool {
    let urn = urn.to_ascii_lowercase();
    let closed = ["urn:ietf:params:scim:", "urn:headcount:"];
    !closed.iter().any(|space| urn.starts_with(space))
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
