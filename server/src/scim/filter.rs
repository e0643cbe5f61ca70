//! Filters (RFC 7644 section 3.4.2.2): a parser with limits, and evaluation on a resource. Names
//! of attributes, operators and strings are compared case-insensitively.

use std::cmp::Ordering;

use headcount::{Timestamp, quoted};
use serde_json::{Map, Value};

use super::ScimError;
use super::path::AttributePath;
use super::tidy::boolean;

/// The longest filter, in bytes.
const BYTES_MAX: usize = 8 * 1024;
/// How deeply parentheses and brackets may be nested.
const DEPTH_MAX: usize = 32;

/// A condition on a resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    /// An item of the list meets the condition.
    Item(AttributePath, Box<Filter>),
    Present(AttributePath),
    Compare(AttributePath, Operator, Value),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    fn parse(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "co" => Self::Contains,
            "sw" => Self::StartsWith,
            "ew" => Self::EndsWith,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            _ => return None,
        })
    }

    pub(crate) fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }

    /// Whether it compares with a part of a string.
    pub(crate) fn is_part(self) -> bool {
        matches!(self, Self::Contains | Self::StartsWith | Self::EndsWith)
    }

    fn allows(self, order: Ordering) -> bool {
        match self {
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            _ => order.is_eq(),
        }
    }
}

impl Filter {
    /// Parses a filter.
    pub(crate) fn parse(text: &str) -> Result<Self, ScimError> {
        if text.len() > BYTES_MAX {
            return Err(ScimError::filter(format!(
                "the filter has {} bytes; {BYTES_MAX} are allowed",
                text.len()
            )));
        }
        let mut parser = Parser { rest: text };
        let filter = parser.any(0)?;
        parser.skip_space();
        match parser.rest {
            "" => Ok(filter),
            rest => Err(unexpected(rest)),
        }
    }

    /// Whether the filter matches a resource, or an item of a list.
    pub(crate) fn holds(&self, resource: &Map<String, Value>) -> bool {
        match self {
            Self::And(a, b) => a.holds(resource) && b.holds(resource),
            Self::Or(a, b) => a.holds(resource) || b.holds(resource),
            Self::Not(not) => !not.holds(resource),
            Self::Item(path, condition) => items(path, resource)
                .iter()
                .any(|item| item.as_object().is_some_and(|item| condition.holds(item))),
            Self::Present(path) => path.values(resource).into_iter().any(is_present),
            Self::Compare(path, Operator::NotEqual, Value::Null) => {
                path.values(resource).into_iter().any(is_present)
            }
            Self::Compare(path, Operator::NotEqual, wanted) => !path
                .values(resource)
                .into_iter()
                .any(|found| compare(path, found, Operator::Equal, wanted)),
            Self::Compare(path, Operator::Equal, Value::Null) => {
                !path.values(resource).into_iter().any(is_present)
            }
            Self::Compare(path, operator, wanted) => path
                .values(resource)
                .into_iter()
                .any(|found| compare(path, found, *operator, wanted)),
        }
    }

    /// Whether the filter uses an attribute of the core schema, or a part of it.
    pub(crate) fn names(&self, name: &str) -> bool {
        match self {
            Self::And(a, b) | Self::Or(a, b) => a.names(name) || b.names(name),
            Self::Not(not) => not.names(name),
            Self::Item(path, _) | Self::Present(path) | Self::Compare(path, ..) => {
                path.urn.is_none() && path.name.eq_ignore_ascii_case(name)
            }
        }
    }

    /// The string that `path` must equal for the filter to match, if there is one.
    pub(crate) fn required(&self, is: &dyn Fn(&AttributePath) -> bool) -> Option<&str> {
        match self {
            Self::And(a, b) => a.required(is).or_else(|| b.required(is)),
            Self::Compare(path, Operator::Equal, Value::String(text)) if is(path) => Some(text),
            Self::Item(path, condition) if is(path) => condition.required(&|part| part.is("value")),
            _ => None,
        }
    }
}

/// The items of the list at `path`.
pub(crate) fn items<'a>(path: &AttributePath, resource: &'a Map<String, Value>) -> &'a [Value] {
    let container = match &path.urn {
        None => Some(resource),
        Some(urn) => super::path::entry(resource, urn).and_then(|(_, value)| value.as_object()),
    };
    let found = container.and_then(|container| super::path::entry(container, &path.name));
    match found {
        Some((_, Value::Array(items))) => items,
        Some((_, single)) => std::slice::from_ref(single),
        None => &[],
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(object) => !object.is_empty(),
        _ => true,
    }
}

fn compare(path: &AttributePath, found: &Value, operator: Operator, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::String(found), Value::String(wanted)) => {
            compare_texts(path, found, operator, wanted)
        }
        (Value::Bool(found), Value::Bool(wanted)) => operator == Operator::Equal && found == wanted,
        (Value::Bool(found), Value::String(text)) => {
            operator == Operator::Equal && boolean(text) == Some(*found)
        }
        (Value::String(text), Value::Bool(wanted)) => {
            operator == Operator::Equal && boolean(text) == Some(*wanted)
        }
        (Value::Number(found), Value::Number(wanted)) => found
            .as_f64()
            .partial_cmp(&wanted.as_f64())
            .is_some_and(|order| operator.allows(order)),
        _ => false,
    }
}

fn compare_texts(path: &AttributePath, found: &str, operator: Operator, wanted: &str) -> bool {
    let is_plain = found.is_ascii() && wanted.is_ascii() && !may_be_moment(wanted);
    if operator == Operator::Equal && is_plain && !path.is("externalId") {
        // A PATCH can look up 1,000 of 10,000 members like this.
        return found.eq_ignore_ascii_case(wanted);
    }
    let (found, wanted) = if path.is("externalId") {
        (found.to_owned(), wanted.to_owned())
    } else {
        (found.to_lowercase(), wanted.to_lowercase())
    };
    match operator {
        Operator::Contains => found.contains(&wanted),
        Operator::StartsWith => found.starts_with(&wanted),
        Operator::EndsWith => found.ends_with(&wanted),
        _ => {
            let moment = |text: &str| text.to_uppercase().parse::<Timestamp>().ok();
            let order = match (moment(&found), moment(&wanted)) {
                (Some(found), Some(wanted)) => found.cmp(&wanted),
                _ => found.cmp(&wanted),
            };
            operator.allows(order)
        }
    }
}

/// Whether it may be a time, which can be written in several ways. An id never is.
fn may_be_moment(text: &str) -> bool {
    text.contains(['T', 't', ' ']) && text.contains(|sign: char| sign.is_ascii_digit())
}

fn unexpected(rest: &str) -> ScimError {
    let shown: String = rest.chars().take(40).collect();
    if shown.is_empty() {
        ScimError::filter("the filter ends too early")
    } else {
        ScimError::filter(format!(
            "the filter can't be read from {} on",
            quoted(&shown)
        ))
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Consumes a sign, if it is next.
    fn take(&mut self, sign: char) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn need(&mut self, sign: char) -> Result<(), ScimError> {
        if self.take(sign) {
            Ok(())
        } else {
            Err(unexpected(self.rest))
        }
    }

    /// The next word, without consuming it.
    fn peek(&mut self) -> &'a str {
        self.skip_space();
        let is_end = |sign: char| sign.is_whitespace() || "()[]\"".contains(sign);
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        &self.rest[..end]
    }

    fn word(&mut self) -> Result<&'a str, ScimError> {
        let word = self.peek();
        if word.is_empty() {
            return Err(unexpected(self.rest));
        }
        self.rest = &self.rest[word.len()..];
        Ok(word)
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let word = self.peek();
        let is_it = word.eq_ignore_ascii_case(wanted);
        if is_it {
            self.rest = &self.rest[word.len()..];
        }
        is_it
    }

    fn any(&mut self, depth: usize) -> Result<Filter, ScimError> {
        if depth > DEPTH_MAX {
            return Err(ScimError::filter(format!(
                "the filter is nested deeper than {DEPTH_MAX}"
            )));
        }
        let mut filter = self.all(depth)?;
        while self.take_word("or") {
            filter = Filter::Or(Box::new(filter), Box::new(self.all(depth)?));
        }
        Ok(filter)
    }

    fn all(&mut self, depth: usize) -> Result<Filter, ScimError> {
        let mut filter = self.one(depth)?;
        while self.take_word("and") {
            filter = Filter::And(Box::new(filter), Box::new(self.one(depth)?));
        }
        Ok(filter)
    }

    fn one(&mut self, depth: usize) -> Result<Filter, ScimError> {
        if self.take('(') {
            let filter = self.any(depth + 1)?;
            self.need(')')?;
            return Ok(filter);
        }
        if self.peek().eq_ignore_ascii_case("not") {
            self.word()?;
            self.need('(')?;
            let filter = self.any(depth + 1)?;
            self.need(')')?;
            return Ok(Filter::Not(Box::new(filter)));
        }
        let path = AttributePath::parse(self.word()?).map_err(ScimError::into_filter)?;
        if path.name.is_empty() {
            return Err(ScimError::filter(
                "a filter compares attributes, not extensions",
            ));
        }
        if self.rest.starts_with('[') {
            return self.item(path, depth);
        }
        self.comparison(path)
    }

    /// `[…]` after the name of a list, which may be followed by a comparison of a part.
    fn item(&mut self, path: AttributePath, depth: usize) -> Result<Filter, ScimError> {
        self.need('[')?;
        let mut condition = self.any(depth + 1)?;
        self.need(']')?;
        if let Some(rest) = self.rest.strip_prefix('.') {
            self.rest = rest;
            let part = AttributePath::parse(self.word()?).map_err(ScimError::into_filter)?;
            let comparison = self.comparison(part)?;
            condition = Filter::And(Box::new(condition), Box::new(comparison));
        }
        Ok(Filter::Item(path, Box::new(condition)))
    }

    fn comparison(&mut self, path: AttributePath) -> Result<Filter, ScimError> {
        if self.take_word("pr") {
            return Ok(Filter::Present(path));
        }
        let word = self.word()?;
        let operator = Operator::parse(word)
            .ok_or_else(|| ScimError::filter(format!("{} is not an operator", quoted(word))))?;
        let value = self.value()?;
        if !operator.is_equality() && !matches!(value, Value::String(_) | Value::Number(_)) {
            return Err(ScimError::filter(format!(
                "{word} does not compare with {value}"
            )));
        }
        Ok(Filter::Compare(path, operator, value))
    }

    fn value(&mut self) -> Result<Value, ScimError> {
        self.skip_space();
        if !self.rest.starts_with('"') {
            let word = self.word()?;
            return match boolean(word) {
                Some(value) => Ok(Value::Bool(value)),
                None => serde_json::from_str(&word.to_ascii_lowercase()).map_err(|_| {
                    ScimError::filter(format!("put {} in double quotes", quoted(word)))
                }),
            };
        }
        let mut escaped = false;
        for (at, byte) in self.rest.bytes().enumerate().skip(1) {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    let (quoted, rest) = self.rest.split_at(at + 1);
                    self.rest = rest;
                    return serde_json::from_str(quoted)
                        .map_err(|error| ScimError::filter(format!("{quoted}: {error}")));
                }
                _ => {}
            }
        }
        Err(ScimError::filter(
            "a text in the filter has no closing quote",
        ))
    }
}

#[cfg(test)]
mod tests;
