//! Request bodies in JSON.

use std::collections::HashSet;
use std::fmt;

use serde::Deserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::door::{Failure, cut};

/// How the names of members are compared.
#[derive(Clone, Copy)]
pub(crate) enum Names {
    Exact,
    /// As in SCIM, where the case of ASCII letters doesn't matter.
    AnyCase,
}

/// Parses a JSON object. Lists are refused, although serde reads structs from them, and so are
/// objects with a repeated member, of which serde would keep one value.
pub(crate) fn object_of<T: DeserializeOwned>(text: &[u8], names: Names) -> Result<T, Failure> {
    let malformed =
        |why: String| Failure::bad_request(format!("the request body is not valid: {why}"));
    // Some programs begin each text with a byte order mark.
    let text = text.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(text);
    if text.trim_ascii().is_empty() {
        return Err(malformed("it is empty; send a JSON object".to_owned()));
    }
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err(malformed("it must be a JSON object in UTF-8".to_owned()));
    }
    let parsed = serde_json::from_slice(text).map_err(|error| malformed(told(&error, text)))?;
    Distinct(names)
        .deserialize(&mut serde_json::Deserializer::from_slice(text))
        .map_err(|error| malformed(error.to_string()))?;
    Ok(parsed)
}

/// What is wrong with a text. In valid JSON, serde "expects a value" where an empty object is in
/// place of a text that names something.
fn told(error: &serde_json::Error, text: &[u8]) -> String {
    let is_json = || serde_json::from_slice::<IgnoredAny>(text).is_ok();
    if error.to_string().starts_with("expected value") && is_json() {
        let (line, column) = (error.line(), error.column());
        return format!("a text is needed, not an object, at line {line} column {column}");
    }
    cut(error)
}

/// Reads any value; an error if an object in it repeats a member.
struct Distinct(Names);

impl<'de> DeserializeSeed<'de> for Distinct {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = ();

    fn expecting(&self, hint: &mut fmt::Formatter<'_>) -> fmt::Result {
        hint.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut known = HashSet::new();
        while let Some(mut name) = members.next_key::<String>()? {
            if matches!(self.0, Names::AnyCase) {
                name.make_ascii_lowercase();
            }
            if known.contains(&name) {
                let message = format!("the member \"{}\" is there twice", cut(&name));
                return Err(A::Error::custom(message));
            }
            known.insert(name);
            members.next_value_seed(Self(self.0))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Self(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::keys::Scope;

    #[test]
    fn an_empty_object_in_place_of_a_name_is_told() {
        let refusal = |text: &str| {
            let read = object_of::<HashMap<String, Scope>>(text.as_bytes(), Names::Exact);
            read.unwrap_err().message
        };
        let told = refusal(r#"{"scope":{}}"#);
        assert!(
            told.contains("a text is needed, not an object, at line 1"),
            "{told}"
        );
        let told = refusal(r#"{"scope":}"#);
        assert!(told.contains("expected value"), "{told}");
        let told = refusal(r#"{"scope":"\ud800"}"#);
        assert!(told.contains("hex escape"), "{told}");
    }
}
