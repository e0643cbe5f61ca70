//! Undo: the inverse of a change, if the page knows what was before and nobody has changed the
//! users of the change since. A change that only activated and deactivated users says so itself,
//! however long ago it was; the inverse of an import is kept for some time.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use headcount::{Change, Directory, Event, User, UserId};
use maud::{Markup, html};
use serde::Deserialize;

use super::place;
use super::plan::Plan;
use super::{Shown, Visitor, audit, batch, change, import};
use crate::door::Failure;
use crate::server::Server;

/// Users of a change that are looked at before its row in the audit offers to undo it.
const LOOKED_AT: usize = 20;

/// How a change can be undone.
pub(super) enum Way {
    /// By these states of users.
    States(Plan),
    Import(Arc<import::Undo>),
    /// It is undone already, by the change with this number.
    Done(u64),
    /// It can't: this user has changed since.
    ChangedSince(UserId),
    /// It can't: what was before is not known.
    Unknown,
}

pub(super) fn way(server: &Server, change: &Change) -> Result<Way, Failure> {
    if let Some(import) = import_of(server, change) {
        return Ok(match import.done() {
            Some(by) => Way::Done(by),
            None => Way::Import(import),
        });
    }
    match states(change) {
        Some(states) => Ok(inverse(&server.0.directory, change, &states)?),
        None => Ok(Way::Unknown),
    }
}

/// Whether a row of the audit offers to undo a change. Of large changes, not all users are looked
/// at.
pub(super) fn is_likely(server: &Server, change: &Change) -> bool {
    if let Some(import) = import_of(server, change) {
        return import.done().is_none();
    }
    let is_as_left = |(id, _): &(UserId, bool)| {
        as_left(&server.0.directory, *id, change).is_ok_and(|user| user.is_some())
    };
    states(change).is_some_and(|states| states.iter().take(LOOKED_AT).all(is_as_left))
}

fn import_of(server: &Server, change: &Change) -> Option<Arc<import::Undo>> {
    server.0.undos.find(change.request_id?)
}

/// The users of a change, each with whether it activated them; none if it did anything else.
fn states(change: &Change) -> Option<Vec<(UserId, bool)>> {
    let mut states = Vec::new();
    for event in &change.events {
        match event {
            Event::UserActivated { user } => states.push((*user, true)),
            Event::UserDeactivated { user } => states.push((*user, false)),
            // A consequence of another event.
            Event::WorkspaceOwnerless { .. } => {}
            _ => return None,
        }
    }
    let users: HashSet<_> = states.iter().map(|(id, _)| id).collect();
    (!states.is_empty() && users.len() == states.len()).then_some(states)
}

/// The user, if nothing has changed them since the change.
fn as_left(
    directory: &Directory,
    id: UserId,
    change: &Change,
) -> headcount::Result<Option<Arc<User>>> {
    let user = directory.user_by_id(id)?;
    Ok(user.filter(|user| user.updated_at() == change.at))
}

/// The plan that undoes a change, with the versions that the change left.
fn inverse(
    directory: &Directory,
    change: &Change,
    states: &[(UserId, bool)],
) -> headcount::Result<Way> {
    let mut plan = Plan {
        is_ownerless: true,
        ..Plan::default()
    };
    for (id, was_activated) in states {
        let Some(user) = as_left(directory, *id, change)? else {
            return Ok(Way::ChangedSince(*id));
        };
        let list = if *was_activated {
            &mut plan.off
        } else {
            &mut plan.on
        };
        list.push((*id, user.version()));
    }
    // After the clock was set back, many changes have the same time.
    let users: HashSet<_> = states.iter().map(|(id, _)| *id).collect();
    for later in directory.changes(change.sequence)? {
        let later = later?;
        if later.at != change.at {
            break;
        }
        let mut changed = later.events.iter().filter_map(changed_user);
        if let Some(id) = changed.find(|id| users.contains(id)) {
            return Ok(Way::ChangedSince(id));
        }
    }
    Ok(Way::States(plan))
}

fn changed_user(event: &Event) -> Option<UserId> {
    match event {
        Event::UserUpdated { user, .. }
        | Event::UserActivated { user }
        | Event::UserDeactivated { user }
        | Event::UserDeleted { user } => Some(*user),
        _ => None,
    }
}

/// The form that undoes the change with this number.
pub(super) fn form(number: u64, back: Option<&str>, is_ownerless: bool, button: &str) -> Markup {
    html! {
        form method="post" action=(format!("{}/undo", place::change(number))) {
            @if let Some(back) = back { input type="hidden" name="back" value=(back); }
            @if is_ownerless { input type="hidden" name="ownerless" value="yes"; }
            button class="main" { (button) }
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct How {
    back: Option<String>,
    /// Whether workspaces may be left without an active owner.
    ownerless: Option<String>,
}

pub(crate) async fn undo(
    visitor: Visitor,
    Path(number): Path<String>,
    Form(how): Form<How>,
) -> Shown {
    let back = place::back(how.back.as_deref());
    let work = move |server: &Server| {
        let change = change::numbered(&server.0.directory, &number)?;
        Ok((change.sequence, way(server, &change)?))
    };
    match visitor.server.scan(work).await? {
        (_, Way::States(plan)) => {
            let back = back.to_owned();
            batch::carry_out(&visitor, Plan { back, ..plan }).await
        }
        (number, Way::Import(undo)) => {
            let is_ownerless = how.ownerless.is_some();
            import::undo(&visitor, (number, undo), is_ownerless, back).await
        }
        (_, Way::Done(by)) => Ok(place::done(by, back)),
        (_, Way::ChangedSince(user)) => {
            let content = html! {
                h1 { "Nothing was undone" }
                div class="card bad" role="alert" { (changed_since(visitor.directory(), user)) }
                p class="row" { a class="button" href=(back) { "Back" } }
            };
            let status = StatusCode::PRECONDITION_FAILED;
            Ok(visitor.page(status, "Undo", "/admin/audit", &content))
        }
        (_, Way::Unknown) => {
            let message = "what this change replaced is not known here; undo what you need by hand";
            Err(Failure::new(StatusCode::CONFLICT, message).into())
        }
    }
}

/// Why a change can't be undone.
pub(super) fn changed_since(directory: &Directory, user: UserId) -> Markup {
    html! {
        p {
            (audit::user(directory, user)) " has changed since. A change is undone as a whole or "
            "not at all, so undo or repeat what you need by hand."
        }
    }
}
