//! Fields that hold several texts by name: attributes and external ids.

use headcount::quoted;
use serde_json::{Map, Number, Value};

use super::asked::IGNORE_ATTRIBUTE;
use super::cells::lost_character;
use super::reading::Reading;
use super::row::{Pairs, Row};
use super::values::{kind_of, mismatch};

impl Row {
    pub(super) fn read_attributes(&mut self, name: &str, value: Value, reading: &mut Reading<'_>) {
        let Value::Object(mut attributes) = value else {
            let expected = "an object, with a text or a list of texts for each name";
            self.problems.push(mismatch(name, expected, &value));
            return;
        };
        for name in reading.options.ignore_attributes {
            if attributes.remove(name).is_some() {
                reading.meet_as(IGNORE_ATTRIBUTE, name);
            }
        }
        let read = std::mem::take(&mut self.attributes);
        self.refuse_twice(name, "values of the attribute", &read, &attributes);
        self.attributes = self.with_each(read, attributes, attribute_value);
    }

    pub(super) fn read_external_ids(&mut self, name: &str, value: Value) {
        let Value::Object(ids) = value else {
            let expected = "an object, with a text for each provisioner";
            self.problems.push(mismatch(name, expected, &value));
            return;
        };
        let read = std::mem::take(&mut self.external_ids);
        self.refuse_twice(name, "external ids of", &read, &ids);
        self.external_ids = self.with_each(read, ids, external_id);
    }

    /// Refuses the row if the field `name` has `others` that another field had, too: one of
    /// the two texts would be lost.
    fn refuse_twice(&mut self, name: &str, what: &str, read: &Pairs, others: &Map<String, Value>) {
        let is_read = |name: &str| read.iter().any(|(other, _)| **other == *name);
        let mut others = others.iter();
        if let Some((twice, _)) = others.find(|(name, value)| !value.is_null() && is_read(name)) {
            let problem = format!("{name}: there are two {what} {}", quoted(twice));
            self.problems.push(problem);
        }
    }

    /// The pairs in `read`, and each of the others, converted by `value`.
    fn with_each(
        &mut self,
        read: Pairs,
        others: Map<String, Value>,
        value: impl Fn(&str, Value, bool) -> Result<Option<String>, String>,
    ) -> Pairs {
        let mut read = read.into_vec();
        for (name, given) in others {
            match value(&name, given, self.is_exact) {
                Ok(Some(text)) => read.push((name.into(), text.into())),
                Ok(None) => {}
                Err(problem) => self.problems.push(problem),
            }
        }
        read.into()
    }
}

/// An id as it is; a number is as good as its text.
fn external_id(provisioner: &str, value: Value, is_exact: bool) -> Result<Option<String>, String> {
    let is_blank = |text: &str| !is_exact && text.trim_ascii().is_empty();
    let named = || format!("the external id of {}", quoted(provisioner));
    match value {
        Value::Null => Ok(None),
        Value::String(text) if is_blank(&text) => Ok(None),
        Value::String(text) => match lost_character(&text).filter(|_| !is_exact) {
            Some(problem) => Err(format!("{}: {problem}", named())),
            None => Ok(Some(text)),
        },
        Value::Number(number) => exact(&number)
            .map(Some)
            .map_err(|problem| format!("{}: {problem}", named())),
        other => Err(mismatch(&named(), "a text", &other)),
    }
}

/// The text of a number or of true or false; any other value as it is.
pub(super) fn text_of_scalar(value: Value) -> Result<Value, String> {
    match value {
        Value::Number(number) => Ok(exact(&number)?.into()),
        Value::Bool(_) => Ok(value.to_string().into()),
        other => Ok(other),
    }
}

/// The digits of a number as the file has them. Only whole numbers are read without loss: the
/// zero of `1.10` is gone.
fn exact(number: &Number) -> Result<String, String> {
    if number.is_f64() {
        return Err(format!(
            "{number} may not be the number that the file has, since it has a fraction, an \
             exponent or too many digits; write it as a text, in quotes"
        ));
    }
    Ok(number.to_string())
}

/// The value of an attribute. Keycloak has a list of values: one is taken as it
/// is, several become the JSON text of the list.
fn attribute_value(name: &str, value: Value, is_exact: bool) -> Result<Option<String>, String> {
    let expected = "a text or a list of texts; use --ignore-attribute to leave it out";
    let named = || format!("the attribute {}", quoted(name));
    match value {
        Value::Null => Ok(None),
        Value::String(text) => match lost_character(&text).filter(|_| !is_exact) {
            Some(problem) => Err(format!("{}: {problem}", named())),
            None => Ok(Some(text)),
        },
        Value::Array(values) => match values
            .iter()
            .find_map(|value| problem_in_list(value, expected))
        {
            Some(problem) => Err(format!("{}{problem}", named())),
            None => Ok(match <[Value; 1]>::try_from(values) {
                Ok([Value::String(text)]) => Some(text),
                Ok([other]) => Some(other.to_string()),
                Err(values) if values.is_empty() => None,
                Err(values) => Some(Value::Array(values).to_string()),
            }),
        },
        other => Err(mismatch(&named(), expected, &other)),
    }
}

/// What is wrong with a member of the list of an attribute's values.
fn problem_in_list(value: &Value, expected: &str) -> Option<String> {
    match value {
        Value::String(text) => lost_character(text).map(|problem| format!(": {problem}")),
        other => Some(format!(
            " has {} in its list; it has to be {expected}",
            kind_of(other)
        )),
    }
}
