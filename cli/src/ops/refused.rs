//! Why a line is not an operation, in the words of the vocabulary.

use std::collections::BTreeMap;

use headcount::Step;
use serde_json::value::RawValue;

use crate::import::json_words::{self, of_parser, unknown_and_known, without_place};
use crate::nearest::nearest;

/// The fields of an operation as they are written.
type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// The error message for `text`, which is JSON but was refused with `error`. It names each field at
/// fault.
pub(super) fn reason(text: &str, error: &serde_json::Error) -> String {
    let Ok(fields) = serde_json::from_str::<Fields<'_>>(text) else {
        return without_place(error);
    };
    let Some(op) = fields.get_key_value("op") else {
        return without_place(error);
    };
    if let Some(fault) = fault([op].into_iter(), op) {
        return fault;
    }
    let faults = fields
        .iter()
        .filter(|field| field.0 != "op")
        .filter_map(|field| fault([op, field].into_iter(), field));
    let faults: Vec<_> = faults.collect();
    if faults.is_empty() {
        without_place(error)
    } else {
        faults.join("; ")
    }
}

/// What is wrong with the field `suspect` in an operation of these `fields` alone.
fn fault<'a>(
    fields: impl Iterator<Item = (&'a String, &'a &'a RawValue)>,
    suspect: (&String, &&RawValue),
) -> Option<String> {
    let alone = serde_json::to_string(&fields.collect::<BTreeMap<_, _>>()).ok()?;
    let error = serde_json::from_str::<Step>(&alone).err()?;
    let told = of_parser(&error);
    let (name, value) = (suspect.0, suspect.1.get());
    if told.starts_with("missing field ") {
        return None;
    }
    for (theirs, ours) in [("unknown variant ", "op"), ("unknown field ", "field")] {
        if let Some(rest) = told.strip_prefix(theirs) {
            return Some(unknown(ours, rest));
        }
    }
    let told = without_place(&error);
    if told.contains("a whole number is needed") && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(format!("`{name}`: the number is too large: {value}"));
    }
    Some(format!("`{name}`: {told}"))
}

/// An unknown name, from the rest of the parser's message.
fn unknown(what: &str, rest: &str) -> String {
    let (name, known) = unknown_and_known(rest);
    match nearest(name.trim_matches('`'), known.into_iter()) {
        Some(near) => format!("unknown {what} {name}; did you mean `{near}`?"),
        None => json_words::unknown(what, rest),
    }
}
