//! One user, with their workspaces and history.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use headcount::{Change, Directory, User, UserId};
use maud::{Markup, html};
use serde::Deserialize;

use super::key_events;
use super::view::{full_name, moment, path, state};
use super::{Shown, Visitor, audit, batch};
use crate::door::Failure;
use crate::server::Server;

/// Changes that are searched, and those that are shown, for a page of the history.
const LOOKED_THROUGH: u64 = 5_000;
const SHOWN: usize = 30;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Shows the history before the change with this number.
    before: Option<u64>,
}

pub(crate) async fn show(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Shown {
    let directory = visitor.directory();
    let found: Option<UserId> = id.parse().ok();
    let found = found
        .map(|id| directory.user_by_id(id))
        .transpose()?
        .flatten();
    let user = found.ok_or_else(|| Failure::no_id("user", &id))?;
    let id = user.id();
    let rights = (visitor.may_see_keys(), visitor.may_write());
    let work = move |server: &Server| {
        let history = history(server, id, which.before, rights)?;
        Ok((workspaces(&server.0.directory, id)?, history))
    };
    let (workspaces, history) = visitor.server.scan(work).await?;
    let content = html! {
        h1 { bdi { (user.email().as_str()) } }
        (facts(&user))
        @if visitor.may_write() { (batch::single(&user)) }
        h2 { "Workspaces" }
        (workspaces)
        h2 id="history" { "History" }
        (history)
    };
    Ok(visitor.page(StatusCode::OK, user.email().as_str(), "", &content))
}

fn facts(user: &User) -> Markup {
    html! {
        dl class="card" {
            dt { "State" } dd { (state(user)) }
            dt { "Name" } dd { bdi { (full_name(user)) } }
            dt { "Username" } dd { bdi { (user.username()) } }
            dt { "Id" } dd { code { (user.id()) } }
            dt { "Created" } dd { (moment(user.created_at())) }
            dt { "Changed" } dd { (moment(user.updated_at())) ", version " (user.version()) }
            @for (provisioner, id) in user.external_ids() {
                dt { "Id at " bdi { (provisioner) } } dd { bdi { (id) } }
            }
            @for (name, value) in user.attributes() {
                dt { bdi { (name) } } dd { bdi { (value) } }
            }
        }
    }
}

fn workspaces(directory: &Directory, user: UserId) -> headcount::Result<Markup> {
    let mut all = Vec::new();
    for member in directory.workspaces_of(user)? {
        if let Some(workspace) = directory.workspace(member.workspace())? {
            all.push((workspace, member.role()));
        }
    }
    Ok(html! {
        @if all.is_empty() {
            p class="soft" { "None." }
        } @else {
            ul { @for (workspace, role) in &all {
                li {
                    a href=(format!("/admin/workspaces/{}", workspace.id())) {
                        bdi { (workspace.name()) }
                    }
                    " (" (role) ")"
                }
            } }
        }
    })
}

/// The changes to the user, and what was done to their keys, before the change with this number or
/// the latest ones.
fn history(
    server: &Server,
    id: UserId,
    before: Option<u64>,
    (with_keys, may_write): (bool, bool),
) -> headcount::Result<Markup> {
    let directory = &server.0.directory;
    let latest = directory.stats()?.latest_change;
    let last = before.map_or(latest, |before| before.saturating_sub(1).min(latest));
    let first = last.saturating_sub(LOOKED_THROUGH);
    let mut changes = audit::between(directory, first, last.saturating_add(1))?;
    let next = changes.pop_if(|change| change.sequence > last);
    let is_end = first == 0 || changes.first().is_none_or(|of| of.sequence > first + 1);
    let place = |change: &Change| (change.sequence, change.at);
    let mut oldest = changes.first().map(place);
    let about = changes.into_iter().rev().filter_map(|mut change| {
        change.events.retain(|event| audit::is_about(event, id));
        (!change.events.is_empty()).then_some(change)
    });
    let mut changes: Vec<_> = about.take(SHOWN + 1).collect();
    let is_cut = changes.len() > SHOWN;
    if is_cut {
        changes.truncate(SHOWN);
        oldest = changes.last().map(place);
    }
    let older = oldest.filter(|_| is_cut || !is_end);
    let mut key_events = Vec::new();
    if with_keys {
        let before = next.map(|change| change.at);
        key_events = server.keys().key_events(older.map(|(_, at)| at), before);
        key_events.retain(|event| key_events::is_about(event, id));
    }
    let entries = key_events::merged(changes, key_events);
    Ok(html! {
        @match (entries.is_empty(), older) {
            (true, None) => p class="card" { "There is nothing else." },
            (true, Some((older, _))) => p class="card" {
                "Nothing happened to this user in the changes " (older) " to " (last) "."
            },
            (false, _) => (audit::table(server, &entries, may_write)),
        }
        @if let Some((older, _)) = older {
            p { a class="button" href=(format!("{}?before={older}#history", path(id))) { "Older" } }
        }
    })
}
