//! Memberships: who belongs to which workspace, and who owns it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::super::read;
use super::super::session::Session;
use super::super::working::{Record, WorkingSet};
use super::{users, workspaces};
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Event, Member, Outcome, Role, Step, Subject, User, UserId, UserRef, Workspace, WorkspaceId,
    WorkspaceRef,
};

/// The memberships of the working set, to be found by either side.
#[derive(Default)]
pub(in crate::rules) struct Members {
    set: WorkingSet<(WorkspaceId, UserId), Member>,
    of_user: HashMap<UserId, BTreeSet<WorkspaceId>>,
    of_workspace: HashMap<WorkspaceId, BTreeSet<UserId>>,
}

impl Members {
    fn load(&mut self, stored: Member) -> Option<Arc<Member>> {
        self.index(stored.workspace, stored.user);
        let place = self.set.load((stored.workspace, stored.user), stored);
        self.set.at_mut(place).now.clone()
    }

    fn put(&mut self, workspace: WorkspaceId, user: UserId, now: Option<Member>) {
        self.index(workspace, user);
        self.set.put((workspace, user), now);
    }

    fn index(&mut self, workspace: WorkspaceId, user: UserId) {
        self.of_user.entry(user).or_default().insert(workspace);
        self.of_workspace.entry(workspace).or_default().insert(user);
    }

    /// All memberships the batch has come across.
    pub(in crate::rules) fn all(&self) -> &[Record<(WorkspaceId, UserId), Member>] {
        self.set.all()
    }
}

/// Adds a member.
pub(in crate::rules) fn add<R: Read>(
    session: &mut Session<'_, R>,
    workspace: &WorkspaceRef,
    user: &UserRef,
    role: Role,
) -> Result<Outcome> {
    let workspace = workspaces::find_open(session, workspace)?;
    let user = users::find(session, user)?;
    match find(session, workspace.id, user.id)? {
        None => Ok(insert(session, workspace.id, user.id, role)),
        Some(member) if member.role == role => Ok(unchanged(&member)),
        Some(member) => Err(Error::new(
            ErrorKind::RoleDiffers,
            format!(
                "the user is a member of {:?} already, as {}; set the role to change it",
                workspace.name, member.role
            ),
        )),
    }
}

/// Makes a user a member who is none yet.
pub(in crate::rules) fn insert<R: Read>(
    session: &mut Session<'_, R>,
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
) -> Outcome {
    let member = Member {
        workspace,
        user,
        role,
        since: session.at,
        version: 1,
    };
    session.events.push(Event::MemberAdded {
        workspace,
        user,
        role,
    });
    put(session, member)
}

/// Gives a member a role.
pub(in crate::rules) fn set_role<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    workspace: &WorkspaceRef,
    user: &UserRef,
    role: Role,
) -> Result<Outcome> {
    let workspace = workspaces::find_open(session, workspace)?;
    let user = users::find(session, user)?;
    let member = find_member(session, &workspace, &user)?;
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
    Ok(put(
        session,
        Member {
            role,
            version,
            ..Member::clone(&member)
        },
    ))
}

/// Takes a member out.
pub(in crate::rules) fn remove<R: Read>(
    session: &mut Session<'_, R>,
    step: &Step,
    workspace: &WorkspaceRef,
    user: &UserRef,
) -> Result<Outcome> {
    let workspace = workspaces::find(session, workspace)?;
    let user = users::find(session, user)?;
    let member = find_member(session, &workspace, &user)?;
    step.check_version(member.version)?;
    refuse_own_default(&workspace, &user)?;
    drop_member(session, &member);
    session.events.push(Event::MemberRemoved {
        workspace: workspace.id,
        user: user.id,
    });
    let subject = Subject::Member(workspace.id, user.id);
    Ok(Outcome {
        subject,
        changed: true,
        version: 0,
    })
}

/// Takes a membership out of the working set, whatever the reason.
pub(in crate::rules) fn drop_member<R: Read>(session: &mut Session<'_, R>, member: &Member) {
    if member.role == Role::Owner {
        session.owners_to_check.insert(member.workspace);
    }
    session.members.put(member.workspace, member.user, None);
}

fn put<R: Read>(session: &mut Session<'_, R>, member: Member) -> Outcome {
    let subject = Subject::Member(member.workspace, member.user);
    let version = member.version;
    session
        .members
        .put(member.workspace, member.user, Some(member));
    Outcome {
        subject,
        changed: true,
        version,
    }
}

fn unchanged(member: &Member) -> Outcome {
    let subject = Subject::Member(member.workspace, member.user);
    Outcome {
        subject,
        changed: false,
        version: member.version,
    }
}

fn refuse_own_default(workspace: &Workspace, user: &User) -> Result<()> {
    if workspace.default_of != Some(user.id) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::DefaultWorkspace,
        format!(
            "{:?} is the user's own default workspace, which the user keeps",
            workspace.name
        ),
    ))
}

fn find_member<R: Read>(
    session: &mut Session<'_, R>,
    workspace: &Workspace,
    user: &User,
) -> Result<Arc<Member>> {
    find(session, workspace.id, user.id)?.ok_or_else(|| {
        Error::new(
            ErrorKind::MemberNotFound,
            format!(
                "the user {} is not a member of {:?}; add the user first",
                user.id, workspace.name
            ),
        )
    })
}

fn find<R: Read>(
    session: &mut Session<'_, R>,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Option<Arc<Member>>> {
    if let Some(known) = session.members.set.get((workspace, user)) {
        return Ok(known);
    }
    let stored = read::member(session.base, workspace, user)?;
    Ok(stored.and_then(|member| session.members.load(member)))
}

/// The memberships of a user at this point of the batch.
pub(in crate::rules) fn of_user<R: Read>(
    session: &mut Session<'_, R>,
    user: UserId,
) -> Result<Vec<Arc<Member>>> {
    // Most directories have no workspaces, and the look is what costs most here.
    let stored = match session.totals.workspaces {
        0 => Vec::new(),
        _ => read::memberships(session.base, user)?,
    };
    for stored in stored {
        if !session.members.set.contains((stored.workspace, user)) {
            session.members.load(stored);
        }
    }
    let members = &session.members;
    let workspaces = members.of_user.get(&user).into_iter().flatten();
    Ok(workspaces
        .filter_map(|workspace| members.set.get((*workspace, user))?)
        .collect())
}

/// The members of a workspace at this point of the batch.
pub(in crate::rules) fn of_workspace<R: Read>(
    session: &mut Session<'_, R>,
    workspace: WorkspaceId,
) -> Result<Vec<Arc<Member>>> {
    for role in [Role::Owner, Role::User] {
        for user in read::members(session.base, workspace, role)? {
            find(session, workspace, user)?;
        }
    }
    let members = &session.members;
    let users = members.of_workspace.get(&workspace).into_iter().flatten();
    Ok(users
        .filter_map(|user| members.set.get((workspace, *user))?)
        .collect())
}

/// Notes that the workspaces that `user` owns may lose their last active owner.
pub(in crate::rules) fn check_owners_of<R: Read>(
    session: &mut Session<'_, R>,
    user: UserId,
) -> Result<()> {
    for member in of_user(session, user)? {
        if member.role == Role::Owner {
            session.owners_to_check.insert(member.workspace);
        }
    }
    Ok(())
}

/// The workspaces that this batch leaves without an active owner: new ones, and
/// those that had one. The default workspace of a user who is alone in it is the
/// user's own affair, and an archived one needs no owner.
pub(in crate::rules) fn ownerless<R: Read>(
    session: &mut Session<'_, R>,
) -> Result<Vec<Arc<Workspace>>> {
    let mut ownerless = Vec::new();
    for id in session.owners_to_check.clone() {
        let Some(workspace) = workspaces::find_by_id(session, id)? else {
            continue;
        };
        if workspace.archived || has_active_owner(session, id)? || !had_active_owner(session, id)? {
            continue;
        }
        if let Some(user) = workspace.default_of
            && of_workspace(session, id)?
                .iter()
                .all(|member| member.user == user)
        {
            continue;
        }
        ownerless.push(workspace);
    }
    Ok(ownerless)
}

fn has_active_owner<R: Read>(session: &mut Session<'_, R>, id: WorkspaceId) -> Result<bool> {
    let mut owners = read::members(session.base, id, Role::Owner)?;
    owners.extend(session.members.of_workspace.get(&id).into_iter().flatten());
    for user in owners {
        if find(session, id, user)?.is_some_and(|member| member.role == Role::Owner)
            && users::find_by_id(session, user)?.is_some_and(|user| user.active)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A workspace that the batch makes counts as one that had an owner.
fn had_active_owner<R: Read>(session: &Session<'_, R>, id: WorkspaceId) -> Result<bool> {
    if session
        .workspaces
        .record(id)
        .is_some_and(|workspace| workspace.before.is_none())
    {
        return Ok(true);
    }
    for user in read::members(session.base, id, Role::Owner)? {
        if read::user_by_id(session.base, user)?.is_some_and(|user| user.active) {
            return Ok(true);
        }
    }
    Ok(false)
}
