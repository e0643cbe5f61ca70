//! The memberships in a batch, and the owners left at its end.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Session;
use crate::engine::Read;
use crate::error::Result;
use crate::model::{Event, Member, Outcome, Role, Subject, UserId, Workspace, WorkspaceId};
use crate::rules::read;
use crate::rules::working::{WorkingRecord, WorkingSet};

/// The memberships of the working set, indexed by workspace and by user.
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

    /// All memberships that the batch has loaded or changed.
    pub(in crate::rules) fn all(&self) -> &[WorkingRecord<(WorkspaceId, UserId), Member>] {
        self.set.all()
    }
}

impl<R: Read> Session<'_, R> {
    pub(in crate::rules) fn member(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Option<Arc<Member>>> {
        if let Some(known) = self.members.set.get((workspace, user)) {
            return Ok(known);
        }
        let stored = read::member(self.base, workspace, user)?;
        Ok(stored.and_then(|member| self.members.load(member)))
    }

    /// The memberships of a user at this point of the batch.
    pub(in crate::rules) fn members_of_user(&mut self, user: UserId) -> Result<Vec<Arc<Member>>> {
        // Most directories have no workspaces, and this scan would dominate the cost.
        let stored = match self.totals.workspaces {
            0 => Vec::new(),
            _ => read::memberships(self.base, user, usize::MAX)?,
        };
        let members = &mut self.members;
        for stored in stored {
            if !members.set.contains((stored.workspace, user)) {
                members.load(stored);
            }
        }
        let workspaces = members.of_user.get(&user).into_iter().flatten();
        Ok(workspaces
            .filter_map(|workspace| members.set.get((*workspace, user))?)
            .collect())
    }

    /// The members of a workspace at this point of the batch.
    pub(super) fn members_of_workspace(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<Vec<Arc<Member>>> {
        for role in [Role::Owner, Role::User] {
            for user in read::members(self.base, workspace, role)? {
                self.member(workspace, user)?;
            }
        }
        let members = &self.members;
        let users = members.of_workspace.get(&workspace).into_iter().flatten();
        Ok(users
            .filter_map(|user| members.set.get((workspace, *user))?)
            .collect())
    }

    /// Adds a user who is not a member yet.
    pub(in crate::rules) fn add_member(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        role: Role,
    ) -> Outcome {
        self.events.push(Event::MemberAdded {
            workspace,
            user,
            role,
        });
        self.put_member(Member {
            workspace,
            user,
            role,
            since: self.at,
            version: 1,
        })
    }

    pub(in crate::rules) fn put_member(&mut self, member: Member) -> Outcome {
        let (workspace, user) = (member.workspace, member.user);
        let version = member.version;
        self.members.put(workspace, user, Some(member));
        Outcome::changed(Subject::Member(workspace, user), version)
    }

    /// Removes a membership without recording an event.
    pub(in crate::rules) fn drop_member(&mut self, member: &Member) {
        if member.role == Role::Owner {
            self.owners_to_check.insert(member.workspace);
        }
        self.members.put(member.workspace, member.user, None);
    }

    /// Notes that the workspaces that `user` owns may lose their last active owner.
    pub(in crate::rules) fn check_owners_of(&mut self, user: UserId) -> Result<()> {
        for member in self.members_of_user(user)? {
            if member.role == Role::Owner {
                self.owners_to_check.insert(member.workspace);
            }
        }
        Ok(())
    }

    /// The workspaces that this batch leaves without an active owner: new ones, and those
    /// that had one. An archived workspace needs no owner, nor does the default workspace
    /// of a user who is its only member.
    pub(in crate::rules) fn ownerless(&mut self) -> Result<Vec<Arc<Workspace>>> {
        let mut ownerless = Vec::new();
        for id in self.owners_to_check.clone() {
            if let Some(workspace) = self.lacking_owner(id)?
                && self.had_active_owner(id)?
            {
                ownerless.push(workspace);
            }
        }
        Ok(ownerless)
    }

    /// The workspace, if it needs an active owner and has none.
    pub(in crate::rules) fn lacking_owner(
        &mut self,
        id: WorkspaceId,
    ) -> Result<Option<Arc<Workspace>>> {
        let Some(workspace) = self.workspace_by_id(id)? else {
            return Ok(None);
        };
        if workspace.archived || self.has_active_owner(id)? {
            return Ok(None);
        }
        if let Some(user) = workspace.default_of {
            let members = self.members_of_workspace(id)?;
            if members.iter().all(|member| member.user == user) {
                return Ok(None);
            }
        }
        Ok(Some(workspace))
    }

    fn has_active_owner(&mut self, id: WorkspaceId) -> Result<bool> {
        let mut owners = read::members(self.base, id, Role::Owner)?;
        owners.extend(self.members.of_workspace.get(&id).into_iter().flatten());
        for user in owners {
            let member = self.member(id, user)?;
            if member.is_some_and(|member| member.role == Role::Owner)
                && self.user_by_id(user)?.is_some_and(|user| user.active)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the workspace had an active owner before the batch; a new one counts as if
    /// it had.
    fn had_active_owner(&self, id: WorkspaceId) -> Result<bool> {
        let record = self.workspaces.record(id);
        if record.is_some_and(|workspace| workspace.before.is_none()) {
            return Ok(true);
        }
        for user in read::members(self.base, id, Role::Owner)? {
            if read::user_by_id(self.base, user)?.is_some_and(|user| user.active) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
