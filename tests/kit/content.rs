//! The contents of a directory as text, for comparison with the model.

use std::fmt::Debug;

use headcount::{Change, Directory, Error, ErrorKind, Result, User, Workspace};

use super::model::{self, ExternalIds, Model};
use super::wording::shown;

/// The contents of a directory, or of its model.
#[derive(PartialEq)]
pub struct Content {
    users: Vec<String>,
    workspaces: Vec<String>,
    members: Vec<String>,
    /// The changes above a number, without trimmed ones.
    changes: Vec<String>,
    seats: String,
    /// The number of the last change that was trimmed.
    pub trimmed: u64,
}

impl Content {
    /// The contents of `directory`, with its changes above `after`.
    pub fn of(directory: &Directory, after: u64) -> Result<Self> {
        let mut users = Vec::new();
        for user in directory.users()? {
            let user = user?;
            let was_seen = directory.last_seen(user.id())?.is_some();
            users.push(format!("{} seen={was_seen}", of_user(&user)));
        }
        let (mut workspaces, mut members) = (Vec::new(), Vec::new());
        for workspace in directory.workspaces()? {
            let workspace = workspace?;
            workspaces.push(of_workspace(&workspace));
            for member in directory.members(workspace.id())? {
                members.push(format!(
                    "{:?} {} {:?} v{}",
                    workspace.id(),
                    member.user(),
                    member.role(),
                    member.version()
                ));
            }
        }
        let trimmed = trimmed(directory)?;
        let changes = directory.changes(after.max(trimmed))?;
        let changes: Result<Vec<_>> = changes.map(|change| Ok(of_change(&change?))).collect();
        let seats = directory.seats()?;
        Ok(Self {
            users,
            workspaces,
            members,
            changes: changes?,
            seats: format!(
                "{} active, {} inactive, {} of {:?} free, over by {:?}, peak {}, {}",
                seats.active,
                seats.inactive,
                seats.free().unwrap_or(u64::MAX),
                seats.limit(),
                seats.over_by(),
                directory.seat_history(None)?.peak,
                seats.license
            ),
            trimmed,
        })
    }

    /// The contents of the model.
    pub fn of_model(model: &Model, after: u64) -> Self {
        let state = &model.state;
        let mut users: Vec<_> = state.users.iter().collect();
        users.sort_by_key(|user| &user.email.key);
        let users = users.into_iter().map(|user| {
            let was_seen = user.was_seen;
            format!("{} seen={was_seen}", of_model_user(user))
        });
        let mut members = Vec::new();
        for workspace in &state.workspaces {
            for m in state.members_of(workspace.id) {
                let (id, user, role) = (m.workspace, m.user, m.role);
                members.push(format!("{id:?} {user} {role:?} v{}", m.version));
            }
        }
        let changes = model.changes.iter().filter(|c| c.sequence > after);
        let (active, total) = (state.active(), state.users.len() as u64);
        let limit = state.limit();
        Self {
            users: users.collect(),
            workspaces: state.workspaces.iter().map(of_model_workspace).collect(),
            members,
            changes: changes
                .map(|c| change(c.sequence, &c.actor, c.door, &c.request, &c.events))
                .collect(),
            seats: format!(
                "{active} active, {} inactive, {} of {limit:?} free, over by {:?}, peak {}, {}",
                total - active,
                limit.map_or(u64::MAX, |limit| limit.saturating_sub(active)),
                limit.map_or(0, |limit| active.saturating_sub(limit)),
                model.peak,
                state.license
            ),
            trimmed: model.trimmed,
        }
    }

    /// Asserts that both are equal, part by part.
    #[track_caller]
    pub fn assert_is(&self, expected: &Self) {
        assert_eq!(self.trimmed, expected.trimmed);
        assert_eq!(self.changes, expected.changes);
        assert_eq!(self.users, expected.users);
        assert_eq!(self.workspaces, expected.workspaces);
        assert_eq!(self.members, expected.members);
        assert_eq!(self.seats, expected.seats);
    }
}

/// The number of the last change that was trimmed.
pub fn trimmed(directory: &Directory) -> Result<u64> {
    match directory.changes(0).as_ref().map_err(Error::kind) {
        Ok(_) => Ok(0),
        Err(ErrorKind::HistoryTrimmed { resume_after }) => Ok(resume_after),
        Err(_) => Err(directory.changes(0).err().unwrap()),
    }
}

pub fn of_user(user: &User) -> String {
    let attributes = user.attributes();
    let attributes = attributes.map(|(name, value)| format!("{name}={}", shown(value)));
    let ids = user.external_ids().map(|(by, id)| format!("{by}={id}"));
    format!(
        "{} {}/{} {} {:?} active={} admin={} {:?} {:?} deactivated={} v{}",
        user.id(),
        user.email(),
        user.email().key(),
        user.username(),
        user.given_name(),
        user.is_active(),
        user.is_admin(),
        attributes.collect::<Vec<_>>(),
        ids.collect::<Vec<_>>(),
        user.deactivated_at().is_some(),
        user.version(),
    )
}

pub fn of_model_user(user: &model::User) -> String {
    let attributes = user.attributes.iter();
    let attributes = attributes.map(|(name, value)| format!("{name}={}", shown(value)));
    format!(
        "{} {}/{} {} {:?} active={} admin={} {:?} {:?} deactivated={} v{}",
        user.id,
        user.email.typed,
        user.email.key,
        user.username.as_ref().unwrap_or(&user.email).typed,
        user.given_name,
        user.active,
        user.admin,
        attributes.collect::<Vec<_>>(),
        ids(&user.external_ids),
        user.was_deactivated,
        user.version,
    )
}

pub fn of_workspace(workspace: &Workspace) -> String {
    let ids = workspace.external_ids();
    let ids = ids.map(|(by, id)| format!("{by}={id}"));
    format!(
        "{:?} {} archived={} {:?} {:?} v{}",
        workspace.id(),
        workspace.name(),
        workspace.is_archived(),
        workspace.default_of(),
        ids.collect::<Vec<_>>(),
        workspace.version()
    )
}

pub fn of_model_workspace(workspace: &model::Workspace) -> String {
    format!(
        "{:?} {} archived={} {:?} {:?} v{}",
        workspace.id,
        workspace.name.typed,
        workspace.archived,
        workspace.default_of,
        ids(&workspace.external_ids),
        workspace.version
    )
}

fn ids(ids: &ExternalIds) -> Vec<String> {
    let ids = ids.iter();
    ids.map(|(by, (id, _))| format!("{by}={id}")).collect()
}

fn of_change(c: &Change) -> String {
    let door = c.door.as_deref();
    change(c.sequence, &c.actor, door, &c.request_id, &c.events)
}

fn change(
    sequence: u64,
    actor: &dyn Debug,
    door: Option<&str>,
    request: &dyn Debug,
    events: &dyn Debug,
) -> String {
    format!("{sequence} by {actor:?} through {door:?} as {request:?}: {events:?}")
}
