//! Names of attributes in filters and PATCH: `urn:…:User:name.givenName`.

use serde_json::{Map, Value};

use headcount::quoted;

use super::ScimError;
use super::schema::{ENTERPRISE, GROUP, USER, WORKSPACE};
use crate::door::cut;

/// The place of an attribute. The name is empty for an extension as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AttributePath {
    /// The core schema, if the path names it.
    pub(crate) core: Option<&'static str>,
    /// The extension, if it is not the core schema.
    pub(crate) urn: Option<String>,
    pub(crate) name: String,
    pub(crate) part: Option<String>,
}

impl AttributePath {
    /// Parses a path without conditions.
    pub(crate) fn parse(text: &str) -> Result<Self, ScimError> {
        let (schema, rest) = split_urn(text);
        let core = [USER, GROUP].into_iter().find(|core| schema == Some(*core));
        let urn = schema.filter(|_| core.is_none());
        if rest.is_empty() && urn.is_some() {
            return Ok(Self {
                core,
                urn: urn.map(str::to_owned),
                name: String::new(),
                part: None,
            });
        }
        let (name, part) = match rest.split_once('.') {
            Some((name, part)) => (name, Some(part)),
            None => (rest, None),
        };
        if !is_name(name) || part.is_some_and(|part| !is_name(part)) {
            return Err(no_path(text));
        }
        Ok(Self {
            core,
            urn: urn.map(str::to_owned),
            name: name.to_owned(),
            part: part.map(str::to_owned),
        })
    }

    /// Whether this is an attribute of the core schema, without a part or with the part `value`.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.urn.is_none()
            && self.name.eq_ignore_ascii_case(name)
            && self
                .part
                .as_ref()
                .is_none_or(|part| part.eq_ignore_ascii_case("value"))
    }

    /// The values at this path in a resource: for a list those of each item, and for a complex item
    /// its `value`.
    pub(crate) fn values<'a>(&self, resource: &'a Map<String, Value>) -> Vec<&'a Value> {
        let container = match &self.urn {
            None => Some(resource),
            Some(urn) => entry(resource, urn).and_then(|(_, value)| value.as_object()),
        };
        let Some((_, value)) = container.and_then(|container| entry(container, &self.name)) else {
            return Vec::new();
        };
        let part = self.part.as_deref();
        let of = |item: &'a Value| match (item, part) {
            (Value::Object(object), part) => {
                entry(object, part.unwrap_or("value")).map(|(_, value)| value)
            }
            (_, Some(_)) => None,
            (plain, None) => Some(plain),
        };
        match value {
            Value::Array(items) => items.iter().filter_map(of).collect(),
            // `name` is present as a whole although it has no `value`.
            Value::Object(object) if part.is_none() && entry(object, "value").is_none() => {
                vec![value]
            }
            single => of(single).into_iter().collect(),
        }
    }
}

pub(super) fn no_path(text: &str) -> ScimError {
    let text = cut(&quoted(text));
    ScimError::path(format!("{text} is not an attribute path"))
}

/// Splits the schema off the beginning of a path.
fn split_urn(text: &str) -> (Option<&str>, &str) {
    for known in [USER, GROUP, ENTERPRISE, WORKSPACE] {
        let Some(head) = text.get(..known.len()) else {
            continue;
        };
        if !head.eq_ignore_ascii_case(known) {
            continue;
        }
        match text[known.len()..].strip_prefix(':') {
            Some(rest) => return (Some(known), rest),
            None if text.len() == known.len() => return (Some(known), ""),
            None => {}
        }
    }
    match text.rsplit_once(':') {
        Some(_) if is_whole_schema(text) => (Some(text), ""),
        Some((urn, rest)) if is_urn(text) => (Some(urn), rest),
        _ => (None, text),
    }
}

/// Whether it is the name of a schema, without an attribute: by convention, that ends with a
/// version and a type of resource, such as `2.0:User`.
fn is_whole_schema(text: &str) -> bool {
    let version = text.rsplit(':').nth(1).unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|of| of.is_ascii_digit());
    is_urn(text) && version.contains('.') && version.split('.').all(is_number)
}

pub(crate) fn is_urn(text: &str) -> bool {
    text.get(..4)
        .is_some_and(|head| head.eq_ignore_ascii_case("urn:"))
}

fn is_name(text: &str) -> bool {
    let text = text.strip_prefix('$').unwrap_or(text);
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The entry with this key, case-insensitively.
pub(crate) fn entry<'a>(
    object: &'a Map<String, Value>,
    name: &str,
) -> Option<(&'a String, &'a Value)> {
    match object.get_key_value(name) {
        Some(found) => Some(found),
        None => object
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name)),
    }
}

/// The key as the object spells it, or `name` if it has none.
pub(crate) fn key_in(object: &Map<String, Value>, name: &str) -> String {
    entry(object, name).map_or_else(|| name.to_owned(), |(key, _)| key.clone())
}
