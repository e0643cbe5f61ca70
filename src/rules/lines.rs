//! Records as lines of JSON: what makes the same directory again, in a file.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{Exported, Record};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{License, NewUser, Role, Timestamp, UserId, WorkspaceId};

/// The number of the format, which grows when an older release would misread a file.
const FORMAT: u64 = 1;

/// The first line, by which a file is known.
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

/// Writes the last line, without which a file was cut off.
pub(crate) fn write_end(out: &mut impl Write, records: u64) -> io::Result<()> {
    writeln!(out, "{{\"record\":\"end\",\"records\":{records}}}")
}

/// A line.
#[derive(Debug)]
pub(crate) enum Line {
    Record(Box<Record>),
    /// The last one, with how many records came before.
    End(u64),
}

/// Reads a line.
pub(crate) fn parse(line: &[u8]) -> Result<Line> {
    #[derive(Deserialize)]
    struct Head {
        headcount_export: Option<u64>,
    }
    let refused = |error: serde_json::Error| Error::new(ErrorKind::InvalidArgument, told(&error));
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
    let stored: Stored = serde_json::from_slice(line).map_err(refused)?;
    Ok(stored.into())
}

/// The error, without the line, which is always the first.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rfind(" at line ").map_or(&*text, |end| &text[..end]);
    match error.column() {
        0 => text.to_owned(),
        column => format!("column {column}: {text}"),
    }
}

#[derive(Deserialize)]
#[serde(tag = "record", rename_all = "snake_case", deny_unknown_fields)]
enum Stored {
    Directory {
        #[serde(rename = "headcount_export")]
        _format: u64,
        #[serde(deserialize_with = "parsed")]
        license: License,
        license_version: u64,
        last_workspace: u64,
    },
    User(StoredUser),
    DeletedUser {
        #[serde(deserialize_with = "parsed")]
        id: UserId,
    },
    Workspace {
        id: u64,
        name: String,
        archived: bool,
        #[serde(default, deserialize_with = "parsed_or_null")]
        default_of: Option<UserId>,
        #[serde(default, deserialize_with = "pairs")]
        external_ids: BTreeMap<String, String>,
        #[serde(deserialize_with = "parsed")]
        created_at: Timestamp,
        #[serde(deserialize_with = "parsed")]
        updated_at: Timestamp,
        version: u64,
    },
    Member {
        workspace: u64,
        #[serde(deserialize_with = "parsed")]
        user: UserId,
        #[serde(deserialize_with = "parsed")]
        role: Role,
        #[serde(deserialize_with = "parsed")]
        since: Timestamp,
        version: u64,
    },
    End {
        records: u64,
    },
}

impl From<Stored> for Line {
    fn from(stored: Stored) -> Self {
        Self::Record(Box::new(match stored {
            Stored::End { records } => return Self::End(records),
            Stored::Directory {
                license,
                license_version,
                last_workspace,
                ..
            } => Record::Directory {
                license,
                license_version,
                last_workspace,
            },
            Stored::User(user) => user.into(),
            Stored::DeletedUser { id } => Record::DeletedUser { id },
            Stored::Workspace {
                id,
                name,
                archived,
                default_of,
                external_ids,
                created_at,
                updated_at,
                version,
            } => Record::Workspace {
                id: WorkspaceId::from_u64(id),
                name,
                archived,
                default_of,
                external_ids: external_ids.into_iter().collect(),
                created_at,
                updated_at,
                version,
            },
            Stored::Member {
                workspace,
                user,
                role,
                since,
                version,
            } => Record::Member {
                workspace: WorkspaceId::from_u64(workspace),
                user,
                role,
                since,
                version,
            },
        }))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredUser {
    #[serde(deserialize_with = "parsed")]
    id: UserId,
    email: String,
    username: String,
    given_name: Option<String>,
    family_name: Option<String>,
    active: bool,
    admin: bool,
    #[serde(default, deserialize_with = "pairs")]
    external_ids: BTreeMap<String, String>,
    #[serde(deserialize_with = "pairs")]
    attributes: BTreeMap<String, String>,
    #[serde(deserialize_with = "parsed")]
    created_at: Timestamp,
    #[serde(deserialize_with = "parsed")]
    updated_at: Timestamp,
    #[serde(default, deserialize_with = "parsed_or_null")]
    deactivated_at: Option<Timestamp>,
    version: u64,
}

impl From<StoredUser> for Record {
    fn from(stored: StoredUser) -> Self {
        let mut user = NewUser::new(&stored.email)
            .id(stored.id)
            .username(&stored.username)
            .active(stored.active)
            .admin(stored.admin)
            .created_at(stored.created_at);
        if let Some(name) = &stored.given_name {
            user = user.given_name(name);
        }
        if let Some(name) = &stored.family_name {
            user = user.family_name(name);
        }
        for (provisioner, id) in stored.external_ids {
            user = user.external_id(provisioner, id);
        }
        for (name, value) in stored.attributes {
            user = user.attribute(name, value);
        }
        Self::User {
            user,
            updated_at: stored.updated_at,
            deactivated_at: stored.deactivated_at,
            version: stored.version,
        }
    }
}

/// A value that JSON has as a text.
fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err = Error>>(
    deserializer: D,
) -> std::result::Result<T, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

fn parsed_or_null<'de, D: Deserializer<'de>, T: FromStr<Err = Error>>(
    deserializer: D,
) -> std::result::Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let value = text.map(|text| text.parse()).transpose();
    value.map_err(D::Error::custom)
}

/// Attributes or external ids, each name once.
fn pairs<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<BTreeMap<String, String>, D::Error> {
    struct Once;
    impl<'de> Visitor<'de> for Once {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of texts")
        }

        fn visit_map<A: MapAccess<'de>>(
            self,
            mut members: A,
        ) -> std::result::Result<Self::Value, A::Error> {
            let mut pairs = BTreeMap::new();
            while let Some((name, value)) = members.next_entry::<String, String>()? {
                if pairs.contains_key(&name) {
                    return Err(A::Error::custom(format_args!("`{name}` is there twice")));
                }
                pairs.insert(name, value);
            }
            Ok(pairs)
        }
    }
    deserializer.deserialize_map(Once)
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
        assert_refused("{", "column 1: EOF while parsing an object");
        assert_refused(
            r#"{"record":"end","records":1,"records":2}"#,
            "duplicate field",
        );
        assert_refused(
            r#"{"record":"end","record":"end","records":2}"#,
            "duplicate field",
        );
        assert_refused(r#"{"record":"dog"}"#, "unknown variant `dog`");
        assert_refused(r#"{"record":"deleted_user","id":"5"}"#, "is not a UUID");
        assert_refused(r#"{"record":"deleted_user"}"#, "missing field `id`");
        assert_refused(r#"{"record":"end","records":1,"x":2}"#, "unknown field `x`");
    }

    #[test]
    fn an_attribute_that_is_there_twice_is_told() {
        let user = |attributes: &str| {
            format!(
                r#"{{"record":"user","id":"45e6b641-fe57-4fb2-83d2-2c2bd201efe8","email":"a@ex.co","username":"a","given_name":null,"family_name":null,"active":true,"admin":false,"attributes":{attributes},"created_at":"2024-07-11T16:55:59Z","updated_at":"2024-07-11T16:55:59Z","version":1}}"#
            )
        };
        assert_refused(&user(r#"{"a":"b","a":"c"}"#), "`a` is there twice");
        assert!(parse(user(r#"{"a":"b","b":"c"}"#).as_bytes()).is_ok());
    }
}
