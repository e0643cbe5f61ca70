//! How a script reads when it fails.

use std::fmt;

use super::script::{
    Act, Edit, ExternalId, Request, Script, Step, Turn, Where, Who, email, external_id,
    provisioner, username, workspace_name,
};

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(n) => write!(f, "user{n}"),
            Self::Email(n) => f.write_str(&email(*n)),
            Self::Username(n) => f.write_str(&username(*n)),
        }
    }
}

impl fmt::Debug for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(n) => write!(f, "workspace{n}"),
            Self::Name(n) => write!(f, "{:?}", workspace_name(*n)),
        }
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateUser {
                id,
                email: address,
                username: name,
                active,
                admin,
            } => {
                write!(f, "create user{id} {}", email(*address))?;
                if let Some(name) = name {
                    write!(f, " called {}", username(*name))?;
                }
                f.write_str(if *active { "" } else { " inactive" })?;
                f.write_str(if *admin { " admin" } else { "" })
            }
            Self::UpdateUser(who, edit) => write!(f, "update {who:?}{edit:?}"),
            Self::Activate(who) => write!(f, "activate {who:?}"),
            Self::Deactivate(who) => write!(f, "deactivate {who:?}"),
            Self::DeleteUser(who) => write!(f, "delete {who:?}"),
            Self::SetLicense(license) => write!(f, "license {license}"),
            Self::CreateWorkspace(name, None) => write!(f, "found {:?}", workspace_name(*name)),
            Self::CreateWorkspace(name, Some(owner)) => {
                write!(f, "found {:?} for {owner:?}", workspace_name(*name))
            }
            Self::DefaultWorkspace(who) => write!(f, "default of {who:?}"),
            Self::Rename(place, name) => write!(f, "rename {place:?} {:?}", workspace_name(*name)),
            Self::Call(place, id) => write!(f, "call {place:?} {}", in_words(*id)),
            Self::Archive(place) => write!(f, "archive {place:?}"),
            Self::Restore(place) => write!(f, "restore {place:?}"),
            Self::DeleteWorkspace(place) => write!(f, "delete {place:?}"),
            Self::Add(place, who, role) => write!(f, "add {who:?} to {place:?} as {role}"),
            Self::SetRole(place, who, role) => write!(f, "make {who:?} {role} of {place:?}"),
            Self::Remove(place, who) => write!(f, "remove {who:?} from {place:?}"),
        }
    }
}

fn in_words((by, id): ExternalId) -> String {
    let id = id.map_or("nothing".to_owned(), external_id);
    format!("{}={id}", provisioner(by))
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(address) = self.email {
            write!(f, " email={}", email(address))?;
        }
        if let Some(name) = self.username {
            write!(f, " username={}", name.map_or("email".to_owned(), username))?;
        }
        if let Some(given) = self.given_name {
            write!(f, " given_name={given}")?;
        }
        if let Some(admin) = self.admin {
            write!(f, " admin={admin}")?;
        }
        if let Some(id) = self.external_id {
            write!(f, " {}", in_words(id))?;
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
        if self.allow_ownerless {
            f.write_str(", ownerless allowed")?;
        }
        match self.id {
            Some(id) => write!(f, ", as request {id}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apply(request) => request.fmt(f),
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
            "nobody yet"
        })?;
        self.turns
            .iter()
            .try_for_each(|turn| write!(f, "\n  {turn:?}"))
    }
}
