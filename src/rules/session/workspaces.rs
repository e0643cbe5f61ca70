//! The workspaces in a batch.

use std::sync::Arc;

use super::Session;
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Event, Outcome, Subject, User, UserId, Workspace, WorkspaceId, WorkspaceRef, WorkspaceTarget,
    quoted,
};
use crate::rules::read;

impl<R: Read> Session<'_, R> {
    /// The workspace that `workspace` names at this point of the batch.
    pub(in crate::rules) fn workspace(
        &mut self,
        workspace: &WorkspaceRef,
    ) -> Result<Arc<Workspace>> {
        let found = match &workspace.0 {
            WorkspaceTarget::Id(id) => self.workspace_by_id(*id)?,
            WorkspaceTarget::Name { key, .. } => self.workspace_by_name_key(key)?,
        };
        found.ok_or_else(|| workspace.not_found())
    }

    /// Like [`workspace`](Self::workspace), but refuses an archived one.
    pub(in crate::rules) fn open_workspace(
        &mut self,
        workspace: &WorkspaceRef,
    ) -> Result<Arc<Workspace>> {
        let found = self.workspace(workspace)?;
        if found.archived {
            return Err(Error::new(
                ErrorKind::WorkspaceArchived,
                format!(
                    "the workspace {} is archived; restore it first",
                    quoted(&found.name)
                ),
            ));
        }
        Ok(found)
    }

    pub(super) fn workspace_by_id(&mut self, id: WorkspaceId) -> Result<Option<Arc<Workspace>>> {
        if let Some(known) = self.workspaces.get(id) {
            return Ok(known);
        }
        let Some(stored) = read::workspace_by_id(self.base, id)? else {
            return Ok(None);
        };
        let workspaces = &mut self.workspaces;
        let place = workspaces.load(id, stored);
        self.workspace_names.note(workspaces, place, None, None);
        Ok(workspaces.at_mut(place).now.clone())
    }

    pub(in crate::rules) fn workspace_by_name_key(
        &mut self,
        key: &str,
    ) -> Result<Option<Arc<Workspace>>> {
        if let Some(id) = read::workspace_id_by_name_key(self.base, key)? {
            self.workspace_by_id(id)?;
        }
        match self.workspace_names.holder(&self.workspaces, key)? {
            Some(id) => self.workspace_by_id(id),
            None => Ok(None),
        }
    }

    /// The default workspace of a user, if there is one.
    pub(in crate::rules) fn default_workspace(
        &mut self,
        user: UserId,
    ) -> Result<Option<Arc<Workspace>>> {
        let id = match self.defaults.get(&user) {
            Some(id) => Some(*id),
            None => read::default_workspace_id(self.base, user)?,
        };
        let Some(id) = id else { return Ok(None) };
        let found = self.workspace_by_id(id)?;
        Ok(found.filter(|workspace| workspace.default_of == Some(user)))
    }

    /// The id for a new workspace.
    pub(in crate::rules) fn next_workspace_id(&mut self) -> WorkspaceId {
        self.last_workspace += 1;
        WorkspaceId::from_u64(self.last_workspace)
    }

    /// Replaces a workspace with a changed one and increments the version.
    pub(in crate::rules) fn change_workspace(
        &mut self,
        mut workspace: Workspace,
        event: impl FnOnce(WorkspaceId) -> Event,
    ) -> Outcome {
        workspace.version += 1;
        workspace.updated_at = self.at;
        let id = workspace.id;
        self.put_workspace(id, Some(workspace), event(id))
    }

    /// Sets the workspace `id` to `now`; `None` deletes it.
    pub(in crate::rules) fn put_workspace(
        &mut self,
        id: WorkspaceId,
        now: Option<Workspace>,
        event: Event,
    ) -> Outcome {
        let version = now.as_ref().map_or(0, |workspace| workspace.version);
        if let Some(user) = now.as_ref().and_then(|workspace| workspace.default_of) {
            self.defaults.insert(user, id);
        }
        let workspaces = &mut self.workspaces;
        let (place, had) = workspaces.put(id, now);
        let (had, op_index) = (had.as_deref(), self.op_index);
        let now = workspaces.at_mut(place).now.as_deref();
        self.given_to_workspaces.note(id, had, now, op_index);
        self.workspace_names
            .note(workspaces, place, had, Some(op_index));
        self.events.push(event);
        Outcome::changed(Subject::Workspace(id), version)
    }

    /// Deletes a workspace with its memberships.
    pub(in crate::rules) fn delete_workspace(&mut self, id: WorkspaceId) -> Result<Outcome> {
        for member in self.members_of_workspace(id)? {
            self.drop_member(&member);
        }
        let event = Event::WorkspaceDeleted { workspace: id };
        Ok(self.put_workspace(id, None, event))
    }

    /// Releases the default workspace of a deleted user: it is deleted, or becomes an
    /// ordinary workspace if it has other members.
    pub(in crate::rules) fn release_default_workspace(&mut self, user: &User) -> Result<()> {
        let Some(workspace) = self.default_workspace(user.id)? else {
            return Ok(());
        };
        self.defaults.remove(&user.id);
        let members = self.members_of_workspace(workspace.id)?;
        if members.iter().all(|member| member.user == user.id) {
            self.delete_workspace(workspace.id)?;
            return Ok(());
        }
        let after = Workspace {
            default_of: None,
            ..Workspace::clone(&workspace)
        };
        self.change_workspace(after, |workspace| Event::WorkspaceUndefaulted { workspace });
        Ok(())
    }
}
