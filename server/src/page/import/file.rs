//! Users in a file: CSV as the page exports it, JSON as REST and `headcount users list --json`
//! return it, and the lines of `headcount export`.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord};
use headcount::{UserId, quoted};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::csv_cell::{self, Holds};

const COLUMNS: &str = "id, email, username, given_name, family_name, active and admin";
/// Columns of exports that the directory sets itself.
const PASSED_OVER: [&str; 5] = [
    "record",
    "created_at",
    "updated_at",
    "deactivated_at",
    "version",
];
/// Problems that are listed.
const PROBLEMS_MAX: usize = 20;

/// A user in the file. `None` means that the column is missing; an empty value removes the field.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Row {
    pub(super) id: Option<UserId>,
    pub(super) email: Option<String>,
    #[serde(deserialize_with = "given")]
    pub(super) username: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    pub(super) given_name: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    pub(super) family_name: Option<Option<String>>,
    pub(super) active: Option<bool>,
    pub(super) admin: Option<bool>,
    pub(super) attributes: BTreeMap<String, Option<String>>,
    pub(super) external_ids: BTreeMap<String, Option<String>>,
    /// The position in the file.
    #[serde(skip)]
    pub(super) place: String,
}

fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

/// The content of a file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) rows: Vec<Row>,
    /// Records of an export that are not users.
    pub(super) passed_over: usize,
    /// What can't be parsed, and where.
    pub(super) problems: Vec<String>,
}

impl File {
    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let mut file = Self::default();
        if text.trim_start().starts_with(['{', '[']) {
            file.json(text);
        } else {
            file.csv(text);
        }
        file
    }

    fn json(&mut self, text: &str) {
        for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
            match value {
                Ok(Value::Array(users)) => self.objects(users),
                Ok(Value::Object(mut whole)) if whole.get("users").is_some_and(Value::is_array) => {
                    if let Some(Value::Array(users)) = whole.remove("users") {
                        self.objects(users);
                    }
                }
                Ok(user) => self.object(user),
                Err(error) => return self.problem(&format!("this is not JSON: {error}")),
            }
        }
    }

    fn objects(&mut self, users: Vec<Value>) {
        for user in users {
            self.object(user);
        }
    }

    fn object(&mut self, mut value: Value) {
        if value.get("record").is_some_and(|record| record != "user") {
            self.passed_over += 1;
            return;
        }
        if let Value::Object(user) = &mut value {
            user.retain(|name, _| !PASSED_OVER.contains(&name.as_str()));
        }
        let place = format!("user {}", self.rows.len() + 1);
        match serde_json::from_value::<Row>(value) {
            Ok(row) => self.rows.push(Row { place, ..row }),
            Err(error) => {
                self.problem(&format!("{place}: {error}"));
                self.rows.push(Row::default());
            }
        }
    }

    fn csv(&mut self, text: &str) {
        // The reader counts lines of one kind.
        let text = &text.replace("\r\n", "\n");
        let first = text.lines().find(|line| !line.is_empty());
        let count =
            |of: u8| first.map_or(0, |line| line.bytes().filter(|byte| *byte == of).count());
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|of| (count(*of), *of == b','));
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter.unwrap_or(b','))
            .from_reader(text.as_bytes());
        let columns: Vec<String> = match reader.headers() {
            Ok(header) => header
                .iter()
                .map(|name| name.trim().to_lowercase())
                .collect(),
            Err(error) => return self.problem(&error.to_string()),
        };
        let is_named = columns.iter().any(|name| name == "email" || name == "id");
        if !is_named {
            let hint = format!("the first line has to name the columns: {COLUMNS}");
            return self.problem(&hint);
        }
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => return self.problem(&error.to_string()),
            };
            let line = record.position().map_or(0, |at| line_of(text, at));
            match row(&columns, &record) {
                Ok(row) => self.rows.push(Row {
                    place: format!("line {line}"),
                    ..row
                }),
                Err(problem) => self.problem(&format!("line {line}: {problem}")),
            }
        }
    }

    fn problem(&mut self, problem: &str) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem.to_owned());
        }
    }
}

/// The line of the record at this position, which the reader reports before it skips empty lines.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.get(start..).unwrap_or_default();
    let empty = rest.bytes().take_while(|byte| *byte == b'\n').count();
    position.line() + empty as u64
}

fn row(columns: &[String], record: &StringRecord) -> Result<Row, String> {
    let mut row = Row::default();
    for (name, cell) in columns.iter().zip(record) {
        let cell = csv_cell::unmarked(cell, Holds::of_column(name));
        let text = || Some(cell.to_owned()).filter(|text| !text.is_empty());
        match name.as_str() {
            "id" => {
                let id = text().map(|id| id.parse::<UserId>()).transpose();
                row.id = id.map_err(|error| error.to_string())?;
            }
            "email" => row.email = text(),
            "username" => row.username = Some(text()),
            "given_name" => row.given_name = Some(text()),
            "family_name" => row.family_name = Some(text()),
            "active" => row.active = boolean(name, cell)?,
            "admin" => row.admin = boolean(name, cell)?,
            "created_at" | "updated_at" => {}
            other => {
                return Err(format!(
                    "{} is none of the columns {COLUMNS}",
                    quoted(other)
                ));
            }
        }
    }
    Ok(row)
}

fn boolean(column: &str, cell: &str) -> Result<Option<bool>, String> {
    match cell.trim().to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ => Err(format!(
            "{column} must be true or false, not {}",
            quoted(cell)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_has_its_columns_in_any_order() {
        let text =
            "\u{feff}Admin;email;given_name\r\nfalse;ann@ex.co;''=1\r\n;\"b;o@ex.co\";'=1\r\n";
        let file = File::parse(text);
        assert_eq!(file.problems, [""; 0]);
        let [ann, bob] = &file.rows[..] else {
            panic!("{file:?}");
        };
        assert_eq!(
            (ann.admin, ann.email.as_deref()),
            (Some(false), Some("ann@ex.co"))
        );
        assert_eq!(ann.given_name, Some(Some("'=1".to_owned())));
        assert_eq!((bob.admin, bob.email.as_deref()), (None, Some("b;o@ex.co")));
        assert_eq!(
            (&bob.given_name, &bob.username),
            (&Some(Some("=1".to_owned())), &None)
        );
        assert_eq!(bob.place, "line 3");
    }

    #[test]
    fn json_is_an_array_an_answer_or_lines() {
        let ann = r#"{"email": "ann@ex.co", "username": null, "version": 3}"#;
        let end = r#"{"record": "end", "records": 1}"#;
        for text in [
            format!("[{ann}]"),
            format!("{{\"users\": [{ann}], \"next\": null}}"),
            format!("{ann}\n{end}\n"),
        ] {
            let file = File::parse(&text);
            assert_eq!(file.problems, [""; 0], "{text}");
            assert_eq!(file.rows.len(), 1, "{text}");
            assert_eq!(file.rows[0].username, Some(None));
            assert_eq!(file.passed_over, usize::from(text.contains("end")));
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (text, problem) in [
            ("", "the first line has to name the columns"),
            ("name\nx", "the first line has to name the columns"),
            (
                "email,phone\na@ex.co,1",
                "line 2: \"phone\" is none of the columns",
            ),
            (
                "email,active\na@ex.co,maybe",
                "line 2: active must be true or false",
            ),
            ("id,email\n7,a@ex.co", "line 2: "),
            ("email\na@ex.co,b", "record 1"),
            ("\nemail,admin\n\n\na@ex.co,x", "line 5: "),
            ("[{\"mail\": 1}]", "user 1: unknown field `mail`"),
            ("[{]", "this is not JSON"),
        ] {
            let file = File::parse(text);
            let told = file.problems.first().map_or("", String::as_str);
            assert!(told.contains(problem), "{text}: {told}");
        }
    }
}
