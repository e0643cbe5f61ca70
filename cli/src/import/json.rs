//! JSON that is read to the letter: a key that is there twice is an error, and an
//! error says where in the file it is.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::encoding::position;

/// A value in which no object has a key twice.
pub(crate) struct Strict(pub(crate) Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = Strict;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_string<E>(self, value: String) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_unit<E>(self) -> Result<Strict, E> {
                Ok(Strict(Value::Null))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
                let mut list = Vec::new();
                while let Some(Strict(item)) = items.next_element()? {
                    list.push(item);
                }
                Ok(Strict(list.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
                let mut object = Map::new();
                while let Some(key) = members.next_key::<String>()? {
                    if object.contains_key(&key) {
                        return Err(twice(&key));
                    }
                    let Strict(value) = members.next_value()?;
                    object.insert(key, value);
                }
                Ok(Strict(object.into()))
            }
        }
        deserializer.deserialize_any(Whole)
    }
}

/// The members of an object in their order, each key once.
pub(super) struct Members<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut keys = std::collections::HashSet::new();
                let mut members = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    if !keys.insert(key.clone()) {
                        return Err(twice(&key));
                    }
                    members.push((key, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl<'a> Members<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let found = self.0.iter().find(|(member, _)| member == name);
        found.map(|(_, value)| *value)
    }
}

fn twice<E: Error>(key: &str) -> E {
    E::custom(format_args!(
        "the key {key:?} is there twice; remove one of the two"
    ))
}

/// Reads a part of a document.
///
/// # Errors
///
/// What is wrong with it, with its line and column in the `document`.
pub(super) fn part<'a, T: Deserialize<'a>>(document: &str, part: &'a str) -> Result<T, String> {
    serde_json::from_str(part).map_err(|error| {
        let start = part.as_ptr().addr().wrapping_sub(document.as_ptr().addr());
        let before = document.get(..start).unwrap_or_default();
        let (line, column) = position(before);
        let (line, column) = match error.line() {
            _ if error.is_eof() => {
                let end = start + part.trim_ascii_end().len();
                position(document.get(..end).unwrap_or_default())
            }
            0 | 1 => (line, column + error.column().saturating_sub(1)),
            lines => (line + lines - 1, error.column()),
        };
        format!("line {line}, column {column}: {}", without_place(&error))
    })
}

/// What is wrong with a line that is a document of its own, and at which column.
pub(crate) fn problem_in_line(error: &serde_json::Error) -> String {
    let (reason, column) = (without_place(error), error.column());
    if error.is_data() {
        format!("column {column}: {reason}")
    } else {
        format!("it is not valid JSON: {reason} at column {column}")
    }
}

/// The error, without a line and column that are not the file's, and in words that
/// say nothing of the program.
pub(crate) fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = match text.rfind(" at line ") {
        Some(end) => &text[..end],
        None => &text,
    };
    in_words(text)
}

/// What is said where a document is followed by another.
pub(super) const FOLLOWED: &str = "something follows the end of the document";

/// A message of serde's in the words of JSON.
fn in_words(text: &str) -> String {
    if let Some(what) = text.strip_prefix("EOF while parsing ") {
        return format!("it ends in the middle of {what}");
    }
    let ours = [
        ("recursion limit exceeded", "it is nested too deeply"),
        ("trailing characters", FOLLOWED),
        ("number out of range", "the number is too large"),
        (
            "key must be a string",
            "a key must be a text in double quotes",
        ),
        (
            "expected ident",
            "true, false or null is needed, in lower case",
        ),
        ("expected value", "a value is needed"),
        (
            "control character (\\u0000-\\u001F) found while parsing a string",
            "a text has a control character in it; write it as \\n, \\t or \\u001f",
        ),
        (
            "lone leading surrogate in hex escape",
            "half of a \\u pair is missing",
        ),
        (
            "unexpected end of hex escape",
            "half of a \\u pair is missing",
        ),
        ("invalid unicode code point", "there is no such character"),
    ];
    if let Some((_, told)) = ours.iter().find(|(theirs, _)| *theirs == text) {
        return (*told).to_owned();
    }
    let rest = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    let Some((found, expected)) = rest.and_then(|rest| rest.rsplit_once(", expected ")) else {
        return text.to_owned();
    };
    let expected = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "a string" | "string" | "str" | "variant identifier" | "field identifier" => "a text",
        "a boolean" | "boolean" | "bool" => "true or false",
        "a map" | "map" => "an object",
        "a sequence" | "sequence" => "a list",
        other if other.starts_with("struct ") || other.contains("enum ") => "an object",
        other => other,
    };
    if let Some(text) = found.strip_prefix("string ") {
        return format!("{expected} is needed, not the text {text}");
    }
    let found = match found {
        "map" => "an object",
        "sequence" => "a list",
        "unit value" => "null",
        other => other
            .trim_start_matches("integer ")
            .trim_start_matches("floating point ")
            .trim_start_matches("boolean ")
            .trim_matches('`'),
    };
    format!("{expected} is needed, not {found}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_there_twice_is_found_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"b":2,"a":null}}]"#] {
            let error = serde_json::from_str::<Strict>(text).err().unwrap();
            assert!(
                error.to_string().contains(r#"the key "a" is there twice"#),
                "{error}"
            );
        }
        let text = r#"{"a":[1,-2,3.5,"x",null,true,{"a":{}}]}"#;
        let Strict(value) = serde_json::from_str(text).unwrap();
        assert_eq!(value.to_string(), text);
    }

    #[test]
    fn messages_are_in_the_words_of_json() {
        for (text, words) in [
            (
                "invalid type: null, expected variant identifier",
                "a text is needed, not null",
            ),
            (
                "invalid value: integer `-1`, expected u64",
                "a whole number is needed, not -1",
            ),
            (
                "invalid type: string \"a\", expected a boolean",
                "true or false is needed, not the text \"a\"",
            ),
            (
                "EOF while parsing a value",
                "it ends in the middle of a value",
            ),
            ("unknown field `x`", "unknown field `x`"),
            ("trailing characters", FOLLOWED),
        ] {
            assert_eq!(in_words(text), words);
        }
    }

    #[test]
    fn a_part_has_its_place_in_the_document() {
        let document = "{\"users\":\n  [{\"a\":1,\"a\":2}]}";
        let start = document.find("[{").unwrap() + 1;
        let error = part::<Strict>(document, &document[start..document.len() - 2]);
        let error = error.err().unwrap();
        assert!(error.starts_with("line 2, column 13: the key"), "{error}");
    }
}
