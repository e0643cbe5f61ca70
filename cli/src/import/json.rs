//! Strict JSON: a duplicate key is an error, and errors give the position in the
//! file.

use std::fmt;

use headcount::quoted;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::encoding::position;
use super::json_words::{CUT_OFF, cut_off, without_place};

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
        "the key {} is there twice; remove one of the two",
        quoted(key)
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
        let place = format!("line {line}, column {column}");
        match cut_off(&error).filter(|_| part.len() == document.len()) {
            Some(what) => file_ends(what, &place),
            None => format!("{place}: {}", without_place(&error)),
        }
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

/// What is wrong with the last line of a file, if it was cut off with the file.
pub(crate) fn problem_in_last_line(error: &serde_json::Error) -> Option<String> {
    let what = cut_off(error)?;
    Some(file_ends(what, &format!("column {}", error.column())))
}

/// What is wrong with a file that was cut off.
fn file_ends(what: &str, place: &str) -> String {
    format!("the file ends in the middle of {what}, at {place}: {CUT_OFF}")
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
    fn a_part_has_its_place_in_the_document() {
        let document = "{\"users\":\n  [{\"a\":1,\"a\":2}]}";
        let start = document.find("[{").unwrap() + 1;
        let error = part::<Strict>(document, &document[start..document.len() - 2]);
        let error = error.err().unwrap();
        assert!(error.starts_with("line 2, column 13: the key"), "{error}");
    }
}
