//! One user, with their workspaces and history.

use axum::extract::Path;
use axum::http::StatusCode;
use headcount::{Directory, User, UserId};
use maud::{Markup, html};

use super::key_events::{self, Entry};
use super::view::{full_name, moment, state};
use super::{Shown, Visitor, audit, batch};
use crate::door::Failure;
use crate::server::Server;

/// Changes that are searched, and those that are shown.
const LOOKED_THROUGH: u64 = 5_000;
const SHOWN: usize = 30;

pub(crate) async fn show(visitor: Visitor, Path(id): Path<String>) -> Shown {
    let directory = visitor.directory();
    let found: Option<UserId> = id.parse().ok();
    let found = found
        .map(|id| directory.user_by_id(id))
        .transpose()?
        .flatten();
    let user = found
        .ok_or_else(|| Failure::new(StatusCode::NOT_FOUND, format!("no user has the id {id:?}")))?;
    let id = user.id();
    let with_keys = visitor.may_see_keys();
    let work = move |server: &Server| {
        let directory = &server.0.directory;
        let history = audit::table(directory, &history(server, id, with_keys)?);
        Ok((workspaces(directory, id)?, history))
    };
    let (workspaces, history) = visitor.server.scan(work).await?;
    let content = html! {
        h1 { bdi { (user.email().as_str()) } }
        (facts(&user))
        @if visitor.may_write() { (batch::single(&user)) }
        h2 { "Workspaces" }
        (workspaces)
        h2 { "History" }
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

/// The latest changes to the user, and what was done to their keys.
fn history(server: &Server, id: UserId, with_keys: bool) -> headcount::Result<Vec<Entry>> {
    let directory = &server.0.directory;
    let latest = directory.stats()?.latest_change;
    let changes = audit::between(directory, latest.saturating_sub(LOOKED_THROUGH), latest)?;
    let about = changes.into_iter().rev().filter_map(|mut change| {
        change.events.retain(|event| audit::is_about(event, id));
        (!change.events.is_empty()).then_some(change)
    });
    let changes: Vec<_> = about.take(SHOWN).collect();
    let mut key_events = Vec::new();
    if with_keys {
        let since = key_events::since(changes.last(), changes.len() < SHOWN);
        key_events = server.keys().key_events(since, None);
        key_events.retain(|event| key_events::is_about(event, id));
    }
    let mut entries = key_events::merged(changes, key_events);
    entries.truncate(SHOWN);
    Ok(entries)
}
