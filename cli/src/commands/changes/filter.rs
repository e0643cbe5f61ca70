//! Selects changes, and the events of each to show.

use headcount::{Change, ErrorKind, Event, Timestamp, UserId, WorkspaceId, quoted};

use crate::args::ChangesArgs;
use crate::commands::naming::find_workspace;
use crate::commands::not_found;
use crate::directory::Directory;
use crate::failure::{Failure, Result};

/// Conditions, all of which must be met.
#[derive(Default, PartialEq)]
pub(super) struct Filter {
    user: Option<UserId>,
    workspace: Option<WorkspaceId>,
    by: Option<UserId>,
    door: Option<String>,
    since: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Filter {
    pub(super) fn of(directory: &Directory, args: &ChangesArgs) -> Result<Self> {
        let user = |text: &Option<String>| -> Result<_> {
            let text = text.as_deref();
            text.map(|text| find_user(directory, text)).transpose()
        };
        let workspace = args.workspace.as_deref();
        Ok(Self {
            user: user(&args.user)?,
            workspace: workspace
                .map(|text| find_workspace_or_id(directory, text))
                .transpose()?,
            by: user(&args.by)?,
            door: args.door.clone(),
            since: args.since,
            before: args.before,
        })
    }

    /// Whether there is no condition.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The change with those of its events that meet the conditions; `None` if it is not
    /// to be shown.
    pub(super) fn pick(&self, mut change: Change) -> Option<Change> {
        let is_in_time = self.since.is_none_or(|since| change.at >= since)
            && self.before.is_none_or(|before| change.at < before);
        let is_by = self.by.is_none() || change.actor == self.by;
        let is_through = self.door.is_none() || change.door == self.door;
        if !is_in_time || !is_by || !is_through {
            return None;
        }
        if self.user.is_none() && self.workspace.is_none() {
            return Some(change);
        }
        change.events.retain(|event| {
            let (user, workspace) = subjects(event);
            (self.user.is_none() || user == self.user)
                && (self.workspace.is_none() || workspace == self.workspace)
        });
        (!change.events.is_empty()).then_some(change)
    }
}

/// The user whom a text names, who may have been deleted if it is an id.
fn find_user(directory: &Directory, text: &str) -> Result<UserId> {
    if let Some(user) = directory.user(text)? {
        return Ok(user.id());
    }
    text.parse().map_err(|_| {
        not_found(&format!(
            "{} is nobody's email or username now; if it was a deleted user's, name the \
             user by id",
            quoted(text)
        ))
    })
}

/// The workspace that a text names, which may have been deleted if it is `id:12`.
fn find_workspace_or_id(directory: &Directory, text: &str) -> Result<WorkspaceId> {
    match find_workspace(directory, text) {
        Ok(workspace) => Ok(workspace.id()),
        Err(failure) => {
            let is_missing = matches!(&failure, Failure::Refused(refusal)
                if refusal.kind == ErrorKind::WorkspaceNotFound.name());
            let id = text.strip_prefix("id:").and_then(|id| id.parse().ok());
            match id.filter(|_| is_missing) {
                Some(id) => Ok(WorkspaceId::from_u64(id)),
                None => Err(failure),
            }
        }
    }
}

/// What an event is about.
fn subjects(event: &Event) -> (Option<UserId>, Option<WorkspaceId>) {
    match event {
        Event::UserCreated { user, .. }
        | Event::UserUpdated { user, .. }
        | Event::UserActivated { user }
        | Event::UserDeactivated { user }
        | Event::UserDeleted { user } => (Some(*user), None),
        Event::WorkspaceCreated {
            workspace,
            default_of,
        } => (*default_of, Some(*workspace)),
        Event::WorkspaceRenamed { workspace }
        | Event::WorkspaceArchived { workspace }
        | Event::WorkspaceRestored { workspace }
        | Event::WorkspaceDeleted { workspace }
        | Event::WorkspaceUndefaulted { workspace }
        | Event::WorkspaceExternalIdSet { workspace }
        | Event::WorkspaceOwnerless { workspace } => (None, Some(*workspace)),
        Event::MemberAdded {
            workspace, user, ..
        }
        | Event::MemberRoleSet {
            workspace, user, ..
        }
        | Event::MemberRemoved { workspace, user } => (Some(*user), Some(*workspace)),
        _ => (None, None),
    }
}
