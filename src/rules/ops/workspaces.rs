//! The operations on workspaces.

use std::sync::Arc;

use super::super::read;
use super::super::session::Session;
use super::{members, users};
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    self, Event, ExternalIds, NewWorkspace, Outcome, Role, Step, Subject, User, UserId, UserRef,
    Workspace, WorkspaceId, WorkspaceName, WorkspaceRef, WorkspaceTarget, check_external_id,
    check_provisioner,
};

/// Creates a workspace.
pub(in crate::rules) fn create<R: Read>(
    session: &mut Session<'_, R>,
    new: &NewWorkspace,
) -> Result<Outcome> {
    let name = WorkspaceName::parse(&new.name)?;
    let owner = match &new.owner {
        Some(owner) => Some(users::find(session, owner)?.id),
        None => None,
    };
    let mut external_ids = ExternalIds::new();
    for (provisioner, id) in &new.external_ids {
        check_provisioner(provisioner)?;
        check_external_id(id)?;
        model::set_external_id(&mut external_ids, provisioner, Some(id))?;
    }
    Ok(insert(session, name, owner, None, external_ids))
}

/// Makes the default workspace of a user, unless there is one.
pub(in crate::rules) fn default_of<R: Read>(
    session: &mut Session<'_, R>,
    user: &UserRef,
) -> Result<Outcome> {
    let user = users::find(session, user)?;
    if let Some(workspace) = find_default(session, user.id)? {
        return Ok(unchanged(&workspace));
    }
    let name = unused_default_name(session, user.id)?;
    let (id, none) = (Some(user.id), ExternalIds::new());
    Ok(insert(session, name, id, id, none))
}

/// A name that tells nothing of the user but the id, and that nobody has.
fn unused_default_name<R: Read>(
    session: &mut Session<'_, R>,
    user: UserId,
) -> Result<WorkspaceName> {
    let mut text = format!("default-{user}");
    let mut number = 1;
    loop {
        let name = WorkspaceName::parse(&text)?;
        if find_by_name_key(session, &name.key)?.is_none() {
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
    session.last_workspace += 1;
    let id = WorkspaceId::from_u64(session.last_workspace);
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
    let outcome = put(
        session,
        id,
        Some(workspace),
        Event::WorkspaceCreated {
            workspace: id,
            default_of,
        },
    );
    if let Some(user) = owner {
        members::insert(session, id, user, Role::Owner);
    }
    if let Some(user) = default_of {
        session.defaults.insert(user, id);
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
    let before = find_open(session, workspace)?;
    step.check_version(before.version)?;
    if before.name == name.typed {
        return Ok(unchanged(&before));
    }
    let mut after = Workspace::clone(&before);
    (after.name, after.name_key) = (name.typed, name.key);
    Ok(update(session, after, |workspace| {
        Event::WorkspaceRenamed { workspace }
    }))
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
    let before = find_open(session, workspace)?;
    step.check_version(before.version)?;
    let mut after = Workspace::clone(&before);
    if !model::set_external_id(&mut after.external_ids, provisioner, id)? {
        return Ok(unchanged(&before));
    }
    Ok(update(session, after, |workspace| {
        Event::WorkspaceExternalIdSet { workspace }
    }))
}

/// Archives or restores a workspace.
pub(in crate::rules) fn archive<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    workspace: &WorkspaceRef,
    archived: bool,
) -> Result<Outcome> {
    let before = find(session, workspace)?;
    step.check_version(before.version)?;
    if before.archived == archived {
        return Ok(unchanged(&before));
    }
    let after = Workspace {
        archived,
        ..Workspace::clone(&before)
    };
    Ok(update(session, after, |workspace| {
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
    let workspace = find(session, workspace)?;
    step.check_version(workspace.version)?;
    if workspace.default_of.is_some() {
        return Err(Error::new(
            ErrorKind::DefaultWorkspace,
            format!(
                "{:?} is a user's default workspace, which goes with the user; archive it instead",
                workspace.name
            ),
        ));
    }
    remove(session, &workspace)
}

fn remove<R: Read>(session: &mut Session<'_, R>, workspace: &Workspace) -> Result<Outcome> {
    for member in members::of_workspace(session, workspace.id)? {
        members::drop_member(session, &member);
    }
    let event = Event::WorkspaceDeleted {
        workspace: workspace.id,
    };
    Ok(put(session, workspace.id, None, event))
}

/// What a user's deletion means for the default workspace: it goes along, or is
/// an ordinary one from then on where others are members.
pub(in crate::rules) fn release_default<R: Read>(
    session: &mut Session<'_, R>,
    user: &User,
) -> Result<()> {
    let Some(workspace) = find_default(session, user.id)? else {
        return Ok(());
    };
    session.defaults.remove(&user.id);
    if members::of_workspace(session, workspace.id)?
        .iter()
        .all(|member| member.user == user.id)
    {
        remove(session, &workspace)?;
        return Ok(());
    }
    let after = Workspace {
        default_of: None,
        ..Workspace::clone(&workspace)
    };
    update(session, after, |workspace| Event::WorkspaceUndefaulted {
        workspace,
    });
    Ok(())
}

fn update<R: Read>(
    session: &mut Session<'_, R>,
    mut after: Workspace,
    event: impl FnOnce(WorkspaceId) -> Event,
) -> Outcome {
    after.version += 1;
    after.updated_at = session.at;
    let id = after.id;
    put(session, id, Some(after), event(id))
}

fn put<R: Read>(
    session: &mut Session<'_, R>,
    id: WorkspaceId,
    now: Option<Workspace>,
    event: Event,
) -> Outcome {
    let version = now.as_ref().map_or(0, |workspace| workspace.version);
    let workspaces = &mut session.workspaces;
    let (place, had) = workspaces.put(id, now);
    let now = workspaces.at_mut(place).now.as_deref();
    session
        .given_to_workspaces
        .note(id, had.as_deref(), now, session.op_index);
    let op_index = Some(session.op_index);
    session
        .workspace_names
        .note(workspaces, place, had.as_deref(), op_index);
    session.events.push(event);
    Outcome {
        subject: Subject::Workspace(id),
        changed: true,
        version,
    }
}

fn unchanged(workspace: &Workspace) -> Outcome {
    let subject = Subject::Workspace(workspace.id);
    Outcome {
        subject,
        changed: false,
        version: workspace.version,
    }
}

/// The workspace that `workspace` names at this point of the batch.
pub(in crate::rules) fn find<R: Read>(
    session: &mut Session<'_, R>,
    workspace: &WorkspaceRef,
) -> Result<Arc<Workspace>> {
    let found = match &workspace.0 {
        WorkspaceTarget::Id(id) => find_by_id(session, *id)?,
        WorkspaceTarget::Name { key, .. } => find_by_name_key(session, key)?,
    };
    found.ok_or_else(|| workspace.not_found())
}

/// The same, where it must not be archived.
pub(in crate::rules) fn find_open<R: Read>(
    session: &mut Session<'_, R>,
    workspace: &WorkspaceRef,
) -> Result<Arc<Workspace>> {
    let found = find(session, workspace)?;
    if found.archived {
        return Err(Error::new(
            ErrorKind::WorkspaceArchived,
            format!(
                "the workspace {:?} is archived; restore it first",
                found.name
            ),
        ));
    }
    Ok(found)
}

pub(in crate::rules) fn find_by_id<R: Read>(
    session: &mut Session<'_, R>,
    id: WorkspaceId,
) -> Result<Option<Arc<Workspace>>> {
    if let Some(known) = session.workspaces.get(id) {
        return Ok(known);
    }
    let Some(stored) = read::workspace_by_id(session.base, id)? else {
        return Ok(None);
    };
    let workspaces = &mut session.workspaces;
    let place = workspaces.load(id, stored);
    session.workspace_names.note(workspaces, place, None, None);
    Ok(workspaces.at_mut(place).now.clone())
}

fn find_by_name_key<R: Read>(
    session: &mut Session<'_, R>,
    key: &str,
) -> Result<Option<Arc<Workspace>>> {
    if let Some(id) = read::workspace_id_by_name_key(session.base, key)? {
        find_by_id(session, id)?;
    }
    match session.workspace_names.holder(&session.workspaces, key)? {
        Some(id) => find_by_id(session, id),
        None => Ok(None),
    }
}

fn find_default<R: Read>(
    session: &mut Session<'_, R>,
    user: UserId,
) -> Result<Option<Arc<Workspace>>> {
    let id = match session.defaults.get(&user) {
        Some(id) => Some(*id),
        None => read::default_workspace_id(session.base, user)?,
    };
    let Some(id) = id else { return Ok(None) };
    Ok(find_by_id(session, id)?.filter(|workspace| workspace.default_of == Some(user)))
}
