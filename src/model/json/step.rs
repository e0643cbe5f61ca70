//! Operations: the name in the field `op`, and the arguments in fields beside it.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::update::UpdateFields;
use crate::model::{License, NewUser, NewWorkspace, Op, Role, Step, UserRef, WorkspaceRef};

#[derive(Serialize, Deserialize)]
#[serde(
    tag = "op",
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "an object such as {\"op\":\"activate_user\",\"user\":\"ann@ex.co\"}"
)]
enum StepLine {
    CreateUser(NewUser),
    UpdateUser(UpdateFields),
    ActivateUser(OfUser),
    DeactivateUser(OfUser),
    DeleteUser(OfUser),
    SetLicense(OfLicense),
    CreateWorkspace(NewWorkspace),
    DefaultWorkspace {
        user: UserRef,
    },
    RenameWorkspace {
        workspace: WorkspaceRef,
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        if_version: Option<u64>,
    },
    SetWorkspaceExternalId {
        workspace: WorkspaceRef,
        provisioner: String,
        /// Null removes the id; the field can't be left out.
        #[serde(deserialize_with = "Option::deserialize")]
        id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        if_version: Option<u64>,
    },
    ArchiveWorkspace(OfWorkspace),
    RestoreWorkspace(OfWorkspace),
    DeleteWorkspace(OfWorkspace),
    AddMember {
        workspace: WorkspaceRef,
        user: UserRef,
        role: Role,
    },
    SetRole {
        workspace: WorkspaceRef,
        user: UserRef,
        role: Role,
        #[serde(skip_serializing_if = "Option::is_none")]
        if_version: Option<u64>,
    },
    RemoveMember {
        workspace: WorkspaceRef,
        user: UserRef,
        #[serde(skip_serializing_if = "Option::is_none")]
        if_version: Option<u64>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfUser {
    user: UserRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_version: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfLicense {
    license: License,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_version: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfWorkspace {
    workspace: WorkspaceRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_version: Option<u64>,
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        StepLine::of(self)
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        StepLine::deserialize(from)?
            .step()
            .map_err(D::Error::custom)
    }
}

impl StepLine {
    fn of(step: &Step) -> crate::Result<Self> {
        let if_version = step.if_version;
        let of_user = |user: &UserRef| OfUser {
            user: user.clone(),
            if_version,
        };
        let of_workspace = |workspace: &WorkspaceRef| OfWorkspace {
            workspace: workspace.clone(),
            if_version,
        };
        Ok(match step.op.clone() {
            Op::CreateUser(user) => Self::CreateUser(user),
            Op::UpdateUser(user, update) => {
                Self::UpdateUser(UpdateFields::of(Some(user), &update, if_version)?)
            }
            Op::ActivateUser(user) => Self::ActivateUser(of_user(&user)),
            Op::DeactivateUser(user) => Self::DeactivateUser(of_user(&user)),
            Op::DeleteUser(user) => Self::DeleteUser(of_user(&user)),
            Op::SetLicense(license) => Self::SetLicense(OfLicense {
                license,
                if_version,
            }),
            Op::CreateWorkspace(workspace) => Self::CreateWorkspace(workspace),
            Op::DefaultWorkspace(user) => Self::DefaultWorkspace { user },
            Op::RenameWorkspace(workspace, name) => Self::RenameWorkspace {
                workspace,
                name,
                if_version,
            },
            Op::SetWorkspaceExternalId(workspace, provisioner, id) => {
                Self::SetWorkspaceExternalId {
                    workspace,
                    provisioner,
                    id,
                    if_version,
                }
            }
            Op::ArchiveWorkspace(workspace) => Self::ArchiveWorkspace(of_workspace(&workspace)),
            Op::RestoreWorkspace(workspace) => Self::RestoreWorkspace(of_workspace(&workspace)),
            Op::DeleteWorkspace(workspace) => Self::DeleteWorkspace(of_workspace(&workspace)),
            Op::AddMember(workspace, user, role) => Self::AddMember {
                workspace,
                user,
                role,
            },
            Op::SetRole(workspace, user, role) => Self::SetRole {
                workspace,
                user,
                role,
                if_version,
            },
            Op::RemoveMember(workspace, user) => Self::RemoveMember {
                workspace,
                user,
                if_version,
            },
        })
    }

    fn step(self) -> Result<Step, &'static str> {
        let (op, if_version) = match self {
            Self::CreateUser(user) => (Op::CreateUser(user), None),
            Self::UpdateUser(mut fields) => {
                let user = fields.user.take().ok_or("missing field `user`")?;
                let if_version = fields.if_version.take();
                (Op::UpdateUser(user, fields.update()), if_version)
            }
            Self::ActivateUser(of) => (Op::ActivateUser(of.user), of.if_version),
            Self::DeactivateUser(of) => (Op::DeactivateUser(of.user), of.if_version),
            Self::DeleteUser(of) => (Op::DeleteUser(of.user), of.if_version),
            Self::SetLicense(of) => (Op::SetLicense(of.license), of.if_version),
            Self::CreateWorkspace(workspace) => (Op::CreateWorkspace(workspace), None),
            Self::DefaultWorkspace { user } => (Op::DefaultWorkspace(user), None),
            Self::RenameWorkspace {
                workspace,
                name,
                if_version,
            } => (Op::RenameWorkspace(workspace, name), if_version),
            Self::SetWorkspaceExternalId {
                workspace,
                provisioner,
                id,
                if_version,
            } => {
                let op = Op::SetWorkspaceExternalId(workspace, provisioner, id);
                (op, if_version)
            }
            Self::ArchiveWorkspace(of) => (Op::ArchiveWorkspace(of.workspace), of.if_version),
            Self::RestoreWorkspace(of) => (Op::RestoreWorkspace(of.workspace), of.if_version),
            Self::DeleteWorkspace(of) => (Op::DeleteWorkspace(of.workspace), of.if_version),
            Self::AddMember {
                workspace,
                user,
                role,
            } => (Op::AddMember(workspace, user, role), None),
            Self::SetRole {
                workspace,
                user,
                role,
                if_version,
            } => (Op::SetRole(workspace, user, role), if_version),
            Self::RemoveMember {
                workspace,
                user,
                if_version,
            } => (Op::RemoveMember(workspace, user), if_version),
        };
        Ok(Step { op, if_version })
    }
}
