//! `headcount workspaces`: lists, shows, creates and changes workspaces and their members.

mod show;

use std::io::Write;

use headcount::{Batch, ErrorKind, Member, NewWorkspace, Op, Role, Subject, UserId, Workspace};
use serde_json::json;

use super::confirm::confirm;
use super::naming::{email_of, find_workspace, short_workspace};
use super::{Store, apply};
use crate::args::WorkspacesCommand;
use crate::directory::Directory;
use crate::failure::{Failure, Result};
use crate::output::{safe, write_json};
use crate::ownerless::Ownerless;

pub(super) fn run(
    store: &Store<'_>,
    command: &WorkspacesCommand,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    match command {
        WorkspacesCommand::List { archived, all } => {
            let wanted = (!all).then_some(*archived);
            show::list(&store.open()?, wanted, json, out)
        }
        WorkspacesCommand::Get { workspace } => {
            let directory = store.open()?;
            let workspace = find_workspace(&directory, workspace)?;
            show::workspace(&directory, &workspace, json, out)
        }
        WorkspacesCommand::Members { workspace } => {
            let directory = store.open()?;
            let workspace = find_workspace(&directory, workspace)?;
            show::members(&directory, &workspace, json, out)
        }
        WorkspacesCommand::Create {
            name,
            owner,
            ownerless,
        } => {
            let mut new = NewWorkspace::new(name);
            if let Some(owner) = owner {
                new = new.owner(owner);
            } else if !ownerless.is_allowed() {
                return Err(Failure::refused(
                    ErrorKind::LastOwner.name(),
                    "a workspace needs an active owner: name one with --owner USER, or use \
                     --allow-ownerless to create it without one",
                ));
            }
            let batch = ownerless.on(Batch::new().create_workspace(new));
            change(store.open_to_change()?, batch, ["created", ""], json, out)
        }
        WorkspacesCommand::Default { user } => {
            let batch = Batch::from_iter([Op::DefaultWorkspace(user.into())]);
            let told = ["created", "is there already"];
            change(store.open_to_change()?, batch, told, json, out)
        }
        command => run_on_existing(store, command, json, out),
    }
}

/// The commands that change an existing workspace.
fn run_on_existing(
    store: &Store<'_>,
    command: &WorkspacesCommand,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let directory = store.open_to_change()?;
    let find = |text: &str| find_workspace(&directory, text);
    let batch = Batch::new();
    let (batch, told) = match command {
        WorkspacesCommand::Rename {
            workspace,
            name,
            version,
        } => {
            let batch = batch.rename_workspace(&find(workspace)?, name);
            (version.on(batch), ["renamed", "is called that already"])
        }
        WorkspacesCommand::Archive { workspace, version } => {
            let batch = batch.archive_workspace(&find(workspace)?);
            (version.on(batch), ["archived", "is archived already"])
        }
        WorkspacesCommand::Restore { workspace, version } => {
            let batch = batch.restore_workspace(&find(workspace)?);
            (version.on(batch), ["restored", "is not archived"])
        }
        WorkspacesCommand::Delete {
            workspace,
            version,
            yes,
        } => {
            let workspace = find(workspace)?;
            let what = short_workspace(workspace.id(), workspace.name());
            confirm(&format!("deleting {what}"), *yes)?;
            let batch = version.on(batch.delete_workspace(&workspace));
            return delete(directory, &workspace, batch, json, out);
        }
        command => return run_on_member(directory, command, json, out),
    };
    change(directory, batch, told, json, out)
}

/// The commands that change memberships.
fn run_on_member(
    directory: Directory,
    command: &WorkspacesCommand,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let find = |text: &str| find_workspace(&directory, text);
    let batch = Batch::new();
    match command {
        WorkspacesCommand::Add {
            workspace,
            user,
            role,
        } => {
            let workspace = find(workspace)?;
            let batch = batch.add_member(&workspace, user, *role);
            change_member(directory, &workspace, batch, *role, json, out)
        }
        WorkspacesCommand::SetRole {
            workspace,
            user,
            role,
            version,
            ownerless,
        } => {
            let workspace = find(workspace)?;
            let batch = version.on(batch.set_role(&workspace, user, *role));
            change_member(directory, &workspace, ownerless.on(batch), *role, json, out)
        }
        WorkspacesCommand::Remove {
            workspace,
            user,
            version,
            ownerless,
        } => {
            let workspace = find(workspace)?;
            let batch = version.on(batch.remove_member(&workspace, user));
            remove_member(directory, &workspace, ownerless.on(batch), json, out)
        }
        _ => Err(Failure::refused(
            "other",
            "this command changes no workspace",
        )),
    }
}

/// Applies a batch of one operation on a workspace that exists afterwards, and reports whether it
/// changed anything.
fn change(
    directory: Directory,
    batch: Batch,
    [done, unchanged]: [&str; 2],
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let applied = apply(&directory, batch)?;
    let changed = applied.sequence.is_some();
    let subject = applied.outcomes.first().map(|outcome| outcome.subject);
    let workspace = match subject {
        Some(Subject::Workspace(id)) => directory.workspace(id)?,
        _ => None,
    };
    let ownerless = Ownerless::find(&directory, &applied.ownerless, json);
    directory.close()?;
    let Some(workspace) = workspace else {
        return Err(Failure::refused(
            "other",
            "the workspace is gone; list the workspaces",
        ));
    };
    if json {
        let mut document = json!({ "changed": changed, "workspace": workspace });
        ownerless.add_to(&mut document, false);
        return write_json(out, &document);
    }
    let name = short_workspace(workspace.id(), workspace.name());
    if changed {
        writeln!(out, "{done} {name}")?;
    } else {
        writeln!(out, "nothing to change: {name} {unchanged}")?;
    }
    ownerless.write(false, out)
}

fn delete(
    directory: Directory,
    workspace: &Workspace,
    batch: Batch,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    apply(&directory, batch)?;
    directory.close()?;
    if json {
        let document = json!({ "changed": true, "deleted": workspace.id() });
        return write_json(out, &document);
    }
    let name = short_workspace(workspace.id(), workspace.name());
    writeln!(out, "deleted {name}")?;
    Ok(())
}

/// Applies a batch of one operation on a membership that exists afterwards.
fn change_member(
    directory: Directory,
    workspace: &Workspace,
    batch: Batch,
    role: Role,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let (changed, user, ownerless) = apply_to_member(&directory, batch, json)?;
    let email = email_of(&directory, user)?;
    let member = directory.workspaces_of(user)?;
    let member: Option<Member> = member.into_iter().find(|m| m.workspace() == workspace.id());
    directory.close()?;
    if json {
        let mut document = json!({ "changed": changed, "member": member });
        ownerless.add_to(&mut document, false);
        return write_json(out, &document);
    }
    let email = safe(&email);
    let name = short_workspace(workspace.id(), workspace.name());
    if changed {
        writeln!(out, "{email} has the role {role} in {name} now")?;
    } else {
        writeln!(
            out,
            "nothing to change: {email} has the role {role} in {name} already"
        )?;
    }
    ownerless.write(false, out)
}

fn remove_member(
    directory: Directory,
    workspace: &Workspace,
    batch: Batch,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let (changed, user, ownerless) = apply_to_member(&directory, batch, json)?;
    let email = email_of(&directory, user)?;
    directory.close()?;
    if json {
        let removed = json!({ "workspace": workspace.id(), "user": user });
        let mut document = json!({ "changed": changed, "removed": removed });
        ownerless.add_to(&mut document, false);
        return write_json(out, &document);
    }
    let name = short_workspace(workspace.id(), workspace.name());
    writeln!(out, "removed {} from {name}", safe(&email))?;
    ownerless.write(false, out)
}

/// Applies a batch of one operation on a membership. Returns whether it changed anything, whose
/// membership it is, and which workspaces it left without an owner.
fn apply_to_member(
    directory: &Directory,
    batch: Batch,
    json: bool,
) -> Result<(bool, UserId, Ownerless)> {
    let applied = apply(directory, batch)?;
    let ownerless = Ownerless::find(directory, &applied.ownerless, json);
    match applied.outcomes.first().map(|outcome| outcome.subject) {
        Some(Subject::Member(_, user)) => Ok((applied.sequence.is_some(), user, ownerless)),
        _ => Err(Failure::refused("other", "that was not about a member")),
    }
}
