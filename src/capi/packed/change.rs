//! The packed form of a change and its events.

use super::{PackedKind, PackedRecord, Writer, count, text_bytes};
use crate::capi::event::{HcEvent, HcField};
use crate::capi::license::HcLicense;
use crate::capi::role::HcRole;
use crate::model::{Change, Event, License, RequestId, Role, UserId, WorkspaceId};

/// Bytes before the events.
const FIXED_BYTES: u16 = 80;

/// Bytes of an event.
const EVENT_BYTES: usize = 48;

const ACTOR: u16 = 1;
const REQUEST_ID: u16 = 2;

impl PackedRecord for Change {
    const KIND: PackedKind = PackedKind::Changes;

    fn bytes_at_most(&self) -> usize {
        events_end(self).saturating_add(self.door.as_deref().map_or(0, text_bytes))
    }

    fn write(&self, to: &mut Writer<'_>) {
        let actor = self.actor.as_ref().map(UserId::as_bytes);
        let request_id = self.request_id.as_ref().map(RequestId::as_bytes);
        to.put_u32(count(self.bytes_at_most()));
        to.put_u16(FIXED_BYTES);
        to.put_u16(actor.map_or(0, |_| ACTOR) | request_id.map_or(0, |_| REQUEST_ID));
        to.put_u64(self.sequence);
        to.put_u64(self.at.as_unix_micros());
        to.put_id(actor);
        to.put_id(request_id);
        to.put_u32(FIXED_BYTES.into());
        to.put_u32(count(self.events.len()));
        to.put_u32(count(EVENT_BYTES));
        to.put_u32(0);
        let door = self.door.as_deref();
        to.put_place(door.map_or((0, 0), |door| (count(events_end(self)), count(door.len()))));
        for event in &self.events {
            PackedEvent::from(event).write(to);
        }
        to.put_optional(door);
    }
}

/// The end of the events of a change.
fn events_end(change: &Change) -> usize {
    usize::from(FIXED_BYTES).saturating_add(change.events.len().saturating_mul(EVENT_BYTES))
}

const HAS_USER: u16 = 1;
const HAS_WORKSPACE: u16 = 2;
const IS_ACTIVE: u16 = 4;

/// An event with the fields of all kinds of events.
struct PackedEvent {
    kind: HcEvent,
    user: Option<UserId>,
    workspace: Option<WorkspaceId>,
    is_active: bool,
    fields: u32,
    role: Option<Role>,
    license: Option<License>,
}

impl PackedEvent {
    fn new(kind: HcEvent) -> Self {
        Self {
            kind,
            user: None,
            workspace: None,
            is_active: false,
            fields: 0,
            role: None,
            license: None,
        }
    }

    fn of_user(kind: HcEvent, user: UserId) -> Self {
        Self {
            user: Some(user),
            ..Self::new(kind)
        }
    }

    fn of_workspace(kind: HcEvent, workspace: WorkspaceId) -> Self {
        Self {
            workspace: Some(workspace),
            ..Self::new(kind)
        }
    }

    fn of_member(kind: HcEvent, workspace: WorkspaceId, user: UserId, role: Option<Role>) -> Self {
        Self {
            workspace: Some(workspace),
            user: Some(user),
            role,
            ..Self::new(kind)
        }
    }

    fn write(&self, to: &mut Writer<'_>) {
        let flags = self.user.map_or(0, |_| HAS_USER)
            | self.workspace.map_or(0, |_| HAS_WORKSPACE)
            | if self.is_active { IS_ACTIVE } else { 0 };
        let seats = match self.license {
            Some(License::Seats(seats)) => seats,
            _ => 0,
        };
        to.put_u16(self.kind as u16);
        to.put_u16(flags);
        to.put_u32(self.fields);
        to.put_u64(self.workspace.map_or(0, WorkspaceId::as_u64));
        to.put_id(self.user.as_ref().map(UserId::as_bytes));
        to.put_u32(self.role.map_or(0, |role| HcRole::of(role) as u32));
        to.put_u32(
            self.license
                .map_or(0, |license| HcLicense::kind_of(license) as u32),
        );
        to.put_u64(seats);
    }
}

impl From<&Event> for PackedEvent {
    fn from(event: &Event) -> Self {
        match *event {
            Event::UserCreated { user, active } => Self {
                is_active: active,
                ..Self::of_user(HcEvent::UserCreated, user)
            },
            Event::UserUpdated { user, ref fields } => Self {
                fields: HcField::bits(fields),
                ..Self::of_user(HcEvent::UserUpdated, user)
            },
            Event::UserActivated { user } => Self::of_user(HcEvent::UserActivated, user),
            Event::UserDeactivated { user } => Self::of_user(HcEvent::UserDeactivated, user),
            Event::UserDeleted { user } => Self::of_user(HcEvent::UserDeleted, user),
            Event::LicenseSet { license } => Self {
                license: Some(license),
                ..Self::new(HcEvent::LicenseSet)
            },
            Event::WorkspaceCreated {
                workspace,
                default_of,
            } => Self {
                user: default_of,
                ..Self::of_workspace(HcEvent::WorkspaceCreated, workspace)
            },
            Event::WorkspaceRenamed { workspace } => {
                Self::of_workspace(HcEvent::WorkspaceRenamed, workspace)
            }
            Event::WorkspaceArchived { workspace } => {
                Self::of_workspace(HcEvent::WorkspaceArchived, workspace)
            }
            Event::WorkspaceRestored { workspace } => {
                Self::of_workspace(HcEvent::WorkspaceRestored, workspace)
            }
            Event::WorkspaceDeleted { workspace } => {
                Self::of_workspace(HcEvent::WorkspaceDeleted, workspace)
            }
            Event::WorkspaceUndefaulted { workspace } => {
                Self::of_workspace(HcEvent::WorkspaceUndefaulted, workspace)
            }
            Event::WorkspaceOwnerless { workspace } => {
                Self::of_workspace(HcEvent::WorkspaceOwnerless, workspace)
            }
            Event::WorkspaceExternalIdSet { workspace } => {
                Self::of_workspace(HcEvent::WorkspaceExternalIdSet, workspace)
            }
            Event::MemberAdded {
                workspace,
                user,
                role,
            } => Self::of_member(HcEvent::MemberAdded, workspace, user, Some(role)),
            Event::MemberRoleSet {
                workspace,
                user,
                role,
            } => Self::of_member(HcEvent::MemberRoleSet, workspace, user, Some(role)),
            Event::MemberRemoved { workspace, user } => {
                Self::of_member(HcEvent::MemberRemoved, workspace, user, None)
            }
        }
    }
}
