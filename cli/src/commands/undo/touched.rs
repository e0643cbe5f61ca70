//! The subject of an event, and the batch that reverts it.

use std::collections::HashSet;

use headcount::{Batch, Event, UserId, WorkspaceId};

use super::Step;
use crate::directory::Directory;
use crate::failure::Result;

/// What an event changes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Touched {
    License,
    User(UserId),
    Workspace(WorkspaceId),
    Member(WorkspaceId, UserId),
}

impl Touched {
    /// Whether earlier changes tell what it was: the license, or the role of a member.
    pub(super) fn has_earlier_value(&self) -> bool {
        matches!(self, Self::License | Self::Member(..))
    }
}

/// What an event has created.
pub(super) fn created(event: &Event) -> Option<Touched> {
    let is_new = matches!(
        event,
        Event::UserCreated { .. } | Event::WorkspaceCreated { .. }
    );
    touched(event).filter(|_| is_new)
}

pub(super) fn touched(event: &Event) -> Option<Touched> {
    Some(match *event {
        Event::UserCreated { user, .. }
        | Event::UserUpdated { user, .. }
        | Event::UserActivated { user }
        | Event::UserDeactivated { user }
        | Event::UserDeleted { user } => Touched::User(user),
        Event::LicenseSet { .. } => Touched::License,
        Event::WorkspaceCreated { workspace, .. }
        | Event::WorkspaceRenamed { workspace }
        | Event::WorkspaceArchived { workspace }
        | Event::WorkspaceRestored { workspace }
        | Event::WorkspaceDeleted { workspace }
        | Event::WorkspaceUndefaulted { workspace }
        | Event::WorkspaceExternalIdSet { workspace } => Touched::Workspace(workspace),
        Event::MemberAdded {
            workspace, user, ..
        }
        | Event::MemberRoleSet {
            workspace, user, ..
        }
        | Event::MemberRemoved { workspace, user } => Touched::Member(workspace, user),
        _ => return None,
    })
}

/// The steps as one batch. The first operation on each record depends on the record's version, so
/// that a change made meanwhile is not overwritten.
pub(super) fn batch(directory: &Directory, steps: &[Step]) -> Result<Batch> {
    let mut batch = Batch::new();
    let mut guarded = HashSet::new();
    for step in steps {
        batch.push(step.op.clone());
        if !guarded.insert(step.touched) {
            continue;
        }
        let version = match step.touched {
            Touched::User(id) => directory.user_by_id(id)?.map(|user| user.version()),
            Touched::Workspace(id) => directory.workspace(id)?.map(|found| found.version()),
            Touched::License => Some(directory.seats()?.license_version),
            Touched::Member(workspace, user) => directory
                .workspaces_of(user)
                .ok()
                .and_then(|all| {
                    all.into_iter()
                        .find(|member| member.workspace() == workspace)
                })
                .map(|member| member.version()),
        };
        if let Some(version) = version {
            batch = batch.if_version(version);
        }
    }
    Ok(batch)
}
