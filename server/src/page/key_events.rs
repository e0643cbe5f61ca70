//! What was done to keys, as rows of the audit. Only visitors who manage keys see it.

use headcount::{Change, Directory, Timestamp, UserId};
use maud::{Markup, html};

use super::audit::user;
use super::view::moment;
use crate::keys::{Author, Holder, KeyEvent};

/// A row of the audit.
pub(super) enum Entry {
    Change(Change),
    Key(KeyEvent),
}

/// Changes and the events of keys together, both with the latest first.
pub(super) fn merged(changes: Vec<Change>, key_events: Vec<KeyEvent>) -> Vec<Entry> {
    let mut key_events = key_events.into_iter().peekable();
    let mut entries = Vec::new();
    for change in changes {
        while let Some(event) = key_events.next_if(|event| event.at() > change.at) {
            entries.push(Entry::Key(event));
        }
        entries.push(Entry::Change(change));
    }
    entries.extend(key_events.map(Entry::Key));
    entries
}

pub(super) fn row(directory: &Directory, event: &KeyEvent) -> Markup {
    let key = event.key();
    let by = event.by();
    let done = match event {
        KeyEvent::Created(_) => "created",
        KeyEvent::Revoked(_) => "revoked",
    };
    html! {
        tr {
            td class="soft short" { (moment(event.at())) }
            td class=(if by.user.is_some() { "who" } else { "short" }) { (author(directory, &by)) }
            td class="soft short" { (by.door.as_deref().unwrap_or("the library")) }
            td { div {
                (done) " the key " bdi { (key.name) } " " code { (key.id) } " of "
                @match &key.holder {
                    Holder::User(id) => (user(directory, *id)),
                    Holder::Provisioner(name) => bdi { (name) },
                }
                " (" (key.scope_names())
                @if let Some(end) = key.expires_at { ", until " (moment(end)) }
                ")"
            } }
        }
    }
}

fn author(directory: &Directory, by: &Author) -> Markup {
    html! {
        @match (by.user, &by.key) {
            (Some(id), _) => (user(directory, id)),
            (None, Some(key)) => { "the key " code { (key) } },
            (None, None) => span class="soft" { "a program" },
        }
    }
}

/// Whether an event is about a key of this user.
pub(super) fn is_about(event: &KeyEvent, id: UserId) -> bool {
    event.key().holder == Holder::User(id)
}

/// The time from which on events belong to a list whose oldest change is `oldest`; all earlier ones
/// do if nothing is older.
pub(super) fn since(oldest: Option<&Change>, is_all: bool) -> Option<Timestamp> {
    oldest.map(|change| change.at).filter(|_| !is_all)
}
