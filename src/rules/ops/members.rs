//! The operations on memberships.

use std::sync::Arc;

use super::super::session::Session;
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Event, Member, Outcome, Role, Step, Subject, User, UserRef, Workspace, WorkspaceRef, quoted,
};

/// Adds a member.
pub(in crate::rules) fn add<R: Read>(
    session: &mut Session<'_, R>,
    workspace: &WorkspaceRef,
    user: &UserRef,
    role: Role,
) -> Result<Outcome> {
    let workspace = session.open_workspace(workspace)?;
    let user = session.user(user)?;
    match session.member(workspace.id, user.id)? {
        None => Ok(session.add_member(workspace.id, user.id, role)),
        Some(member) if member.role == role => Ok(unchanged(&member)),
        Some(member) => Err(Error::new(
            ErrorKind::RoleDiffers,
            format!(
                "the user is a member of {} already, as {}; set the role to change it",
                quoted(&workspace.name),
                member.role
            ),
        )),
    }
}

/// Gives a member a role.
pub(in crate::rules) fn set_role<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    workspace: &WorkspaceRef,
    user: &UserRef,
    role: Role,
) -> Result<Outcome> {
    let workspace = session.open_workspace(workspace)?;
    let user = session.user(user)?;
    let member = find_member(session, &workspace, &user, "add the user first")?;
    step.check_version(member.version)?;
    if member.role == role {
        return Ok(unchanged(&member));
    }
    if member.role == Role::Owner {
        refuse_own_default(&workspace, &user)?;
        session.owners_to_check.insert(workspace.id);
    }
    session.events.push(Event::MemberRoleSet {
        workspace: workspace.id,
        user: user.id,
        role,
    });
    let version = member.version + 1;
    Ok(session.put_member(Member {
        role,
        version,
        ..Member::clone(&member)
    }))
}

/// Removes a member.
pub(in crate::rules) fn remove<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    workspace: &WorkspaceRef,
    user: &UserRef,
) -> Result<Outcome> {
    let workspace = session.workspace(workspace)?;
    let user = session.user(user)?;
    let cure = "list its members to see who is";
    let member = find_member(session, &workspace, &user, cure)?;
    step.check_version(member.version)?;
    refuse_own_default(&workspace, &user)?;
    session.drop_member(&member);
    session.events.push(Event::MemberRemoved {
        workspace: workspace.id,
        user: user.id,
    });
    Ok(Outcome::changed(Subject::Member(workspace.id, user.id), 0))
}

fn refuse_own_default(workspace: &Workspace, user: &User) -> Result<()> {
    if workspace.default_of != Some(user.id) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::DefaultWorkspace,
        format!(
            "{} is the user's own default workspace, which they can't leave; deactivate or delete the user instead",
            quoted(&workspace.name)
        ),
    ))
}

fn find_member<R: Read>(
    session: &mut Session<'_, R>,
    workspace: &Workspace,
    user: &User,
    cure: &str,
) -> Result<Arc<Member>> {
    session.member(workspace.id, user.id)?.ok_or_else(|| {
        Error::new(
            ErrorKind::MemberNotFound,
            format!(
                "the user {} is not a member of {}; {cure}",
                user.id,
                quoted(&workspace.name)
            ),
        )
    })
}

fn unchanged(member: &Member) -> Outcome {
    let subject = Subject::Member(member.workspace, member.user);
    Outcome::unchanged(subject, member.version)
}
