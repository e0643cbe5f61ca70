//! What calls return, as the data classes of `headcount.records`.

use std::collections::BTreeMap;

use headcount::{
    Applied, Change, Event, Fault, Field, Member, Outcome, SeatHistory, Seats, Stats, Subject,
    UserId, Verified, Workspace, WorkspaceId,
};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

use crate::arguments::datetime;

/// Makes a value of a data class whose fields have the names of the Rust type's.
macro_rules! same_fields {
    ($py:expr, $class:literal, $from:expr, [$($field:ident),+ $(,)?] $(, $other:ident: $value:expr)?) => {{
        static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let class = CLASS.import($py, "headcount.records", $class)?;
        let fields = PyDict::new($py);
        $(fields.set_item(stringify!($field), $from.$field)?;)+
        $(fields.set_item(stringify!($other), $value)?;)?
        class.call((), Some(&fields))
    }};
}

/// Makes a value of a data class, whose name is that of the Rust type.
macro_rules! record {
    ($py:expr, $class:literal, $($field:expr),+ $(,)?) => {{
        static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let class = CLASS.import($py, "headcount.records", $class)?;
        let fields = [$($field.into_bound_py_any($py)?),+];
        class.call1(PyTuple::new($py, fields)?)
    }};
}

type Made<'py> = PyResult<Bound<'py, PyAny>>;

pub(crate) fn seats<'py>(py: Python<'py>, seats: &Seats) -> Made<'py> {
    record!(
        py,
        "Seats",
        seats.license.to_string(),
        seats.license_version,
        seats.limit(),
        seats.active,
        seats.inactive,
        seats.free(),
        seats.over_by(),
    )
}

pub(crate) fn seat_history<'py>(py: Python<'py>, history: &SeatHistory) -> Made<'py> {
    let day =
        |of: &headcount::SeatDay| record!(py, "SeatDay", datetime(py, of.day)?, of.peak, of.last);
    let days = history.days.iter().map(day).collect::<PyResult<Vec<_>>>()?;
    record!(
        py,
        "SeatHistory",
        datetime(py, history.since)?,
        history.peak,
        history.peak_day.map(|day| datetime(py, day)).transpose()?,
        PyTuple::new(py, days)?,
    )
}

pub(crate) fn workspace<'py>(py: Python<'py>, workspace: &Workspace) -> Made<'py> {
    record!(
        py,
        "Workspace",
        workspace.id().as_u64(),
        workspace.name(),
        workspace.is_archived(),
        workspace.default_of().map(|id| id.to_string()),
        workspace.external_ids().collect::<BTreeMap<_, _>>(),
        datetime(py, workspace.created_at())?,
        datetime(py, workspace.updated_at())?,
        workspace.version(),
    )
}

pub(crate) fn member<'py>(py: Python<'py>, member: &Member) -> Made<'py> {
    record!(
        py,
        "Member",
        member.workspace().as_u64(),
        member.user().to_string(),
        member.role().to_string(),
        datetime(py, member.since())?,
        member.version(),
    )
}

pub(crate) fn applied<'py>(py: Python<'py>, applied: &Applied) -> Made<'py> {
    let outcomes = applied.outcomes.iter().map(|one| outcome(py, one));
    let outcomes = PyTuple::new(py, outcomes.collect::<PyResult<Vec<_>>>()?)?;
    let ownerless = applied.ownerless.iter().map(|workspace| workspace.as_u64());
    let ownerless = PyTuple::new(py, ownerless.collect::<Vec<_>>())?;
    record!(
        py,
        "Applied",
        applied.sequence,
        applied.replayed,
        outcomes,
        ownerless
    )
}

fn outcome<'py>(py: Python<'py>, outcome: &Outcome) -> Made<'py> {
    let (user, workspace) = match outcome.subject {
        Subject::User(user) => (Some(user), None),
        Subject::Workspace(workspace) => (None, Some(workspace)),
        Subject::Member(workspace, user) => (Some(user), Some(workspace)),
        _ => (None, None),
    };
    record!(
        py,
        "Outcome",
        user.map(|id| id.to_string()),
        workspace.map(WorkspaceId::as_u64),
        outcome.changed,
        outcome.version,
    )
}

pub(crate) fn page(
    py: Python<'_>,
    users: Vec<crate::user::User>,
    next: Option<String>,
) -> Made<'_> {
    record!(py, "Page", users, next)
}

pub(crate) fn copied<'py>(py: Python<'py>, copied: &headcount::Copied) -> Made<'py> {
    same_fields!(py, "Copied", copied, [users, sequence, bytes])
}

pub(crate) fn compacted<'py>(py: Python<'py>, of: &headcount::Compacted) -> Made<'py> {
    same_fields!(py, "Compacted", of, [bytes_before, bytes])
}

pub(crate) fn faults<'py>(
    py: Python<'py>,
    (total, listed): (u64, &[Fault]),
    set_aside: u64,
    seats_over: u64,
) -> Made<'py> {
    let listed = listed
        .iter()
        .map(|fault| record!(py, "Fault", fault.kind.name(), fault.to_string()))
        .collect::<PyResult<Vec<_>>>()?;
    let listed = PyTuple::new(py, listed)?;
    record!(py, "FaultList", total, listed, set_aside, seats_over)
}

pub(crate) fn verified<'py>(py: Python<'py>, of: &Verified) -> Made<'py> {
    same_fields!(
        py,
        "Verified",
        of,
        [active, inactive, deleted, workspaces, members, changes]
    )
}

pub(crate) fn stats<'py>(py: Python<'py>, stats: &Stats) -> Made<'py> {
    let latency = same_fields!(
        py,
        "CommitLatency",
        stats.commit_latency,
        [
            count,
            sum_micros,
            p50_micros,
            p90_micros,
            p99_micros,
            p999_micros
        ]
    )?;
    same_fields!(
        py,
        "Stats",
        stats,
        [
            users_active,
            users_inactive,
            workspaces,
            latest_change,
            cache_entries,
            cache_bytes,
            cache_hits,
            cache_misses,
            commit_requests,
            commit_groups,
            seats_limit,
            file_bytes,
            log_bytes,
            checkpoints,
            checkpoint_micros,
            checkpoint_micros_max,
        ],
        commit_latency: latency
    )
}

pub(crate) fn change<'py>(py: Python<'py>, change: &Change) -> Made<'py> {
    let events = change.events.iter().map(|one| event(py, one));
    let events = PyTuple::new(py, events.collect::<PyResult<Vec<_>>>()?)?;
    record!(
        py,
        "Change",
        change.sequence,
        datetime(py, change.at)?,
        change.actor.map(|id| id.to_string()),
        change.door.as_deref(),
        change.request_id.map(|id| id.to_string()),
        events,
    )
}

fn event<'py>(py: Python<'py>, event: &Event) -> Made<'py> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let fields = PyDict::new(py);
    if let Some(user) = event_user(event) {
        fields.set_item("user", user.to_string())?;
    }
    if let Some(workspace) = event_workspace(event) {
        fields.set_item("workspace", workspace.as_u64())?;
    }
    match event {
        Event::UserCreated { active, .. } => fields.set_item("active", active)?,
        Event::UserUpdated { fields: names, .. } => {
            let names = names.iter().map(|name| field_name(*name));
            fields.set_item("fields", PyTuple::new(py, names.collect::<Vec<_>>())?)?;
        }
        Event::LicenseSet { license } => fields.set_item("license", license.to_string())?,
        Event::WorkspaceCreated { default_of, .. } => {
            fields.set_item("default_of", default_of.map(|id| id.to_string()))?;
        }
        Event::MemberAdded { role, .. } | Event::MemberRoleSet { role, .. } => {
            fields.set_item("role", role.to_string())?;
        }
        _ => {}
    }
    let class = CLASS.import(py, "headcount.records", "Event")?;
    class.call((event_name(event),), Some(&fields))
}

fn event_name(event: &Event) -> &'static str {
    match event {
        Event::UserCreated { .. } => "user_created",
        Event::UserUpdated { .. } => "user_updated",
        Event::UserActivated { .. } => "user_activated",
        Event::UserDeactivated { .. } => "user_deactivated",
        Event::UserDeleted { .. } => "user_deleted",
        Event::LicenseSet { .. } => "license_set",
        Event::WorkspaceCreated { .. } => "workspace_created",
        Event::WorkspaceRenamed { .. } => "workspace_renamed",
        Event::WorkspaceArchived { .. } => "workspace_archived",
        Event::WorkspaceRestored { .. } => "workspace_restored",
        Event::WorkspaceDeleted { .. } => "workspace_deleted",
        Event::WorkspaceUndefaulted { .. } => "workspace_undefaulted",
        Event::WorkspaceOwnerless { .. } => "workspace_ownerless",
        Event::MemberAdded { .. } => "member_added",
        Event::MemberRoleSet { .. } => "member_role_set",
        Event::MemberRemoved { .. } => "member_removed",
        Event::WorkspaceExternalIdSet { .. } => "workspace_external_id_set",
        // Of a kind that this release of the binding doesn't know.
        _ => "unknown",
    }
}

fn event_user(event: &Event) -> Option<UserId> {
    match event {
        Event::UserCreated { user, .. }
        | Event::UserUpdated { user, .. }
        | Event::UserActivated { user }
        | Event::UserDeactivated { user }
        | Event::UserDeleted { user }
        | Event::MemberAdded { user, .. }
        | Event::MemberRoleSet { user, .. }
        | Event::MemberRemoved { user, .. } => Some(*user),
        _ => None,
    }
}

fn event_workspace(event: &Event) -> Option<WorkspaceId> {
    match event {
        Event::WorkspaceCreated { workspace, .. }
        | Event::WorkspaceRenamed { workspace }
        | Event::WorkspaceArchived { workspace }
        | Event::WorkspaceRestored { workspace }
        | Event::WorkspaceDeleted { workspace }
        | Event::WorkspaceUndefaulted { workspace }
        | Event::WorkspaceOwnerless { workspace }
        | Event::WorkspaceExternalIdSet { workspace }
        | Event::MemberAdded { workspace, .. }
        | Event::MemberRoleSet { workspace, .. }
        | Event::MemberRemoved { workspace, .. } => Some(*workspace),
        _ => None,
    }
}

fn field_name(field: Field) -> &'static str {
    match field {
        Field::Email => "email",
        Field::Username => "username",
        Field::GivenName => "given_name",
        Field::FamilyName => "family_name",
        Field::Admin => "admin",
        Field::Attributes => "attributes",
        Field::ExternalIds => "external_ids",
        _ => "unknown",
    }
}
