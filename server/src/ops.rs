//! Operations as JSON: the vocabulary of batches, at every door that takes one.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use headcount::{
    License, NewUser, NewWorkspace, Op, Role, Timestamp, UserId, UserUpdate, WorkspaceId,
    WorkspaceRef,
};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

/// An operation of a batch, read from JSON.
///
/// ```
/// use headcount_server::Operation;
///
/// let text = r#"{"op": "activate_user", "user": "ann@ex.co", "if_version": 3}"#;
/// let operation: Operation = serde_json::from_str(text)?;
/// assert_eq!((operation.if_version, operation.needs_admin), (Some(3), false));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Deserialize)]
#[serde(from = "Line")]
#[non_exhaustive]
pub struct Operation {
    /// What to do.
    pub op: Op,
    /// The version that its record has to have.
    pub if_version: Option<u64>,
    /// Whether a key needs the scope `admin` for it.
    pub needs_admin: bool,
}

impl From<Line> for Operation {
    fn from(line: Line) -> Self {
        let needs_admin = line.needs_admin();
        let (op, if_version) = line.into_op();
        Self {
            op,
            if_version,
            needs_admin,
        }
    }
}

/// An operation as JSON has it.
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
    /// Whether it makes admins or sets the license.
    fn needs_admin(&self) -> bool {
        match self {
            Self::CreateUser(user) => user.admin == Some(true),
            Self::UpdateUser(update) => update.admin.is_some(),
            Self::SetLicense { .. } => true,
            _ => false,
        }
    }

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
