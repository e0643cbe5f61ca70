//! The audit: the directory's changes, latest first.

use std::sync::Arc;

use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use headcount::{Change, Directory, ErrorKind, Event, Field, UserId, WorkspaceId};
use maud::{Markup, html};
use serde::Deserialize;

use super::key_events::{self, Entry};
use super::view::{link, moment, path};
use super::{LIVE_POLICY, Shown, Visitor, place, undo};
use crate::door::Failure;
use crate::events::{self, Place};
use crate::keys::KeyEvent;
use crate::server::Server;

/// Changes of a page.
const LIMIT: u64 = 50;
/// Events of a change that are listed; the rest are counted.
const EVENTS: usize = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Shows the changes before the one with this number.
    before: Option<u64>,
    /// Streams what happened after this place.
    after: Option<Place>,
}

/// The data of an event: a row of the table.
fn line(row: Markup) -> String {
    row.into_string().replace(['\r', '\n'], " ")
}

pub(crate) async fn show(
    visitor: Visitor,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Shown {
    if events::are_wanted(&headers) {
        let visitor = Arc::new(visitor);
        let server = visitor.server.clone();
        let listener = Arc::clone(&visitor);
        let is_allowed = move |_: &Server| listener.is_still_good();
        let may_write = visitor.may_write();
        let told = events::Told {
            change: Arc::new(move |server: &Server, change: &Change| {
                Some(line(row(server, change, may_write)))
            }),
            key_event: Some(Arc::new(move |event| {
                let row = || line(key_events::row(visitor.directory(), event));
                visitor.may_still_see_keys().then(row)
            })),
        };
        return Ok(events::answer(server, is_allowed, &headers, which.after, told).await?);
    }
    let is_live = which.before.is_none();
    let (with_keys, may_write) = (visitor.may_see_keys(), visitor.may_write());
    let work = move |server: &Server| content(server, which.before, with_keys, may_write);
    let content = visitor.server.scan(work).await?;
    let mut response = visitor.page(StatusCode::OK, "Audit", "/admin/audit", &content);
    if is_live {
        let policy = HeaderValue::from_static(LIVE_POLICY);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// The changes before the one with this number, or the latest ones.
fn content(
    server: &Server,
    before: Option<u64>,
    with_keys: bool,
    may_write: bool,
) -> Result<Markup, Failure> {
    let directory = &server.0.directory;
    // Read before the number of the change: of what happens in between, the stream tells.
    let latest_of_keys = server.keys().latest();
    let latest = directory.stats()?.latest_change;
    let last = before.map_or(latest, |before| before.saturating_sub(1).min(latest));
    let first = last.saturating_sub(LIMIT);
    // What was done to keys belongs to the page with the last change before it.
    let mut changes = between(directory, first, last.saturating_add(1))?;
    let next = changes.pop_if(|change| change.sequence > last);
    let is_end = first == 0 || changes.first().is_none_or(|of| of.sequence > first + 1);
    let since = key_events::since(changes.first(), is_end);
    changes.reverse();
    let mut key_events = Vec::new();
    if with_keys {
        key_events = server
            .keys()
            .key_events(since, next.map(|change| change.at));
    }
    let is_live = before.is_none();
    let live = is_live.then(|| Place {
        change: latest,
        keys: with_keys.then(|| key_events.first().map_or(latest_of_keys, KeyEvent::at)),
    });
    let is_past_the_end = changes.is_empty() && key_events.is_empty();
    let entries = key_events::merged(changes, key_events);
    Ok(html! {
        h1 { "Audit" }
        p class="soft" {
            "Who changed what, latest first. " a href="/admin/audit" { "Refresh" }
            @if is_live {
                " " span id="live" hidden role="status" { "New changes appear as they happen." }
            }
        }
        @if is_live { script src="/admin/live.js" defer {} }
        @if let (Some(before), true) = (before, is_past_the_end) {
            p class="card" role="status" {
                "There are no changes before number " (before) ", or they were trimmed. "
                a href="/admin/audit" { "Show the latest" }
            }
        } @else {
            (list(server, &entries, live, may_write))
        }
        @if !is_end {
            p { a class="button" href=(format!("/admin/audit?before={}", first + 1)) { "Older" } }
        }
    })
}

/// The changes after `after`, up to `last`, except those that were trimmed.
pub(super) fn between(
    directory: &Directory,
    after: u64,
    last: u64,
) -> headcount::Result<Vec<Change>> {
    let changes = match directory.changes(after) {
        Err(error) => match error.kind() {
            ErrorKind::HistoryTrimmed { resume_after } => directory.changes(resume_after)?,
            _ => return Err(error),
        },
        Ok(changes) => changes,
    };
    changes
        .take_while(|change| change.as_ref().is_ok_and(|change| change.sequence <= last))
        .collect()
}

pub(super) fn table(server: &Server, entries: &[Entry], may_write: bool) -> Markup {
    list(server, entries, None, may_write)
}

/// The table of changes. The script adds those after the place `live` on top.
fn list(server: &Server, entries: &[Entry], live: Option<Place>, may_write: bool) -> Markup {
    html! {
        @if entries.is_empty() && live.is_none() {
            p class="card" { "Nothing has happened yet." }
        } @else {
            div class="scroll" tabindex="0" role="region" aria-label="Changes" {
                table class="plain" {
                    thead { tr {
                        th scope="col" { "When" }
                        th scope="col" { "Who" }
                        th scope="col" { "Through" }
                        th scope="col" { "What" }
                    } }
                    tbody data-live=[live] {
                        @for entry in entries { @match entry {
                            Entry::Change(change) => (row(server, change, may_write)),
                            Entry::Key(event) => (key_events::row(&server.0.directory, event)),
                        } }
                    }
                }
            }
        }
    }
}

fn row(server: &Server, change: &Change, may_write: bool) -> Markup {
    let directory = &server.0.directory;
    let (number, page) = (change.sequence, place::change(change.sequence));
    html! {
        tr {
            td class="soft short" { (moment(change.at)) " · " a href=(page) { (number) } }
            td class=(if change.actor.is_some() { "who" } else { "short" }) {
                (actor(directory, change))
            }
            td class="soft short" { (door(change)) }
            td { @for event in change.events.iter().take(EVENTS) {
                div { (told(directory, event)) }
            }
            @if change.events.len() > EVENTS {
                div class="soft" { "and " (change.events.len() - EVENTS) " more" }
            }
            @if may_write && undo::is_likely(server, change) {
                a class="button" href=(page) aria-label=(format!("Undo change {number}")) { "Undo…" }
            } }
        }
    }
}

/// Who made a change.
pub(super) fn actor(directory: &Directory, change: &Change) -> Markup {
    html! {
        @match change.actor {
            Some(actor) => (user(directory, actor)),
            None => span class="soft" { "a program" },
        }
    }
}

/// How a change came in.
pub(super) fn door(change: &Change) -> &str {
    change.door.as_deref().unwrap_or("the library")
}

/// A link to a user, with the id as its text if they were deleted.
pub(super) fn user(directory: &Directory, id: UserId) -> Markup {
    if let Ok(Some(user)) = directory.user_by_id(id) {
        return link(&user);
    }
    html! { a href=(path(id)) { code { (id) } } }
}

fn workspace(directory: &Directory, id: WorkspaceId) -> Markup {
    if let Ok(Some(workspace)) = directory.workspace(id) {
        return html! {
            a href=(format!("/admin/workspaces/{id}")) { bdi { (workspace.name()) } }
        };
    }
    html! { "workspace " (id) }
}

/// Whether an event is about this user.
pub(super) fn is_about(event: &Event, id: UserId) -> bool {
    match event {
        Event::UserCreated { user, .. }
        | Event::UserUpdated { user, .. }
        | Event::UserActivated { user }
        | Event::UserDeactivated { user }
        | Event::UserDeleted { user }
        | Event::MemberAdded { user, .. }
        | Event::MemberRoleSet { user, .. }
        | Event::MemberRemoved { user, .. } => *user == id,
        Event::WorkspaceCreated { default_of, .. } => *default_of == Some(id),
        _ => false,
    }
}

/// An event in words.
pub(super) fn told(directory: &Directory, event: &Event) -> Markup {
    let of = |id: &UserId| user(directory, *id);
    let at = |id: &WorkspaceId| workspace(directory, *id);
    match event {
        Event::UserCreated { user, active } => html! {
            "created " (of(user)) @if !active { ", inactive" }
        },
        Event::UserUpdated { user, fields } => html! {
            "changed " (names(fields)) " of " (of(user))
        },
        Event::UserActivated { user } => html! { "activated " (of(user)) },
        Event::UserDeactivated { user } => html! { "deactivated " (of(user)) },
        Event::UserDeleted { user } => html! { "deleted " (of(user)) },
        Event::LicenseSet { license } => html! { "set the license " (license) },
        Event::WorkspaceCreated { workspace, .. } => html! { "created " (at(workspace)) },
        Event::WorkspaceRenamed { workspace } => html! { "renamed " (at(workspace)) },
        Event::WorkspaceArchived { workspace } => html! { "archived " (at(workspace)) },
        Event::WorkspaceRestored { workspace } => html! { "restored " (at(workspace)) },
        Event::WorkspaceDeleted { workspace } => html! { "deleted " (at(workspace)) },
        Event::WorkspaceOwnerless { workspace } => html! {
            "left " (at(workspace)) " without an active owner"
        },
        Event::MemberAdded {
            workspace,
            user,
            role,
        } => html! { "made " (of(user)) " a member of " (at(workspace)) " (" (role) ")" },
        Event::MemberRoleSet {
            workspace,
            user,
            role,
        } => html! { "made " (of(user)) " " (role) " in " (at(workspace)) },
        Event::MemberRemoved { workspace, user } => html! {
            "removed " (of(user)) " from " (at(workspace))
        },
        Event::WorkspaceExternalIdSet { workspace } => html! {
            "changed the external id of " (at(workspace))
        },
        other => html! { (serde_json::to_string(other).unwrap_or_default()) },
    }
}

fn names(fields: &[Field]) -> String {
    let names = fields.iter().filter_map(|field| {
        let name = serde_json::to_value(field).ok()?;
        Some(name.as_str()?.replace('_', " "))
    });
    names.collect::<Vec<_>>().join(", ")
}
