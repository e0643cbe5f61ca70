//! Describes the fault of a line that is not a record, in terms of the export: its column, its
//! field, and what the field needs.

use serde::Deserialize;
use serde::de::MapAccess;
use serde_json::value::RawValue;

use super::Line;
use crate::model::printable;

/// What helps against all of these: nobody writes an export by hand.
const CURE: &str = "export it again";

/// Characters of a name or a value that are shown.
const SHOWN_CHARS_MAX: usize = 40;

/// Describes the fault of `line`, which was refused with `error`.
pub(super) fn told(line: &[u8], error: &serde_json::Error) -> String {
    let column = error.column();
    if error.is_eof() {
        return format!(
            "the line ends in its middle, at column {column}: the file is cut off; {CURE}"
        );
    }
    if !error.is_data() {
        return format!("column {column}: it is not valid JSON there; {CURE}");
    }
    let fields = str::from_utf8(line).ok().and_then(|text| {
        let Fields(fields) = serde_json::from_str(text).ok()?;
        Some((text, fields))
    });
    let Some((text, fields)) = fields else {
        return format!("it is not an object; {CURE}");
    };
    let names = || fields.iter().map(|(name, _)| &**name);
    let twice = names()
        .enumerate()
        .find(|(index, name)| names().take(*index).any(|n| n == *name));
    if let Some((_, name)) = twice {
        return format!("the field {} is there twice; {CURE}", named(name));
    }
    let Some(record) = fields.iter().find(|(name, _)| name == "record") else {
        return format!("the field `record` is missing; {CURE}");
    };
    let faulty = fields
        .iter()
        .find_map(|field| Some((field, fault(record, field)?)));
    match faulty {
        Some(((name, value), fault)) => {
            let start = value.get().as_ptr().addr() - text.as_ptr().addr();
            let column = text[..start].chars().count() + 1;
            format!("column {column}: {}: {fault}; {CURE}", named(name))
        }
        None => format!("{}; {CURE}", of_names(&without_place(error))),
    }
}

/// The fields of a line, with duplicates.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> serde::de::Visitor<'de> for InOrder {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = members.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        from.deserialize_map(InOrder)
    }
}

/// Describes the fault of a field's value, if nothing else is wrong with a record of this kind.
fn fault(record: &(String, &RawValue), field: &(String, &RawValue)) -> Option<String> {
    let (name, value) = field;
    let value = value.get();
    let (kind, key) = (record.1.get(), serde_json::to_string(name).ok()?);
    let alone = if name == "record" {
        format!("{{\"record\":{value}}}")
    } else {
        format!("{{\"record\":{kind},{key}:{value}}}")
    };
    let error = serde_json::from_str::<Line>(&alone).err()?;
    let told = without_place(&error);
    if told.starts_with("missing field ") || told.starts_with("unknown field ") {
        return None;
    }
    if told.starts_with("unknown variant ") {
        return Some(format!("no record is called {}", shortened(value)));
    }
    let is_of_serde = ["invalid type: ", "invalid value: ", "number out of range"]
        .iter()
        .any(|beginning| told.starts_with(beginning));
    if is_of_serde {
        return Some(format!(
            "{} is needed, not {}",
            needed(kind, name),
            shortened(value)
        ));
    }
    Some(printable(&told).into_owned())
}

/// The contents of a record's field.
fn needed(record: &str, field: &str) -> &'static str {
    match (record, field) {
        ("\"workspace\"", "id")
        | (
            _,
            "headcount_export" | "license_version" | "last_workspace" | "workspace" | "version"
            | "records",
        ) => "a whole number",
        (_, "license") => "\"community\", \"enterprise\" or a number of seats",
        (_, "active" | "admin" | "archived") => "true or false",
        (_, "attributes" | "external_ids") => "an object of texts",
        _ => "a text",
    }
}

/// Describes the fault of the fields' names: one is missing or unknown.
fn of_names(told: &str) -> String {
    let (told, _) = told.split_once(", expected ").unwrap_or((told, ""));
    if let Some(name) = told.strip_prefix("missing field ") {
        return format!("the field {name} is missing");
    }
    match told.strip_prefix("unknown field ") {
        Some(name) => format!("no record of this kind has a field {}", printable(name)),
        None => "it is not a record".to_owned(),
    }
}

/// The error without a place, which is that in a copy of the line.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// A name in backticks, as a terminal can show it.
fn named(name: &str) -> String {
    format!("`{}`", shortened(name))
}

/// A text as a terminal can show it, cut off where it is long.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", printable(&text[..end])),
        None => printable(text).into_owned(),
    }
}
