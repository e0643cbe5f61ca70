//! One change: what it did, and the button that undoes it. Forms that make a change lead here, so
//! that loading the page again does not make it again.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use headcount::{Change, Directory, ErrorKind, Event};
use maud::{Markup, html};
use serde::Deserialize;

use super::undo::{self, Way, changed_since};
use super::view::{moment, seats};
use super::{Shown, Visitor, audit, place};
use crate::door::{Failure, cut};
use crate::server::Server;

/// Events that are listed; the rest are counted.
const LISTED: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// The page to go back to, for a visitor who has just made the change.
    back: Option<String>,
}

pub(crate) async fn show(
    visitor: Visitor,
    Path(number): Path<String>,
    Query(which): Query<Which>,
) -> Shown {
    let back = which.back.map(|asked| place::back(Some(&asked)).to_owned());
    let may_write = visitor.may_write();
    let work = move |server: &Server| {
        let change = numbered(&server.0.directory, &number)?;
        let way = if may_write {
            undo::way(server, &change)?
        } else {
            Way::Unknown
        };
        let content = content(server, &change, &way, back.as_deref())?;
        Ok((format!("Change {}", change.sequence), content))
    };
    let (title, content) = visitor.server.scan(work).await?;
    Ok(visitor.page(StatusCode::OK, &title, "/admin/audit", &content))
}

/// The change with this number.
pub(super) fn numbered(directory: &Directory, number: &str) -> Result<Change, Failure> {
    let none = || {
        let message = format!("there is no change {}; the audit lists them", cut(&number));
        Failure::new(StatusCode::NOT_FOUND, message)
    };
    let before = number
        .parse()
        .ok()
        .and_then(|number: u64| number.checked_sub(1));
    let mut changes = match directory.changes(before.ok_or_else(none)?) {
        Ok(changes) => changes,
        Err(error) => {
            return Err(match error.kind() {
                ErrorKind::ChangeNotYet { .. } => none(),
                ErrorKind::HistoryTrimmed { .. } => {
                    let message =
                        format!("change {number} was trimmed; the audit lists later ones");
                    Failure::new(StatusCode::GONE, message)
                }
                _ => error.into(),
            });
        }
    };
    changes.next().transpose()?.ok_or_else(none)
}

fn content(
    server: &Server,
    change: &Change,
    way: &Way,
    back: Option<&str>,
) -> Result<Markup, Failure> {
    let directory = &server.0.directory;
    let number = change.sequence;
    let summary = summary(&change.events);
    Ok(html! {
        h1 { @if back.is_some() { "Done" } @else { "Change " (number) } }
        @if back.is_some() { (seats(&directory.seats()?)) }
        @if !summary.is_empty() { p role="status" { (summary) "." } }
        div class="row" {
            @match back {
                Some(back) => a class="button" href=(back) { "Back" },
                None => a class="button" href="/admin/audit" { "All changes" },
            }
            @if matches!(way, Way::States(_) | Way::Import(_)) {
                (undo::form(number, back, false, "Undo"))
            }
        }
        @match way {
            Way::Done(by) => p class="card" { "Undone by change " a href=(place::change(*by)) { (by) } "." },
            Way::ChangedSince(user) => div class="card" { (changed_since(directory, *user)) },
            _ => {}
        }
        dl class="card" {
            dt { "Number" } dd { (number) }
            dt { "When" } dd { (moment(change.at)) }
            dt { "Who" } dd { (audit::actor(directory, change)) }
            dt { "Through" } dd { (audit::door(change)) }
        }
        h2 { "What" }
        @if change.events.is_empty() { p class="soft" { "Nothing: it was so already." } }
        ul { @for event in change.events.iter().take(LISTED) {
            li { (audit::told(directory, event)) }
        } }
        @if change.events.len() > LISTED {
            p class="soft" { "and " (change.events.len() - LISTED) " more" }
        }
    })
}

/// What happened to users, in numbers.
fn summary(events: &[Event]) -> String {
    let count = |is: fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
    let counts = [
        (
            count(|of| matches!(of, Event::UserCreated { .. })),
            "created",
        ),
        (
            count(|of| matches!(of, Event::UserUpdated { .. })),
            "changed",
        ),
        (
            count(|of| matches!(of, Event::UserDeactivated { .. })),
            "deactivated",
        ),
        (
            count(|of| matches!(of, Event::UserActivated { .. })),
            "activated",
        ),
        (
            count(|of| matches!(of, Event::UserDeleted { .. })),
            "deleted",
        ),
    ];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<_> = told
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    told.join(", ")
}
