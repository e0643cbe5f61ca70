//! The lines of `headcount export`: records that make the same directory again.

use std::collections::BTreeMap;
use std::str::FromStr;

use headcount::{License, NewUser, Record, Role, Timestamp, UserId, WorkspaceId};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::json::{Strict, without_place};

/// What the first line begins with.
pub(crate) const FIRST: &str = "{\"headcount_export\":";
/// The number of the format, which grows when an older release would misread a file.
pub(crate) const FORMAT: u64 = 1;

/// A line.
#[derive(Debug)]
pub(crate) enum Line {
    Record(Box<Record>),
    /// The last one, with how many records came before.
    End(u64),
}

/// Reads a line.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn parse(line: &str) -> Result<Line, String> {
    let Strict(value) = serde_json::from_str(line).map_err(|error| told(&error, error.column()))?;
    if let Some(format) = value.get("headcount_export")
        && format.as_u64().is_none_or(|format| format > FORMAT)
    {
        return Err(format!(
            "this export has the format {format}, which a newer release wrote; import it with that"
        ));
    }
    let stored: Stored = serde_json::from_value(value).map_err(|error| without_place(&error))?;
    Ok(stored.into())
}

fn told(error: &serde_json::Error, column: usize) -> String {
    format!("column {column}: {}", without_place(error))
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
                created_at,
                updated_at,
                version,
            } => Record::Workspace {
                id: WorkspaceId::from_u64(id),
                name,
                archived,
                default_of,
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
fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err = headcount::Error>>(
    deserializer: D,
) -> Result<T, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

fn parsed_or_null<'de, D: Deserializer<'de>, T: FromStr<Err = headcount::Error>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let value = text.map(|text| text.parse()).transpose();
    value.map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_refused(line: &str, expected: &str) {
        let reason = parse(line).unwrap_err();
        assert!(reason.contains(expected), "{reason}");
    }

    #[test]
    fn what_is_not_a_record_is_told() {
        let first = r#"{"headcount_export":2,"record":"directory"}"#;
        assert_refused(first, "a newer release wrote");
        assert_refused("{", "column 1: it ends in the middle");
        assert_refused(r#"{"record":"end","records":1,"records":2}"#, "there twice");
        assert_refused(r#"{"record":"dog"}"#, "unknown variant `dog`");
        assert_refused(r#"{"record":"deleted_user","id":"5"}"#, "is not a UUID");
        assert_refused(r#"{"record":"deleted_user"}"#, "missing field `id`");
        assert_refused(r#"{"record":"end","records":1,"x":2}"#, "unknown field `x`");
    }
}
