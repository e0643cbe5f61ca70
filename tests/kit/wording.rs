//! How a failed script is printed.

use std::fmt;

use super::script::{Act, Create, Edit, Request, Script, Step, Turn, Where, Who};

/// A text, or only the length of a long one.
pub fn shown(text: &str) -> String {
    match text.chars().next() {
        Some(first) if text.len() > 40 => format!("{first:?} x {}", text.len()),
        _ => format!("{text:?}"),
    }
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(n) => write!(f, "user{n}"),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

impl fmt::Debug for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(n) => write!(f, "workspace{n}"),
            Self::Name(name) => write!(f, "{name:?}"),
        }
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateUser(create) => write!(f, "create {create:?}"),
            Self::UpdateUser(who, edit) => write!(f, "update {who:?}{edit:?}"),
            Self::Activate(who) => write!(f, "activate {who:?}"),
            Self::Deactivate(who) => write!(f, "deactivate {who:?}"),
            Self::DeleteUser(who) => write!(f, "delete {who:?}"),
            Self::SetLicense(license) => write!(f, "license {license}"),
            Self::CreateWorkspace(name, owner, external_id) => {
                write!(
                    f,
                    "create workspace {name:?} owner={owner:?} {external_id:?}"
                )
            }
            Self::DefaultWorkspace(who) => write!(f, "default workspace of {who:?}"),
            Self::Rename(place, name) => write!(f, "rename {place:?} {name:?}"),
            Self::SetExternalId(place, id) => write!(f, "external id of {place:?} {id:?}"),
            Self::Archive(place) => write!(f, "archive {place:?}"),
            Self::Restore(place) => write!(f, "restore {place:?}"),
            Self::DeleteWorkspace(place) => write!(f, "delete {place:?}"),
            Self::Add(place, who, role) => write!(f, "add {who:?} to {place:?} as {role}"),
            Self::SetRole(place, who, role) => write!(f, "make {who:?} {role} of {place:?}"),
            Self::Remove(place, who) => write!(f, "remove {who:?} from {place:?}"),
        }
    }
}

impl fmt::Debug for Create {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "user{} {:?}", self.id, self.email)?;
        if let Some(name) = &self.username {
            write!(f, " username={name:?}")?;
        }
        if let Some(name) = &self.given_name {
            write!(f, " given_name={name:?}")?;
        }
        if let Some((name, value)) = &self.attribute {
            write!(f, " {name}={}", shown(value))?;
        }
        if let Some(id) = self.external_id {
            write!(f, " {id:?}")?;
        }
        f.write_str(if self.active { "" } else { " inactive" })?;
        f.write_str(if self.admin { " admin" } else { "" })
    }
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(email) = &self.email {
            write!(f, " email={email:?}")?;
        }
        if let Some(name) = &self.username {
            write!(f, " username={name:?}")?;
        }
        if let Some(name) = &self.given_name {
            write!(f, " given_name={name:?}")?;
        }
        if let Some(admin) = self.admin {
            write!(f, " admin={admin}")?;
        }
        if let Some((name, value)) = &self.attribute {
            write!(f, " {name}={:?}", value.as_deref().map(shown))?;
        }
        if let Some(id) = self.external_id {
            write!(f, " {id:?}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.act.fmt(f)?;
        match self.if_version {
            Some(version) => write!(f, " if version {version}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, step) in self.steps.iter().enumerate() {
            write!(f, "{}{step:?}", if n == 0 { "" } else { "; " })?;
        }
        if let Some(actor) = self.actor {
            write!(f, ", by user{actor}")?;
        }
        if let Some(door) = self.door {
            write!(f, ", through {door}")?;
        }
        if self.allow_ownerless {
            f.write_str(", ownerless allowed")?;
        }
        match self.id {
            Some(id) => write!(f, ", as request {}", u128::from_be_bytes(id)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apply(request) => request.fmt(f),
            Self::Call(request) => write!(f, "call: {request:?}"),
            Self::Touch(who) => write!(f, "touch {who:?}"),
            Self::Trim { before } => write!(f, "trim before {before}"),
            Self::Reopen => f.write_str("reopen"),
        }
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.begins_at_work {
            "people at work"
        } else {
            "an empty directory"
        })?;
        self.turns
            .iter()
            .try_for_each(|turn| write!(f, "\n  {turn:?}"))
    }
}
