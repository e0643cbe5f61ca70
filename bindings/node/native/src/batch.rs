//! Batches, as JavaScript writes them.

use std::collections::BTreeMap;

use headcount::{Batch, NewUser, NewWorkspace, Op, UserId, UserRef, UserUpdate};
use serde::{Deserialize, Deserializer};

use crate::answer::Refusal;
use crate::request::{Seats, Workspace, invalid, moment, parse, set};

type Result<T> = std::result::Result<T, Refusal>;

/// A batch.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Steps {
    #[serde(rename = "steps")]
    all: Vec<Step>,
    actor: Option<String>,
    request_id: Option<String>,
    #[serde(default)]
    allow_ownerless: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Step {
    op: OneOp,
    if_version: Option<u64>,
}

#[derive(Deserialize)]
#[serde(
    tag = "do",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
enum OneOp {
    CreateUser {
        user: Draft,
    },
    UpdateUser {
        user: String,
        update: Update,
    },
    ActivateUser {
        user: String,
    },
    DeactivateUser {
        user: String,
    },
    DeleteUser {
        user: String,
    },
    SetLicense {
        license: Seats,
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
    },
    ArchiveWorkspace {
        workspace: Workspace,
    },
    RestoreWorkspace {
        workspace: Workspace,
    },
    DeleteWorkspace {
        workspace: Workspace,
    },
    AddMember {
        workspace: Workspace,
        user: String,
        role: String,
    },
    SetRole {
        workspace: Workspace,
        user: String,
        role: String,
    },
    RemoveMember {
        workspace: Workspace,
        user: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Draft {
    #[serde(default)]
    email: String,
    id: Option<String>,
    username: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    active: Option<bool>,
    admin: Option<bool>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Update {
    if_version: Option<u64>,
    email: Option<String>,
    #[serde(default, deserialize_with = "present")]
    username: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    given_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    family_name: Option<Option<String>>,
    admin: Option<bool>,
    #[serde(default)]
    attributes: BTreeMap<String, Option<String>>,
    #[serde(default)]
    replace_attributes: bool,
}

impl Steps {
    pub fn build(self) -> Result<Batch> {
        let mut batch = Batch::new();
        for step in self.all {
            batch.push(step.op.build()?);
            batch = set(batch, step.if_version, Batch::if_version);
        }
        batch = set(
            batch,
            self.actor.as_deref().map(parse::<UserId>).transpose()?,
            Batch::actor,
        );
        if let Some(id) = &self.request_id {
            let id = uuid::Uuid::try_parse(id).map_err(|_| {
                invalid(format!(
                    "the request id {id:?} is no UUID; crypto.randomUUID() draws one"
                ))
            })?;
            batch = batch.request_id(id.into_bytes());
        }
        Ok(if self.allow_ownerless {
            batch.allow_ownerless()
        } else {
            batch
        })
    }
}

impl OneOp {
    fn build(self) -> Result<Op> {
        let user = |user: String| UserRef::from(&user);
        Ok(match self {
            Self::CreateUser { user } => Op::CreateUser(user.build()?),
            Self::UpdateUser { user: whom, update } => Op::UpdateUser(user(whom), update.build()),
            Self::ActivateUser { user: whom } => Op::ActivateUser(user(whom)),
            Self::DeactivateUser { user: whom } => Op::DeactivateUser(user(whom)),
            Self::DeleteUser { user: whom } => Op::DeleteUser(user(whom)),
            Self::SetLicense { license } => Op::SetLicense(license.parse()?),
            Self::CreateWorkspace { name, owner } => Op::CreateWorkspace(set(
                NewWorkspace::new(name),
                owner.map(user),
                NewWorkspace::owner,
            )),
            Self::DefaultWorkspace { user: whom } => Op::DefaultWorkspace(user(whom)),
            Self::RenameWorkspace { workspace, name } => {
                Op::RenameWorkspace((&workspace).into(), name)
            }
            Self::ArchiveWorkspace { workspace } => Op::ArchiveWorkspace((&workspace).into()),
            Self::RestoreWorkspace { workspace } => Op::RestoreWorkspace((&workspace).into()),
            Self::DeleteWorkspace { workspace } => Op::DeleteWorkspace((&workspace).into()),
            Self::AddMember {
                workspace,
                user: whom,
                role,
            } => Op::AddMember((&workspace).into(), user(whom), parse(&role)?),
            Self::SetRole {
                workspace,
                user: whom,
                role,
            } => Op::SetRole((&workspace).into(), user(whom), parse(&role)?),
            Self::RemoveMember {
                workspace,
                user: whom,
            } => Op::RemoveMember((&workspace).into(), user(whom)),
        })
    }
}

impl Draft {
    fn build(self) -> Result<NewUser> {
        let mut user = NewUser::new(self.email);
        user = set(
            user,
            self.id.as_deref().map(parse::<UserId>).transpose()?,
            NewUser::id,
        );
        user = set(user, self.username, NewUser::username);
        user = set(user, self.given_name, NewUser::given_name);
        user = set(user, self.family_name, NewUser::family_name);
        user = set(user, self.active, NewUser::active);
        user = set(user, self.admin, NewUser::admin);
        user = set(
            user,
            moment(self.created_at.as_deref())?,
            NewUser::created_at,
        );
        Ok(self
            .attributes
            .into_iter()
            .fold(user, |user, (name, value)| user.attribute(name, value)))
    }
}

impl Update {
    fn build(&self) -> UserUpdate {
        let mut update = UserUpdate::new();
        update = set(update, self.if_version, UserUpdate::if_version);
        update = set(update, self.email.as_deref(), UserUpdate::email);
        update = set(update, self.username.as_ref(), |update, name| {
            update.username(name.as_deref())
        });
        update = set(update, self.given_name.as_ref(), |update, name| {
            update.given_name(name.as_deref())
        });
        update = set(update, self.family_name.as_ref(), |update, name| {
            update.family_name(name.as_deref())
        });
        update = set(update, self.admin, UserUpdate::admin);
        if self.replace_attributes {
            update = update.replace_attributes();
        }
        let attributes = self.attributes.iter();
        attributes.fold(update, |update, (name, value)| {
            update.attribute(name, value.as_deref())
        })
    }
}

/// `null` is something else than nothing.
fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
