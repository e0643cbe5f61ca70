//! The operations on workspaces.

use super::super::session::Session;
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    self, Event, ExternalIds, NewWorkspace, Outcome, Role, Step, Subject, UserId, UserRef,
    Workspace, WorkspaceName, WorkspaceRef, check_external_id, check_provisioner, quoted,
};

/// Creates a workspace.
pub(in crate::rules) fn create<R: Read>(
    session: &mut Session<'_, R>,
    new: &NewWorkspace,
) -> Result<Outcome> {
    let name = WorkspaceName::parse(&new.name)?;
    let owner = match &new.owner {
        Some(owner) => Some(session.user(owner)?.id),
        None => None,
    };
    let mut external_ids = ExternalIds::new();
    for (provisioner, id) in new.external_ids.iter() {
        check_provisioner(provisioner)?;
        check_external_id(id)?;
        model::set_external_id(&mut external_ids, provisioner, Some(id))?;
    }
    Ok(insert(session, name, owner, None, external_ids))
}

/// Creates the default workspace of a user, unless it exists.
pub(in crate::rules) fn default_of<R: Read>(
    session: &mut Session<'_, R>,
    user: &UserRef,
) -> Result<Outcome> {
    let user = session.user(user)?;
    if let Some(workspace) = session.default_workspace(user.id)? {
        return Ok(unchanged(&workspace));
    }
    let name = unused_default_name(session, user.id)?;
    let (id, none) = (Some(user.id), ExternalIds::new());
    Ok(insert(session, name, id, id, none))
}

/// An unused name that reveals nothing about the user except the id.
fn unused_default_name<R: Read>(
    session: &mut Session<'_, R>,
    user: UserId,
) -> Result<WorkspaceName> {
    let mut text = format!("default-{user}");
    let mut number = 1;
    loop {
        let name = WorkspaceName::parse(&text)?;
        if session.workspace_by_name_key(&name.key)?.is_none() {
            return Ok(name);
        }
        number += 1;
        text = format!("default-{user}-{number}");
    }
}

fn insert<R: Read>(
    session: &mut Session<'_, R>,
    name: WorkspaceName,
    owner: Option<UserId>,
    default_of: Option<UserId>,
    external_ids: ExternalIds,
) -> Outcome {
    let id = session.next_workspace_id();
    let workspace = Workspace {
        id,
        name: name.typed,
        name_key: name.key,
        archived: false,
        default_of,
        external_ids,
        created_at: session.at,
        updated_at: session.at,
        version: 1,
    };
    let event = Event::WorkspaceCreated {
        workspace: id,
        default_of,
    };
    let outcome = session.put_workspace(id, Some(workspace), event);
    if let Some(user) = owner {
        session.add_member(id, user, Role::Owner);
    }
    session.owners_to_check.insert(id);
    outcome
}

/// Gives a workspace another name.
pub(in crate::rules) fn rename<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    workspace: &WorkspaceRef,
    name: &str,
) -> Result<Outcome> {
    let name = WorkspaceName::parse(name)?;
    let before = session.open_workspace(workspace)?;
    step.check_version(before.version)?;
    if before.name == name.typed {
        return Ok(unchanged(&before));
    }
    let mut after = Workspace::clone(&before);
    (after.name, after.name_key) = (name.typed, name.key);
    Ok(session.change_workspace(after, |workspace| Event::WorkspaceRenamed { workspace }))
}

/// Sets or removes the id that a provisioner has for a workspace.
pub(in crate::rules) fn set_external_id<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    workspace: &WorkspaceRef,
    provisioner: &str,
    id: Option<&str>,
) -> Result<Outcome> {
    check_provisioner(provisioner)?;
    id.map_or(Ok(()), check_external_id)?;
    let before = session.open_workspace(workspace)?;
    step.check_version(before.version)?;
    let mut after = Workspace::clone(&before);
    if !model::set_external_id(&mut after.external_ids, provisioner, id)? {
        return Ok(unchanged(&before));
    }
    Ok(
        session.change_workspace(after, |workspace| Event::WorkspaceExternalIdSet {
            workspace,
        }),
    )
}

/// Archives or restores a workspace.
pub(in crate::rules) fn archive<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    workspace: &WorkspaceRef,
    archived: bool,
) -> Result<Outcome> {
    let before = session.workspace(workspace)?;
    step.check_version(before.version)?;
    if before.archived == archived {
        return Ok(unchanged(&before));
    }
    let after = Workspace {
        archived,
        ..Workspace::clone(&before)
    };
    Ok(session.change_workspace(after, |workspace| {
        if archived {
            Event::WorkspaceArchived { workspace }
        } else {
            Event::WorkspaceRestored { workspace }
        }
    }))
}

/// Deletes a workspace with its memberships.
pub(in crate::rules) fn delete<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    workspace: &WorkspaceRef,
) -> Result<Outcome> {
    let workspace = session.workspace(workspace)?;
    step.check_version(workspace.version)?;
    if workspace.default_of.is_some() {
        return Err(Error::new(
            ErrorKind::DefaultWorkspace,
            format!(
                "{} is a user's default workspace, which goes with the user; archive it instead",
                quoted(&workspace.name)
            ),
        ));
    }
    session.delete_workspace(workspace.id)
}

fn unchanged(workspace: &Workspace) -> Outcome {
    Outcome::unchanged(Subject::Workspace(workspace.id), workspace.version)
}
