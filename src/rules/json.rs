//! Records to load, as [`Exported`](super::Exported) writes them.

use serde::{Deserialize, Deserializer};

use super::Record;
use crate::model::{License, Role, Timestamp, UserFields, UserId, WorkspaceId};

#[derive(Deserialize)]
#[serde(tag = "record", rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Directory {
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
}

impl<'de> Deserialize<'de> for Record {
    /// A user with a malformed part is refused by the call that loads it.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match Line::deserialize(from)? {
            Line::Directory {
                license,
                license_version,
                last_workspace,
            } => Self::Directory {
                license,
                license_version,
                last_workspace,
            },
            Line::User(fields) => {
                fields.unknown.refuse()?;
                Self::User {
                    user: fields.new_user(),
                    updated_at: fields.updated_at,
                    deactivated_at: fields.deactivated_at,
                    version: fields.version,
                }
            }
            Line::DeletedUser { id } => Self::DeletedUser { id },
            Line::Workspace {
                id,
                name,
                archived,
                default_of,
                created_at,
                updated_at,
                version,
            } => Self::Workspace {
                id,
                name,
                archived,
                default_of,
                created_at,
                updated_at,
                version,
            },
            Line::Member {
                workspace,
                user,
                role,
                since,
                version,
            } => Self::Member {
                workspace,
                user,
                role,
                since,
                version,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_refused(text: &str, expected: &str) {
        let told = serde_json::from_str::<Record>(text).unwrap_err();
        assert!(told.to_string().starts_with(expected), "{told}");
    }

    #[test]
    fn what_is_not_a_record_is_told() {
        assert_refused(r#"{"record":"dog"}"#, "unknown variant `dog`");
        assert_refused(
            r#"{"record":"deleted_user","id":"5"}"#,
            "\"5\" is not a UUID",
        );
        assert_refused(r#"{"record":"deleted_user"}"#, "missing field `id`");
        let user = r#"{"record":"user","id":"45e6b641-fe57-4fb2-83d2-2c2bd201efe8",
            "email":"a@ex.co","username":"a","active":true,"admin":false,"attributes":{},
            "created_at":"2024-07-11T16:55:59Z","updated_at":"2024-07-11T16:55:59Z","version":1"#;
        let whole = format!("{user}}}");
        assert!(serde_json::from_str::<Record>(&whole).is_ok());
        assert_refused(
            &format!("{user},\"shoe_size\":44}}"),
            "unknown field `shoe_size`",
        );
    }
}
