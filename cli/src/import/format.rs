//! Which format a file has, and the rows that are in it.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Row, csv, document, jsonl};
use crate::args::FormatArg;

/// What a text was found to be.
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
    pub(crate) rows: Vec<Row>,
}

/// Reads a file's `bytes`; its name may help to tell the format.
///
/// # Errors
///
/// What is wrong with the file as a whole. What is wrong with a row is kept there.
pub(crate) fn parse(bytes: &[u8], name: &str, format: FormatArg) -> Result<Parsed, String> {
    let text = decode(bytes)?;
    if text.trim_ascii().is_empty() {
        return Err("it is empty".to_owned());
    }
    let (format, rows) = match format {
        FormatArg::Jsonl => (Format::Jsonl, jsonl::rows(text)),
        FormatArg::Csv => (Format::Csv, csv::rows(text)?),
        FormatArg::Keycloak => document::rows(text, Some(Format::Keycloak))?,
        FormatArg::Wallaroo => document::rows(text, Some(Format::Wallaroo))?,
        FormatArg::Auto => detect(text, name)?,
    };
    Ok(Parsed { format, rows })
}

/// The text, without a byte order mark.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, String> {
    let text = str::from_utf8(bytes).map_err(|error| {
        let valid = &bytes[..error.valid_up_to()];
        let line = 1 + valid.split(|byte| *byte == b'\n').count().saturating_sub(1);
        format!("line {line} is not UTF-8; save the file as UTF-8 text")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn detect(text: &str, name: &str) -> Result<(Format, Vec<Row>), String> {
    let body = text.trim_ascii_start();
    if body.starts_with(['{', '[']) {
        return if is_json_lines(body) {
            Ok((Format::Jsonl, jsonl::rows(text)))
        } else {
            document::rows(text, None)
        };
    }
    let is_named_csv = name
        .rsplit_once('.')
        .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("csv"));
    if is_named_csv || csv::has_header(text) {
        return Ok((Format::Csv, csv::rows(text)?));
    }
    Err(
        "it is none of the formats that can be imported: neither JSON, nor CSV with a header \
         line that has a column email or username, separated by commas; \
         see `headcount import --help`"
            .to_owned(),
    )
}

/// Whether there is an object on each line, rather than one document. A bad line
/// among others is for the rows' reader to report.
fn is_json_lines(body: &str) -> bool {
    if !body.starts_with('{') {
        return false;
    }
    let mut lines = body
        .lines()
        .map(str::trim_ascii)
        .filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if is_whole(body) {
        return is_whole(first) && document::is_user(first);
    }
    // In a broken document with a user on each line, commas follow most of them.
    is_whole(first) || {
        let (whole, broken): (Vec<_>, Vec<_>) = lines.partition(|line| is_whole(line));
        whole.len() > broken.len() + 1
    }
}

fn is_whole(json: &str) -> bool {
    serde_json::from_str::<&RawValue>(json).is_ok()
}
