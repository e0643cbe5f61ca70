//! Operations as lines of JSON: the vocabulary of `headcount batch`.
//!
//! `args/batch.rs` documents it for the users of the command.

mod layout;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use headcount::{
    License, NewUser, NewWorkspace, Op, Role, Timestamp, UserId, UserUpdate, WorkspaceId,
    WorkspaceRef,
};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::import::encoding::lines;
use crate::import::json::Strict;

/// An operation of a file.
pub(crate) struct Operation {
    /// Where it is, counted from 1.
    pub(crate) line: usize,
    /// What the file calls it.
    pub(crate) name: String,
    pub(crate) op: Op,
    pub(crate) if_version: Option<u64>,
}

/// A line that is not an operation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) line: usize,
    pub(crate) reason: String,
}

/// Reads the operations of a file, or says of each line that is none why not. They
/// may also be a list, or take several lines each.
pub(crate) fn parse(text: &str) -> Result<Vec<Operation>, Vec<Unreadable>> {
    let lines = (1..).zip(lines(text));
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    match layout::spread_out(text) {
        Some(parts) => parse_all(parts.into_iter()),
        None => parse_all(lines),
    }
}

fn parse_all<'a>(
    texts: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Vec<Operation>, Vec<Unreadable>> {
    let mut operations = Vec::new();
    let mut unreadable = Vec::new();
    for (line, text) in texts {
        match parse_line(line, text) {
            Ok(operation) => operations.push(operation),
            Err(error) => unreadable.push(Unreadable {
                line,
                reason: reason(&error),
            }),
        }
    }
    if unreadable.is_empty() {
        Ok(operations)
    } else {
        Err(unreadable)
    }
}

fn parse_line(line: usize, text: &str) -> serde_json::Result<Operation> {
    /// The one field that every operation has.
    #[derive(Deserialize)]
    struct Named {
        op: String,
    }
    serde_json::from_str::<Strict>(text)?;
    let (op, if_version) = serde_json::from_str::<Line>(text)?.into_op();
    let Named { op: name } = serde_json::from_str(text)?;
    Ok(Operation {
        line,
        name,
        op,
        if_version,
    })
}

/// What is wrong, in the words of the vocabulary. The line is told elsewhere.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    if error.is_data() {
        let text = text.replacen("unknown variant", "unknown op", 1);
        if text.starts_with("the key ") {
            format!("column {}: {text}", error.column())
        } else {
            text
        }
    } else {
        format!(
            "not valid JSON: {text} at column {}; write one operation a line",
            error.column()
        )
    }
}

/// An operation as a line has it.
#[derive(Deserialize)]
#[serde(
    tag = "op",
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "an object such as {\"op\":\"activate_user\",\"user\":\"ann@ex.co\"}"
)]
enum Line {
    CreateUser(UserFields),
    UpdateUser(UpdateFields),
    ActivateUser(OfUser),
    DeactivateUser(OfUser),
    DeleteUser(OfUser),
    SetLicense {
        license: InForce,
        if_version: Option<u64>,
    },
    CreateWorkspace {
        name: String,
        owner: Option<String>,
    },
    DefaultWorkspace {
        user: String,
    },
    RenameWorkspace {
        workspace: Workspace,
        name: String,
        if_version: Option<u64>,
    },
    ArchiveWorkspace(OfWorkspace),
    RestoreWorkspace(OfWorkspace),
    DeleteWorkspace(OfWorkspace),
    AddMember {
        workspace: Workspace,
        user: String,
        role: Parsed<Role>,
    },
    SetRole {
        workspace: Workspace,
        user: String,
        role: Parsed<Role>,
        if_version: Option<u64>,
    },
    RemoveMember {
        workspace: Workspace,
        user: String,
        if_version: Option<u64>,
    },
}

impl Line {
    /// The operation, and the version that its record has to have.
    fn into_op(self) -> (Op, Option<u64>) {
        match self {
            Self::CreateUser(user) => (Op::CreateUser(user.into()), None),
            Self::UpdateUser(update) => {
                let op = Op::UpdateUser((&update.user).into(), update.changes());
                (op, update.if_version)
            }
            Self::ActivateUser(of) => (Op::ActivateUser((&of.user).into()), of.if_version),
            Self::DeactivateUser(of) => (Op::DeactivateUser((&of.user).into()), of.if_version),
            Self::DeleteUser(of) => (Op::DeleteUser((&of.user).into()), of.if_version),
            Self::SetLicense {
                license,
                if_version,
            } => (Op::SetLicense(license.into()), if_version),
            Self::CreateWorkspace { name, owner } => {
                let workspace = NewWorkspace::new(name);
                let workspace = match &owner {
                    Some(owner) => workspace.owner(owner),
                    None => workspace,
                };
                (Op::CreateWorkspace(workspace), None)
            }
            Self::DefaultWorkspace { user } => (Op::DefaultWorkspace((&user).into()), None),
            Self::RenameWorkspace {
                workspace,
                name,
                if_version,
            } => (Op::RenameWorkspace(workspace.into(), name), if_version),
            Self::ArchiveWorkspace(of) => {
                (Op::ArchiveWorkspace(of.workspace.into()), of.if_version)
            }
            Self::RestoreWorkspace(of) => {
                (Op::RestoreWorkspace(of.workspace.into()), of.if_version)
            }
            Self::DeleteWorkspace(of) => (Op::DeleteWorkspace(of.workspace.into()), of.if_version),
            Self::AddMember {
                workspace,
                user,
                role: Parsed(role),
            } => {
                let op = Op::AddMember(workspace.into(), (&user).into(), role);
                (op, None)
            }
            Self::SetRole {
                workspace,
                user,
                role: Parsed(role),
                if_version,
            } => {
                let op = Op::SetRole(workspace.into(), (&user).into(), role);
                (op, if_version)
            }
            Self::RemoveMember {
                workspace,
                user,
                if_version,
            } => {
                let op = Op::RemoveMember(workspace.into(), (&user).into());
                (op, if_version)
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfUser {
    user: String,
    if_version: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfWorkspace {
    workspace: Workspace,
    if_version: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserFields {
    email: String,
    id: Option<Parsed<UserId>>,
    username: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    active: Option<bool>,
    admin: Option<bool>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    created_at: Option<Parsed<Timestamp>>,
}

impl From<UserFields> for NewUser {
    fn from(fields: UserFields) -> Self {
        let mut user = Self::new(fields.email)
            .active(fields.active.unwrap_or(true))
            .admin(fields.admin.unwrap_or(false));
        if let Some(Parsed(id)) = fields.id {
            user = user.id(id);
        }
        if let Some(username) = fields.username {
            user = user.username(username);
        }
        if let Some(name) = fields.given_name {
            user = user.given_name(name);
        }
        if let Some(name) = fields.family_name {
            user = user.family_name(name);
        }
        for (name, value) in fields.attributes {
            user = user.attribute(name, value);
        }
        if let Some(Parsed(moment)) = fields.created_at {
            user = user.created_at(moment);
        }
        user
    }
}

/// Fields are as in the record, so a null is a value like any other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateFields {
    user: String,
    if_version: Option<u64>,
    #[serde(default, deserialize_with = "named")]
    email: Option<String>,
    #[serde(default, deserialize_with = "named")]
    username: Option<Option<String>>,
    #[serde(default, deserialize_with = "named")]
    given_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "named")]
    family_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "named")]
    admin: Option<bool>,
    #[serde(default)]
    attributes: BTreeMap<String, Option<String>>,
    #[serde(default)]
    replace_attributes: bool,
}

impl UpdateFields {
    fn changes(&self) -> UserUpdate {
        let mut update = UserUpdate::new();
        if let Some(email) = &self.email {
            update = update.email(email);
        }
        if let Some(username) = &self.username {
            update = update.username(username.as_deref());
        }
        if let Some(name) = &self.given_name {
            update = update.given_name(name.as_deref());
        }
        if let Some(name) = &self.family_name {
            update = update.family_name(name.as_deref());
        }
        if let Some(admin) = self.admin {
            update = update.admin(admin);
        }
        if self.replace_attributes {
            update = update.replace_attributes();
        }
        for (name, value) in &self.attributes {
            update = update.attribute(name, value.as_deref());
        }
        update
    }
}

/// A field that is there, whether or not its value is null.
fn named<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a workspace has to be a name or a number, its id"
)]
enum Workspace {
    Id(u64),
    Name(String),
}

impl From<Workspace> for WorkspaceRef {
    fn from(workspace: Workspace) -> Self {
        match workspace {
            Workspace::Id(id) => WorkspaceId::from_u64(id).into(),
            Workspace::Name(name) => (&name).into(),
        }
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a license has to be \"community\", \"enterprise\" or a number of seats"
)]
enum InForce {
    Seats(u64),
    Named(Parsed<License>),
}

impl From<InForce> for License {
    fn from(license: InForce) -> Self {
        match license {
            InForce::Seats(seats) => Self::Seats(seats),
            InForce::Named(Parsed(license)) => license,
        }
    }
}

/// What has a text in JSON and is parsed from it.
struct Parsed<T>(T);

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}
