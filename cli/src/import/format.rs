//! Detects the format of a file, and reads its rows.

use serde::Serialize;
use serde_json::value::RawValue;

use super::encoding::{decode, lines, refuse_second_mark};
use super::names::Names;
use super::reading::Reading;
use super::{Rows, csv, document, jsonl};
use crate::args::FormatArg;

/// The detected format of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    Keycloak,
    Wallaroo,
    Jsonl,
    Csv,
}

/// The rows of a file.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) format: Format,
    pub(crate) rows: Rows,
    /// Whether it is a realm that was exported without its users.
    pub(crate) is_realm_only: bool,
}

/// Reads a file's `bytes`; its name may help to tell the format.
///
/// # Errors
///
/// What is wrong with the file as a whole. What is wrong with a row is kept there.
pub(crate) fn parse(bytes: &[u8], name: &str, reading: &mut Reading<'_>) -> Result<Parsed, String> {
    let text = &*decode(bytes, reading.options.encoding)?;
    if text.trim_ascii().is_empty() {
        return Err("it is empty; write the users to it, or name another file".to_owned());
    }
    reading.begin(name, text.len());
    match reading.options.format {
        FormatArg::Jsonl => of_lines(text, reading),
        FormatArg::Csv => of_table(text, reading),
        FormatArg::Keycloak => of_document(text, Some(Format::Keycloak), reading),
        FormatArg::Wallaroo => of_document(text, Some(Format::Wallaroo), reading),
        FormatArg::Auto => detect(text, name, reading),
    }
}

fn of_lines(text: &str, reading: &mut Reading<'_>) -> Result<Parsed, String> {
    refuse_second_mark(text)?;
    Ok(Parsed {
        format: Format::Jsonl,
        rows: jsonl::rows(text, reading),
        is_realm_only: false,
    })
}

fn of_table(text: &str, reading: &mut Reading<'_>) -> Result<Parsed, String> {
    Ok(Parsed {
        format: Format::Csv,
        rows: csv::rows(text, reading)?,
        is_realm_only: false,
    })
}

fn of_document(
    text: &str,
    expected: Option<Format>,
    reading: &mut Reading<'_>,
) -> Result<Parsed, String> {
    refuse_second_mark(text)?;
    let document::Document {
        format,
        rows,
        is_realm_only,
    } = document::read(text, reading)?;
    match expected.filter(|expected| *expected != format) {
        None => Ok(Parsed {
            format,
            rows,
            is_realm_only,
        }),
        Some(Format::Wallaroo) => Err("it has no map of users, as the platform's users/query \
                                       answer does; try --format keycloak, or leave --format out"
            .to_owned()),
        Some(_) => Err(
            "its users are a map, as in the platform's users/query answer; try \
                        --format wallaroo, or leave --format out"
                .to_owned(),
        ),
    }
}

fn detect(text: &str, name: &str, reading: &mut Reading<'_>) -> Result<Parsed, String> {
    let body = text.trim_ascii_start();
    if body.starts_with(['{', '[']) {
        if document::holds_operations(body, reading.options.names) {
            return Err(
                "it has operations rather than users; `headcount batch` carries them out"
                    .to_owned(),
            );
        }
        return if is_json_lines(body, reading.options.names) {
            of_lines(text, reading)
        } else {
            of_document(text, None, reading)
        };
    }
    let is_named_so = name.rsplit_once('.').is_some_and(|(_, extension)| {
        ["csv", "tsv"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    });
    if is_named_so || csv::has_header(text, reading.options.names) {
        return of_table(text, reading);
    }
    Err(
        "it is none of the formats that can be imported: neither JSON, nor CSV with a header \
         line that has a column email or username; see `headcount import --help`"
            .to_owned(),
    )
}

/// Whether there is an object on each line, rather than one document. A bad line
/// among others is for the rows' reader to report.
fn is_json_lines(body: &str, names: Names<'_>) -> bool {
    if !body.starts_with('{') {
        return false;
    }
    let mut lines = lines(body)
        .map(str::trim_ascii)
        .filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if is_whole(body) {
        return is_whole(first) && document::is_user(first, names);
    }
    // In a broken document with a user on each line, commas follow most of them.
    (is_whole(first) && !document::holds_users(first)) || {
        let (whole, broken): (Vec<_>, Vec<_>) = lines.partition(|line| is_whole(line));
        whole.len() > broken.len() + 1 && !whole.iter().any(|line| document::holds_users(line))
    }
}

fn is_whole(json: &str) -> bool {
    serde_json::from_str::<&RawValue>(json).is_ok()
}
