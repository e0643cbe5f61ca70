//! Records as lines of JSON: a file that the same directory can be loaded from.

mod faults;

use std::io::{self, Write};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Exported, Record};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ExternalIds, License, Role, Timestamp, UserFields, UserId, WorkspaceId, texts};

/// The number of the format, incremented when an older release would misread a file.
const FORMAT: u64 = 1;

/// The first line, which identifies the file.
#[derive(Serialize)]
struct First<'a> {
    headcount_export: u64,
    #[serde(flatten)]
    record: &'a Exported<'a>,
}

/// Writes a record as a line.
pub(crate) fn write(out: &mut impl Write, record: &Exported<'_>) -> io::Result<()> {
    if matches!(record, Exported::Directory { .. }) {
        let headcount_export = FORMAT;
        let first = First {
            headcount_export,
            record,
        };
        serde_json::to_writer(&mut *out, &first)?;
    } else {
        serde_json::to_writer(&mut *out, record)?;
    }
    out.write_all(b"\n")
}

/// Writes the last line; a file without it was truncated.
pub(crate) fn write_end(out: &mut impl Write, records: u64) -> io::Result<()> {
    writeln!(out, "{{\"record\":\"end\",\"records\":{records}}}")
}

/// A line.
#[derive(Debug)]
pub(crate) enum Line {
    Record(Box<Record>),
    /// The last line, with the number of records before it.
    End(u64),
}

/// Parses a line.
pub(crate) fn parse(line: &[u8]) -> Result<Line> {
    #[derive(Deserialize)]
    struct Head {
        headcount_export: Option<u64>,
    }
    let refused = |error| Error::new(ErrorKind::InvalidArgument, faults::told(line, &error));
    let head: Head = serde_json::from_slice(line).map_err(refused)?;
    if let Some(format) = head.headcount_export.filter(|format| *format > FORMAT) {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!(
                "this export has the format {format}, which a newer release wrote; import it \
                 with that"
            ),
        ));
    }
    serde_json::from_slice(line).map_err(refused)
}

/// The fields of a line: a record as [`Exported`] serializes it, or the end.
#[derive(Deserialize)]
#[serde(tag = "record", rename_all = "snake_case", deny_unknown_fields)]
enum LineFields {
    Directory {
        /// In the first line of a file.
        #[serde(rename = "headcount_export")]
        _format: Option<u64>,
        license: License,
        license_version: u64,
        last_workspace: u64,
    },
    User(UserFields),
    DeletedUser {
        id: UserId,
    },
    Workspace {
        id: WorkspaceId,
        name: String,
        archived: bool,
        default_of: Option<UserId>,
        #[serde(default, deserialize_with = "texts")]
        external_ids: ExternalIds,
        created_at: Timestamp,
        updated_at: Timestamp,
        version: u64,
    },
    Member {
        workspace: WorkspaceId,
        user: UserId,
        role: Role,
        since: Timestamp,
        version: u64,
    },
    LastSeen {
        user: UserId,
        at: Timestamp,
    },
    End {
        records: u64,
    },
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        Ok(Self::Record(Box::new(
            match LineFields::deserialize(from)? {
                LineFields::End { records } => return Ok(Self::End(records)),
                LineFields::Directory {
                    license,
                    license_version,
                    last_workspace,
                    ..
                } => Record::Directory {
                    license,
                    license_version,
                    last_workspace,
                },
                LineFields::User(fields) => {
                    fields.unknown.refuse()?;
                    Record::User {
                        user: fields.new_user(),
                        updated_at: fields.updated_at,
                        deactivated_at: fields.deactivated_at,
                        version: fields.version,
                    }
                }
                LineFields::DeletedUser { id } => Record::DeletedUser { id },
                LineFields::Workspace {
                    id,
                    name,
                    archived,
                    default_of,
                    external_ids,
                    created_at,
                    updated_at,
                    version,
                } => Record::Workspace {
                    id,
                    name,
                    archived,
                    default_of,
                    external_ids: external_ids.into_iter().collect(),
                    created_at,
                    updated_at,
                    version,
                },
                LineFields::Member {
                    workspace,
                    user,
                    role,
                    since,
                    version,
                } => Record::Member {
                    workspace,
                    user,
                    role,
                    since,
                    version,
                },
                LineFields::LastSeen { user, at } => Record::LastSeen { user, at },
            },
        )))
    }
}

impl<'de> Deserialize<'de> for Record {
    /// A malformed part of a user is reported when the user is loaded.
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        match Line::deserialize(from)? {
            Line::Record(record) => Ok(*record),
            Line::End(_) => Err(D::Error::custom("the end of an export is not a record")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_refused(line: &str, expected: &str) {
        let reason = parse(line.as_bytes()).unwrap_err().to_string();
        assert!(reason.contains(expected), "{reason}");
    }

    #[test]
    fn what_is_not_a_record_is_told() {
        let first = r#"{"headcount_export":2,"record":"directory"}"#;
        assert_refused(first, "a newer release wrote");
        assert_refused("{", "at column 1: the file is cut off; export it again");
        let twice = "is there twice; export it again";
        assert_refused(r#"{"record":"end","records":1,"records":2}"#, twice);
        assert_refused(r#"{"record":"end","record":"end","records":2}"#, twice);
        let end = serde_json::from_str::<Record>(r#"{"record":"end","records":1}"#);
        assert!(
            end.unwrap_err()
                .to_string()
                .starts_with("the end of an export")
        );
    }

    #[test]
    fn faults_are_told_in_plain_words() {
        for (line, expected) in [
            (
                r#"{"record":"dog"}"#,
                "column 11: `record`: no record is called \"dog\"",
            ),
            (
                r#"{"record":null}"#,
                "column 11: `record`: a text is needed, not null",
            ),
            ("{}", "the field `record` is missing"),
            ("[1]", "it is not an object"),
            ("5", "it is not an object"),
            (
                r#"{"record":"end" "records":1}"#,
                "column 17: it is not valid JSON there",
            ),
            (
                r#"{"record":"deleted_user","id":"5"}"#,
                "column 31: `id`: \"5\" is not a UUID",
            ),
            (
                r#"{"record":"deleted_user","id":5}"#,
                "column 31: `id`: a text is needed, not 5",
            ),
            (r#"{"record":"deleted_user"}"#, "the field `id` is missing"),
            (
                r#"{"record":"workspace","id":"x"}"#,
                "`id`: a whole number is needed, not \"x\"",
            ),
            (
                r#"{"record":"end","records":1,"x":2}"#,
                "no record of this kind has a field `x`",
            ),
            (
                r#"{"record":"end","records":-1}"#,
                "column 27: `records`: a whole number is needed, not -1",
            ),
            (r#"{"record":"end","records":1e400}"#, "column"),
            (
                r#"{"headcount_export":"1","record":"directory"}"#,
                "`headcount_export`: a whole number is needed",
            ),
            (
                r#"{"record":"directory","license":{}}"#,
                "`license`: \"community\", \"enterprise\" or a number of seats is needed, not {}",
            ),
        ] {
            assert_refused(line, expected);
            assert_refused(line, "; export it again");
        }
    }

    #[test]
    fn nothing_of_a_line_upsets_a_terminal() {
        for (line, expected) in [
            (
                "{\"record\":\"\u{9b}31m\"}",
                "no record is called \"<U+009B>31m\"",
            ),
            (
                "{\"record\":\"end\",\"records\":\"\u{202e}\"}",
                "a whole number is needed, not \"<U+202E>\"",
            ),
            (
                "{\"record\":\"end\",\"\u{202e}\":1,\"\u{202e}\":2}",
                "the field `<U+202E>` is there twice",
            ),
            (
                "{\"record\":\"end\",\"records\":1,\"\u{9b}\":2}",
                "has a field `<U+009B>`",
            ),
        ] {
            assert_refused(line, expected);
        }
    }

    #[test]
    fn an_attribute_that_is_there_twice_is_told() {
        let user = |attributes: &str| {
            format!(
                r#"{{"record":"user","id":"45e6b641-fe57-4fb2-83d2-2c2bd201efe8","email":"a@ex.co","username":"a","given_name":null,"family_name":null,"active":true,"admin":false,"attributes":{attributes},"created_at":"2024-07-11T16:55:59Z","updated_at":"2024-07-11T16:55:59Z","version":1}}"#
            )
        };
        assert_refused(
            &user(r#"{"a":"b","a":"c"}"#),
            "`attributes`: `a` is there twice",
        );
        assert_refused(
            &user(r#"{"a":null}"#),
            "an object of texts is needed, not {\"a\":null}",
        );
        let whole = user(r#"{"a":"b","b":"c"}"#);
        assert!(parse(whole.as_bytes()).is_ok());
        let more = whole.replace("\"version\"", "\"shoe_size\":44,\"version\"");
        assert_refused(&more, "has a field `shoe_size`");
        let odd = whole.replace("true", "\"yes\"");
        assert_refused(&odd, "`active`: true or false is needed, not \"yes\"");
    }
}
