//! `headcount changes`: what was changed, by whom and when.

use std::io::Write;

use headcount::{Change, Event};

use super::Store;
use crate::failure::Result;
use crate::output::{license_name, write_json_list};

pub(super) fn run(store: &Store<'_>, after: u64, json: bool, out: &mut dyn Write) -> Result<()> {
    let directory = store.open()?;
    let changes = directory.changes(after)?;
    if json {
        out.write_all(b"{")?;
        write_json_list(out, "changes", changes)?;
        writeln!(out, "}}")?;
        return Ok(());
    }
    let mut is_empty = true;
    for change in changes {
        if is_empty {
            writeln!(out, "{:>6}  {:<27}  EVENT", "CHANGE", "TIME")?;
        }
        is_empty = false;
        write_change(&change?, out)?;
    }
    if is_empty {
        writeln!(out, "no changes after {after}")?;
    }
    Ok(())
}

fn write_change(change: &Change, out: &mut dyn Write) -> Result<()> {
    let by = match change.actor {
        Some(actor) => format!("  by {actor}"),
        None => String::new(),
    };
    let at = change.at.to_string();
    for event in &change.events {
        let event = describe(event);
        writeln!(out, "{:>6}  {at:<27}  {event}{by}", change.sequence)?;
    }
    Ok(())
}

fn describe(event: &Event) -> String {
    match event {
        Event::UserCreated { user, active: true } => format!("user {user} created"),
        Event::UserCreated { user, .. } => format!("user {user} created, inactive"),
        Event::UserUpdated { user, fields } => {
            let fields: Vec<_> = fields
                .iter()
                .filter_map(|field| serde_json::to_value(field).ok())
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect();
            format!("user {user} updated: {}", fields.join(", "))
        }
        Event::UserActivated { user } => format!("user {user} activated"),
        Event::UserDeactivated { user } => format!("user {user} deactivated"),
        Event::UserDeleted { user } => format!("user {user} deleted"),
        Event::LicenseSet { license } => format!("license set: {}", license_name(*license)),
        _ => "something this release has no name for".to_owned(),
    }
}
