//! Workspaces and their owners.

use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use headcount::{Directory, Role, User, Workspace, WorkspaceId};
use maud::{Markup, html};
use serde::Deserialize;

use super::view::{full_name, link, moment, state};
use super::{Shown, Visitor};
use crate::door::Failure;
use crate::server::Server;

/// Workspaces of a page, and owners that are listed.
const LIMIT: usize = 50;
const OWNERS: usize = 3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    after: Option<u64>,
}

pub(crate) async fn list(visitor: Visitor, Query(which): Query<Which>) -> Shown {
    let after = which.after.unwrap_or(0);
    let work = move |server: &Server| Ok(rows(&server.0.directory, after)?);
    let (rows, last) = visitor.server.scan(work).await?;
    let content = html! {
        h1 { "Workspaces" }
        @if rows.is_empty() && after > 0 {
            p class="card" role="status" {
                "There are no workspaces after number " (after) ". "
                a href="/admin/workspaces" { "First page" }
            }
        } @else if rows.is_empty() {
            p class="card" { "There are no workspaces yet." }
        } @else {
            div class="scroll" tabindex="0" role="region" aria-label="Workspaces" {
                table class="plain" {
                    thead { tr {
                        th scope="col" { "Name" }
                        th scope="col" { "Owners" }
                        th scope="col" { "Members" }
                        th scope="col" { "Created" }
                    } }
                    tbody { @for row in &rows { (row) } }
                }
            }
        }
        @if let Some(last) = last {
            p { a class="button" href=(format!("/admin/workspaces?after={last}")) { "Next page" } }
        }
    };
    Ok(visitor.page(StatusCode::OK, "Workspaces", "/admin/workspaces", &content))
}

/// The rows of a page, and its last workspace if there are more.
fn rows(
    directory: &Directory,
    after: u64,
) -> headcount::Result<(Vec<Markup>, Option<WorkspaceId>)> {
    let mut rows = Vec::new();
    let mut last = None;
    for workspace in directory.workspaces()? {
        let workspace = workspace?;
        if workspace.id().as_u64() <= after {
            continue;
        }
        if rows.len() == LIMIT {
            return Ok((rows, last));
        }
        rows.push(row(directory, &workspace)?);
        last = Some(workspace.id());
    }
    Ok((rows, None))
}

fn row(directory: &Directory, workspace: &Workspace) -> headcount::Result<Markup> {
    let members = directory.members(workspace)?;
    let owners = members.iter().filter(|member| member.role() == Role::Owner);
    let count = owners.clone().count();
    let mut named = Vec::new();
    for owner in owners.take(OWNERS) {
        named.extend(directory.user_by_id(owner.user())?);
    }
    Ok(html! {
        tr {
            td {
                a href=(format!("/admin/workspaces/{}", workspace.id())) {
                    bdi { (workspace.name()) }
                }
                @if workspace.is_archived() { " " span class="tag soft" { "archived" } }
            }
            td class=[(!named.is_empty()).then_some("who")] {
                @for owner in &named { div { (link(owner)) } }
                @if count > OWNERS { div class="soft" { "and " (count - OWNERS) " more" } }
                @if count == 0 { span class="tag bad" { "no owner" } }
            }
            td { (members.len()) " " @if members.len() == 1 { "member" } @else { "members" } }
            td class="soft" { (moment(workspace.created_at())) }
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
    /// The number of members on the previous pages.
    start: Option<usize>,
}

pub(crate) async fn show(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(from): Query<From>,
) -> Shown {
    let directory = visitor.directory();
    let number: Option<u64> = id.parse().ok();
    let found = number
        .map(|number| directory.workspace(WorkspaceId::from_u64(number)))
        .transpose()?;
    let workspace = found
        .flatten()
        .ok_or_else(|| Failure::no_id("workspace", &id))?;
    let place = workspace.id();
    let start = from.start.unwrap_or(0);
    let work = move |server: &Server| Ok(members(&server.0.directory, place, start)?);
    let (count, users) = visitor.server.scan(work).await?;
    let content = html! {
        h1 { bdi { (workspace.name()) } }
        dl class="card" {
            dt { "Id" } dd { code { (workspace.id()) } }
            dt { "Created" } dd { (moment(workspace.created_at())) }
            @if workspace.is_archived() { dt { "State" } dd { "archived" } }
        }
        h2 { "Members (" (count) ")" }
        @if start > 0 && start >= count {
            p class="card" role="status" {
                "There are no more than " (count) ". "
                a href=(format!("/admin/workspaces/{place}")) { "First page" }
            }
        }
        div class="scroll" tabindex="0" role="region" aria-label="Members" {
            table class="plain" { tbody { @for (user, role) in &users {
                tr {
                    td { (link(user)) }
                    td { bdi { (full_name(user)) } }
                    td { (role) }
                    td { (state(user)) }
                }
            } } }
        }
        @if start.saturating_add(LIMIT) < count {
            p { a class="button" href=(format!("?start={}", start + LIMIT)) { "Next page" } }
        }
    };
    Ok(visitor.page(
        StatusCode::OK,
        workspace.name(),
        "/admin/workspaces",
        &content,
    ))
}

/// The number of members, and those of a page: owners first.
type Members = (usize, Vec<(Arc<User>, Role)>);

fn members(
    directory: &Directory,
    workspace: WorkspaceId,
    start: usize,
) -> headcount::Result<Members> {
    let all = directory.members(workspace)?;
    let mut page = Vec::new();
    for member in all.iter().skip(start).take(LIMIT) {
        if let Some(user) = directory.user_by_id(member.user())? {
            page.push((user, member.role()));
        }
    }
    Ok((all.len(), page))
}
