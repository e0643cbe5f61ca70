//! Shows workspaces and their members.

use std::io::Write;
use std::sync::Arc;

use headcount::{Member, User, Workspace};
use serde_json::{Value, json};

use crate::commands::naming::email_of;
use crate::directory::{Directory, UserKey};
use crate::failure::Result;
use crate::output::{Table, safe, write_json, write_json_list, yes_or_no};

/// Lists all workspaces, or those that are archived or not, as `wanted`.
pub(super) fn list(
    directory: &Directory,
    wanted: Option<bool>,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let mut workspaces = directory.workspaces()?.filter(|workspace| {
        let is_archived = workspace.as_ref().ok().map(Workspace::is_archived);
        wanted.is_none() || is_archived.is_none() || is_archived == wanted
    });
    if json {
        out.write_all(b"{")?;
        write_json_list(out, "workspaces", workspaces)?;
        writeln!(out, "}}")?;
        return Ok(());
    }
    let Some(first) = workspaces.next() else {
        writeln!(out, "no workspaces")?;
        return Ok(());
    };
    let mut table = Table::new(["ID", "NAME", "ARCHIVED", "DEFAULT OF", "CREATED"], out);
    for workspace in std::iter::once(first).chain(workspaces) {
        let workspace = workspace?;
        table.push([
            workspace.id().to_string().into(),
            workspace.name().into(),
            yes_or_no(workspace.is_archived()).into(),
            default_of(directory, &workspace)?.into(),
            workspace.created_at().to_string().into(),
        ])?;
    }
    table.finish()?;
    Ok(())
}

/// Shows one workspace, and who its members are.
pub(super) fn workspace(
    directory: &Directory,
    workspace: &Workspace,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let members = read_members(directory, workspace)?;
    if json {
        let members: Vec<_> = members.iter().map(member_json).collect();
        let document = json!({ "workspace": workspace, "members": members });
        return write_json(out, &document);
    }
    let rows = [
        ("id", workspace.id().to_string()),
        ("name", workspace.name().to_owned()),
        ("archived", yes_or_no(workspace.is_archived()).to_owned()),
        ("default of", default_of(directory, workspace)?),
        ("created", workspace.created_at().to_string()),
        ("updated", workspace.updated_at().to_string()),
        ("version", workspace.version().to_string()),
    ];
    for (name, value) in rows {
        writeln!(out, "{name:<11}  {}", safe(&value))?;
    }
    writeln!(out)?;
    write_members(&members, out)
}

/// Shows the members of a workspace.
pub(super) fn members(
    directory: &Directory,
    workspace: &Workspace,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let members = read_members(directory, workspace)?;
    if json {
        let members: Vec<_> = members.iter().map(member_json).collect();
        return write_json(out, &json!({ "members": members }));
    }
    write_members(&members, out)
}

fn default_of(directory: &Directory, workspace: &Workspace) -> Result<String> {
    match workspace.default_of() {
        Some(user) => email_of(directory, user),
        None => Ok("-".to_owned()),
    }
}

fn read_members(
    directory: &Directory,
    workspace: &Workspace,
) -> Result<Vec<(Member, Option<Arc<User>>)>> {
    let members = directory.members(workspace.id())?;
    let ids: Vec<_> = members
        .iter()
        .map(|member| UserKey::Id(member.user()))
        .collect();
    let users = directory.users_by(&ids)?;
    Ok(members.into_iter().zip(users).collect())
}

fn member_json((member, user): &(Member, Option<Arc<User>>)) -> Value {
    json!({
        "user": member.user(),
        "email": user.as_ref().map(|user| user.email()),
        "active": user.as_ref().map(|user| user.is_active()),
        "role": member.role(),
        "since": member.since(),
        "version": member.version(),
    })
}

fn write_members(members: &[(Member, Option<Arc<User>>)], out: &mut dyn Write) -> Result<()> {
    if members.is_empty() {
        writeln!(out, "no members")?;
        return Ok(());
    }
    let mut table = Table::new(["EMAIL", "ROLE", "SEAT", "SINCE"], out);
    for (member, user) in members {
        let email = match user {
            Some(user) => user.email().to_string(),
            None => member.user().to_string(),
        };
        let is_active = user.as_ref().is_some_and(|user| user.is_active());
        table.push([
            email.into(),
            member.role().to_string().into(),
            yes_or_no(is_active).into(),
            member.since().to_string().into(),
        ])?;
    }
    table.finish()?;
    Ok(())
}
