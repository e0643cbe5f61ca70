//! `headcount changes`: lists changes, who made them and when.

mod filter;
mod follow;
mod none;

use std::io::Write;

use headcount::{Change, ErrorKind, Event};
use serde_json::json;

use self::filter::Filter;
use self::none::ReadChanges;
use super::Store;
use super::confirm::confirm;
use super::filter::refuse_empty;
use crate::args::{ChangesArgs, Yes};
use crate::directory::{Directory, Each};
use crate::failure::{Result, took_effect};
use crate::output::{count, license_name, safe, write_json, write_json_list, write_members};

pub(super) fn run(
    store: &Store<'_>,
    args: &ChangesArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    refuse_empty("since", args.since, "before", args.before)?;
    match args.trim_before {
        Some(before) => trim(store, before, args.yes, json, out),
        None if args.follow => follow::run(store, args, json, out),
        None => list(store, args, json, out),
    }
}

fn list(store: &Store<'_>, args: &ChangesArgs, json: bool, out: &mut dyn Write) -> Result<()> {
    let directory = store.open()?;
    let filter = Filter::of(&directory, args)?;
    let Kept { changes, trimmed } = kept(&directory, args.after)?;
    let mut read = ReadChanges::default();
    let mut changes = changes.filter_map(|change| match change {
        Ok(change) => {
            read.note(&change);
            filter.pick(change).map(Ok)
        }
        error => Some(error),
    });
    if json {
        let mut shown = 0;
        let counted = changes.inspect(|_| shown += 1);
        out.write_all(b"{")?;
        write_json_list(out, "changes", counted)?;
        if shown == 0 && !filter.is_empty() {
            write_members(
                &json!({ "hint": read.why_none(&filter, args, trimmed) }),
                out,
            )?;
        }
        writeln!(out, "}}")?;
        return Ok(());
    }
    write_trimmed(trimmed, out)?;
    let Some(first) = changes.next() else {
        drop(changes);
        writeln!(out, "{}", safe(&read.why_none(&filter, args, trimmed)))?;
        return Ok(());
    };
    write_head(out)?;
    for change in std::iter::once(first).chain(changes) {
        write_change(&change?, out)?;
    }
    Ok(())
}

fn trim(store: &Store<'_>, before: u64, yes: Yes, json: bool, out: &mut dyn Write) -> Result<()> {
    let directory = store.open_to_change()?;
    confirm(&format!("deleting the changes before {before}"), yes)?;
    let trimmed = directory.trim_changes(before)?;
    if trimmed > 0 {
        took_effect();
    }
    directory.close()?;
    if json {
        return write_json(out, &json!({ "trimmed": trimmed }));
    }
    let changes = count(usize::try_from(trimmed).unwrap_or(usize::MAX), "change");
    writeln!(out, "trimmed {changes}")?;
    Ok(())
}

/// The changes that are still kept of those that were asked for.
pub(super) struct Kept<'d> {
    pub(super) changes: Each<'d, Change>,
    /// The last change that was trimmed, where nobody asked for a beginning; or 0.
    pub(super) trimmed: u64,
}

/// The changes behind `after`, or all that are kept.
pub(super) fn kept(directory: &Directory, after: Option<u64>) -> Result<Kept<'_>> {
    let (changes, trimmed) = match (directory.changes(after.unwrap_or(0)), after) {
        (Err(error), None) => match error.kind() {
            ErrorKind::HistoryTrimmed { resume_after } => {
                (directory.changes(resume_after)?, resume_after)
            }
            _ => return Err(error.into()),
        },
        (changes, _) => (changes?, 0),
    };
    Ok(Kept { changes, trimmed })
}

pub(super) fn write_trimmed(trimmed: u64, out: &mut dyn Write) -> Result<()> {
    if trimmed > 0 {
        writeln!(out, "changes up to {trimmed} were trimmed")?;
    }
    Ok(())
}

pub(super) fn write_head(out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{:>6}  {:<27}  EVENT", "CHANGE", "TIME")?;
    Ok(())
}

pub(super) fn write_change(change: &Change, out: &mut dyn Write) -> Result<()> {
    let by = match change.actor {
        Some(actor) => format!("  by {actor}"),
        None => String::new(),
    };
    let through = match &change.door {
        Some(door) => format!("  through {door}"),
        None => String::new(),
    };
    let at = change.at.to_string();
    let mut events: Vec<_> = change.events.iter().map(describe).collect();
    if events.is_empty() {
        events.push("nothing, by a batch with a request id".to_owned());
    }
    for event in events {
        writeln!(
            out,
            "{:>6}  {at:<27}  {event}{by}{through}",
            change.sequence
        )?;
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
        of_workspace => describe_of_workspace(of_workspace),
    }
}

fn describe_of_workspace(event: &Event) -> String {
    match event {
        Event::WorkspaceCreated {
            workspace,
            default_of: None,
        } => format!("workspace {workspace} created"),
        Event::WorkspaceCreated {
            workspace,
            default_of: Some(user),
        } => format!("workspace {workspace} created, default of user {user}"),
        Event::WorkspaceRenamed { workspace } => format!("workspace {workspace} renamed"),
        Event::WorkspaceArchived { workspace } => format!("workspace {workspace} archived"),
        Event::WorkspaceRestored { workspace } => format!("workspace {workspace} restored"),
        Event::WorkspaceDeleted { workspace } => format!("workspace {workspace} deleted"),
        Event::WorkspaceUndefaulted { workspace } => {
            format!("workspace {workspace} is nobody's default now")
        }
        Event::WorkspaceOwnerless { workspace } => {
            format!("workspace {workspace} left without an active owner")
        }
        Event::WorkspaceExternalIdSet { workspace } => {
            format!("external id of workspace {workspace} set")
        }
        Event::MemberAdded {
            workspace,
            user,
            role,
        } => format!("user {user} added to workspace {workspace} as {role}"),
        Event::MemberRoleSet {
            workspace,
            user,
            role,
        } => format!("user {user} has the role {role} in workspace {workspace} now"),
        Event::MemberRemoved { workspace, user } => {
            format!("user {user} removed from workspace {workspace}")
        }
        _ => "something this release has no name for".to_owned(),
    }
}
