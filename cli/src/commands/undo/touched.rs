//! What an event is about.

use headcount::{Event, UserId, WorkspaceId};

/// What an event changes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Touched {
    License,
    User(UserId),
    Workspace(WorkspaceId),
    Member(WorkspaceId, UserId),
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
