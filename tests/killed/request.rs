//! Requests as both processes know them, and as a line of text between them.

use std::fmt;
use std::str::FromStr;

use headcount::{Batch, NewUser, NewWorkspace, Role, UserId, UserUpdate};

/// A batch with a request id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// 16 bytes, drawn as user ids are.
    pub id: UserId,
    pub ops: Vec<Op>,
}

/// What the writers do. Each is planned to change something, so that its events
/// are known beforehand. Workspaces go by name, for their ids are drawn later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    Create(UserId, String, bool),
    Rename(UserId, String),
    Activate(UserId),
    Deactivate(UserId),
    Delete(UserId),
    Found(String, UserId),
    Join(String, UserId, Role),
    SetRole(String, UserId, Role),
    Leave(String, UserId),
}

impl Request {
    pub fn new(ops: Vec<Op>) -> Self {
        let id = UserId::generate();
        Self { id, ops }
    }

    pub fn batch(&self) -> Batch {
        let batch = Batch::new().request_id(*self.id.as_bytes());
        self.ops.iter().fold(batch, |batch, op| match op.clone() {
            Op::Create(id, email, active) => {
                batch.create_user(NewUser::new(email).id(id).active(active))
            }
            Op::Rename(id, name) => {
                batch.update_user(id, UserUpdate::new().given_name(name.as_str()))
            }
            Op::Activate(id) => batch.activate_user(id),
            Op::Deactivate(id) => batch.deactivate_user(id),
            Op::Delete(id) => batch.delete_user(id),
            Op::Found(name, owner) => batch.create_workspace(NewWorkspace::new(name).owner(owner)),
            Op::Join(name, user, role) => batch.add_member(&name, user, role),
            Op::SetRole(name, user, role) => batch.set_role(&name, user, role),
            Op::Leave(name, user) => batch.remove_member(&name, user),
        })
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        self.ops.iter().try_for_each(|op| write!(f, " {op}"))
    }
}

impl FromStr for Request {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let mut words = line.split(' ');
        let id = words.next().and_then(|id| id.parse().ok());
        Ok(Self {
            id: id.ok_or_else(|| format!("no request: {line}"))?,
            ops: words.map(str::parse).collect::<Result<_, _>>()?,
        })
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(id, email, active) => write!(f, "create,{id},{email},{active}"),
            Self::Rename(id, name) => write!(f, "rename,{id},{name}"),
            Self::Activate(id) => write!(f, "activate,{id}"),
            Self::Deactivate(id) => write!(f, "deactivate,{id}"),
            Self::Delete(id) => write!(f, "delete,{id}"),
            Self::Found(name, owner) => write!(f, "found,{name},{owner}"),
            Self::Join(name, user, role) => write!(f, "join,{name},{user},{role}"),
            Self::SetRole(name, user, role) => write!(f, "role,{name},{user},{role}"),
            Self::Leave(name, user) => write!(f, "leave,{name},{user}"),
        }
    }
}

impl FromStr for Op {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let parts: Vec<&str> = word.split(',').collect();
        let id = |text: &str| text.parse::<UserId>().map_err(|e| e.to_string());
        let role = |text: &str| text.parse::<Role>().map_err(|e| e.to_string());
        let flag = |text: &str| text.parse::<bool>().map_err(|e| e.to_string());
        Ok(match parts[..] {
            ["create", user, email, active] => {
                Self::Create(id(user)?, email.to_owned(), flag(active)?)
            }
            ["rename", user, name] => Self::Rename(id(user)?, name.to_owned()),
            ["activate", user] => Self::Activate(id(user)?),
            ["deactivate", user] => Self::Deactivate(id(user)?),
            ["delete", user] => Self::Delete(id(user)?),
            ["found", name, owner] => Self::Found(name.to_owned(), id(owner)?),
            ["join", name, user, as_role] => Self::Join(name.to_owned(), id(user)?, role(as_role)?),
            ["role", name, user, as_role] => {
                Self::SetRole(name.to_owned(), id(user)?, role(as_role)?)
            }
            ["leave", name, user] => Self::Leave(name.to_owned(), id(user)?),
            _ => return Err(format!("no operation: {word}")),
        })
    }
}
