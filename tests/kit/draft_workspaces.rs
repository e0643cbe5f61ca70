//! The model's operations on workspaces and members.

use headcount::{ErrorKind, Event, Role, Subject, UserId, WorkspaceId};

use super::draft::{Draft, check_version, replaced, set_external_id, text};
use super::model::{ExternalIds, Member, Outcome, Text, Workspace};
use super::script::{ExternalId, Where, Who};
use super::texts::{collapsed, workspace_key};

impl Draft {
    pub(super) fn create_workspace(
        &mut self,
        name: &str,
        owner: Option<&Who>,
        external_id: Option<(&'static str, &'static str)>,
    ) -> Result<Outcome, ErrorKind> {
        let name = self.workspace_name(name)?;
        let owner = match owner {
            Some(owner) => Some(self.state.users[self.state.find_user(owner)?].id),
            None => None,
        };
        let mut external_ids = ExternalIds::new();
        if let Some((by, id)) = external_id {
            set_external_id(&mut external_ids, (by, Some(id)), self.op);
        }
        Ok(self.insert(name, owner, None, external_ids))
    }

    fn workspace_name(&self, typed: &str) -> Result<Text, ErrorKind> {
        let key = workspace_key(typed)?;
        Ok(text(&collapsed(typed), key, self.op))
    }

    fn insert(
        &mut self,
        name: Text,
        owner: Option<UserId>,
        default_of: Option<UserId>,
        external_ids: ExternalIds,
    ) -> Outcome {
        self.state.last_workspace += 1;
        let id = WorkspaceId::from_u64(self.state.last_workspace);
        self.state.workspaces.push(Workspace {
            id,
            name,
            archived: false,
            default_of,
            version: 1,
            external_ids,
        });
        self.events.push(Event::WorkspaceCreated {
            workspace: id,
            default_of,
        });
        if let Some(owner) = owner {
            self.join(id, owner, Role::Owner);
        }
        (Subject::Workspace(id), true, 1)
    }

    pub(super) fn default_workspace(&mut self, who: &Who) -> Result<Outcome, ErrorKind> {
        let user = self.state.users[self.state.find_user(who)?].id;
        let mut workspaces = self.state.workspaces.iter();
        if let Some(own) = workspaces.find(|w| w.default_of == Some(user)) {
            return Ok((Subject::Workspace(own.id), false, own.version));
        }
        let mut name = format!("default-{user}");
        let mut number = 1;
        while self.named(&name)?.is_some() {
            number += 1;
            name = format!("default-{user}-{number}");
        }
        let name = self.workspace_name(&name)?;
        Ok(self.insert(name, Some(user), Some(user), ExternalIds::new()))
    }

    pub(super) fn rename(
        &mut self,
        version: Option<u64>,
        place: &Where,
        name: &str,
    ) -> Result<Outcome, ErrorKind> {
        let name = self.workspace_name(name)?;
        let n = self.open_workspace(place)?;
        let workspace = &mut self.state.workspaces[n];
        check_version(version, workspace.version)?;
        let id = workspace.id;
        if workspace.name.typed == name.typed {
            return Ok((Subject::Workspace(id), false, workspace.version));
        }
        workspace.name = replaced(name, Some(&workspace.name));
        workspace.version += 1;
        self.events.push(Event::WorkspaceRenamed { workspace: id });
        Ok((Subject::Workspace(id), true, workspace.version))
    }

    pub(super) fn set_workspace_id(
        &mut self,
        version: Option<u64>,
        place: &Where,
        id: ExternalId,
    ) -> Result<Outcome, ErrorKind> {
        let n = self.open_workspace(place)?;
        let workspace = &mut self.state.workspaces[n];
        check_version(version, workspace.version)?;
        let changed = set_external_id(&mut workspace.external_ids, id, self.op);
        workspace.version += u64::from(changed);
        let (workspace, version) = (workspace.id, workspace.version);
        if changed {
            self.events
                .push(Event::WorkspaceExternalIdSet { workspace });
        }
        Ok((Subject::Workspace(workspace), changed, version))
    }

    pub(super) fn archive(
        &mut self,
        version: Option<u64>,
        place: &Where,
        archived: bool,
    ) -> Result<Outcome, ErrorKind> {
        let n = self.workspace(place)?;
        let workspace = &mut self.state.workspaces[n];
        check_version(version, workspace.version)?;
        let id = workspace.id;
        if workspace.archived == archived {
            return Ok((Subject::Workspace(id), false, workspace.version));
        }
        workspace.archived = archived;
        workspace.version += 1;
        self.events.push(if archived {
            Event::WorkspaceArchived { workspace: id }
        } else {
            Event::WorkspaceRestored { workspace: id }
        });
        Ok((Subject::Workspace(id), true, workspace.version))
    }

    pub(super) fn delete_workspace(
        &mut self,
        version: Option<u64>,
        place: &Where,
    ) -> Result<Outcome, ErrorKind> {
        let n = self.workspace(place)?;
        let workspace = &self.state.workspaces[n];
        check_version(version, workspace.version)?;
        if workspace.default_of.is_some() {
            return Err(ErrorKind::DefaultWorkspace);
        }
        let workspace = self.state.workspaces.remove(n).id;
        let members = &mut self.state.members;
        members.retain(|member| member.workspace != workspace);
        self.events.push(Event::WorkspaceDeleted { workspace });
        Ok((Subject::Workspace(workspace), true, 0))
    }

    pub(super) fn add(
        &mut self,
        place: &Where,
        who: &Who,
        role: Role,
    ) -> Result<Outcome, ErrorKind> {
        let n = self.open_workspace(place)?;
        let workspace = self.state.workspaces[n].id;
        let user = self.state.users[self.state.find_user(who)?].id;
        match self.member(workspace, user) {
            Err(_) => Ok(self.join(workspace, user, role)),
            Ok(n) if self.state.members[n].role == role => Ok(self.member_outcome(n, false)),
            Ok(_) => Err(ErrorKind::RoleDiffers),
        }
    }

    fn join(&mut self, workspace: WorkspaceId, user: UserId, role: Role) -> Outcome {
        self.state.members.push(Member {
            workspace,
            user,
            role,
            version: 1,
        });
        self.events.push(Event::MemberAdded {
            workspace,
            user,
            role,
        });
        (Subject::Member(workspace, user), true, 1)
    }

    pub(super) fn set_role(
        &mut self,
        version: Option<u64>,
        place: &Where,
        who: &Who,
        role: Role,
    ) -> Result<Outcome, ErrorKind> {
        let place = self.open_workspace(place)?;
        let workspace = self.state.workspaces[place].id;
        let user = self.state.users[self.state.find_user(who)?].id;
        let n = self.member(workspace, user)?;
        check_version(version, self.state.members[n].version)?;
        if self.state.members[n].role == role {
            return Ok(self.member_outcome(n, false));
        }
        if role == Role::User && self.state.workspaces[place].default_of == Some(user) {
            return Err(ErrorKind::DefaultWorkspace);
        }
        self.state.members[n].role = role;
        self.state.members[n].version += 1;
        self.events.push(Event::MemberRoleSet {
            workspace,
            user,
            role,
        });
        Ok(self.member_outcome(n, true))
    }

    pub(super) fn remove(
        &mut self,
        version: Option<u64>,
        place: &Where,
        who: &Who,
    ) -> Result<Outcome, ErrorKind> {
        let place = self.workspace(place)?;
        let workspace = self.state.workspaces[place].id;
        let user = self.state.users[self.state.find_user(who)?].id;
        let n = self.member(workspace, user)?;
        check_version(version, self.state.members[n].version)?;
        if self.state.workspaces[place].default_of == Some(user) {
            return Err(ErrorKind::DefaultWorkspace);
        }
        self.state.members.remove(n);
        self.events.push(Event::MemberRemoved { workspace, user });
        Ok((Subject::Member(workspace, user), true, 0))
    }

    fn member_outcome(&self, n: usize, changed: bool) -> Outcome {
        let member = &self.state.members[n];
        let subject = Subject::Member(member.workspace, member.user);
        (subject, changed, member.version)
    }

    fn workspace(&self, place: &Where) -> Result<usize, ErrorKind> {
        let found = match place {
            Where::Name(name) => self.named(name)?,
            Where::Id(n) => {
                let id = WorkspaceId::from_u64(*n);
                self.state.workspaces.iter().position(|w| w.id == id)
            }
        };
        found.ok_or(ErrorKind::WorkspaceNotFound)
    }

    fn open_workspace(&self, place: &Where) -> Result<usize, ErrorKind> {
        let n = self.workspace(place)?;
        if self.state.workspaces[n].archived {
            return Err(ErrorKind::WorkspaceArchived);
        }
        Ok(n)
    }

    /// Finds a workspace by name. A name that two workspaces have at the moment names neither.
    fn named(&self, name: &str) -> Result<Option<usize>, ErrorKind> {
        let Ok(key) = workspace_key(name) else {
            return Ok(None);
        };
        let all = self.state.workspaces.iter().enumerate();
        let found: Vec<_> = all.filter(|(_, w)| w.name.key == key).collect();
        match found[..] {
            [] => Ok(None),
            [(n, _)] => Ok(Some(n)),
            _ => Err(ErrorKind::WorkspaceNameTaken),
        }
    }

    fn member(&self, workspace: WorkspaceId, user: UserId) -> Result<usize, ErrorKind> {
        let mut members = self.state.members.iter();
        let found = members.position(|m| m.workspace == workspace && m.user == user);
        found.ok_or(ErrorKind::MemberNotFound)
    }
}
