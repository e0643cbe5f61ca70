//! All that a directory says, to be compared with another one that was told the
//! same: times differ, and so do the ids of workspaces, which go by name here.

use std::collections::BTreeMap;

use crate::directory::Directory;
use crate::error::{ErrorKind, Result};
use crate::model::Seats;

/// Everything that a directory says.
#[derive(PartialEq)]
pub(super) struct Content {
    users: Vec<String>,
    workspaces: Vec<String>,
    members: Vec<String>,
    /// Without gaps, from the one behind those that were trimmed.
    changes: Vec<String>,
    seats: Seats,
    /// The number of the last change that was trimmed.
    pub(super) trimmed: u64,
}

impl Content {
    pub(super) fn of(directory: &Directory) -> Result<Self> {
        let mut users = Vec::new();
        for user in directory.users()? {
            let user = user?;
            users.push(format!(
                "{} {} {} {:?} {:?} {:?} {} {:?} v{}",
                user.id(),
                user.email(),
                user.username(),
                user.given_name(),
                user.is_active(),
                user.is_admin(),
                user.attributes().len(),
                user.attribute("note").map(str::len),
                user.version(),
            ));
        }
        let mut workspaces = Vec::new();
        let mut members = Vec::new();
        let mut names = BTreeMap::new();
        for workspace in directory.workspaces()? {
            let workspace = workspace?;
            let name = workspace.name();
            let is_archived = workspace.is_archived();
            workspaces.push(format!("{name} {is_archived} v{}", workspace.version()));
            for member in directory.members(workspace.id())? {
                let (user, role) = (member.user(), member.role());
                members.push(format!("{name} {user} {role:?} v{}", member.version()));
            }
            names.insert(format!("{:?}", workspace.id()), name.to_owned());
        }
        workspaces.sort();
        members.sort();
        let trimmed = match directory.changes(0) {
            Ok(_) => 0,
            Err(error) => match error.kind() {
                ErrorKind::HistoryTrimmed { resume_after } => resume_after,
                _ => return Err(error),
            },
        };
        let mut changes = Vec::new();
        for (number, change) in (trimmed + 1..).zip(directory.changes(trimmed)?) {
            let change = change?;
            assert_eq!(change.sequence, number, "a gap in the changes");
            let mut events = format!("{:?}", change.events);
            for (id, name) in &names {
                events = events.replace(id, name);
            }
            changes.push(format!("{number} {:?} {events}", change.request_id));
        }
        Ok(Self {
            users,
            workspaces,
            members,
            changes,
            seats: directory.seats()?,
            trimmed,
        })
    }

    /// Asserts that both are the same, part by part.
    pub(super) fn assert_is(&self, other: &Self) {
        assert_eq!(self.trimmed, other.trimmed);
        assert_eq!(self.changes, other.changes);
        assert_eq!(self.users, other.users);
        assert_eq!(self.workspaces, other.workspaces);
        assert_eq!(self.members, other.members);
        assert_eq!(self.seats, other.seats);
    }
}
