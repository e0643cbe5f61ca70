//! The operations, one after the other, on a copy of the model.

use headcount::{ErrorKind, Event, Field, License, Role, Subject, UserId, WorkspaceId};

use super::model::{ExternalIds, Member, Model, Outcome, User, Workspace, lower};
use super::script::{self, Act, Edit, ExternalId, Step, Where, Who};

/// The copy that a request is carried out on.
pub struct Draft {
    pub model: Model,
    pub actor: Option<UserId>,
    /// The operation that is carried out.
    pub op: usize,
    pub events: Vec<Event>,
}

impl Draft {
    pub fn run(&mut self, step: &Step) -> Result<Outcome, ErrorKind> {
        let version = step.if_version;
        match &step.act {
            Act::CreateUser {
                id,
                email,
                username,
                active,
                admin,
            } => {
                let new = User {
                    id: script::user_id(*id),
                    email: script::email(*email),
                    username: apart_from(&script::email(*email), username.map(script::username)),
                    given_name: false,
                    active: *active,
                    admin: *admin,
                    version: 1,
                    external_ids: ExternalIds::new(),
                    email_from: Some(self.op),
                    username_from: Some(self.op),
                };
                self.create_user(new)
            }
            Act::UpdateUser(who, edit) => self.update_user(version, *who, edit),
            Act::Activate(who) => self.set_active(version, *who, true),
            Act::Deactivate(who) => self.set_active(version, *who, false),
            Act::DeleteUser(who) => self.delete_user(version, *who),
            Act::SetLicense(license) => self.set_license(version, *license),
            Act::CreateWorkspace(name, owner) => {
                let owner = owner.map(|owner| self.user(owner)).transpose()?;
                let owner = owner.map(|n| self.model.users[n].id);
                Ok(self.create_workspace(script::workspace_name(*name), owner, None))
            }
            Act::DefaultWorkspace(who) => self.default_workspace(*who),
            Act::Rename(place, name) => self.rename(version, *place, *name),
            Act::Call(place, id) => self.call(version, *place, *id),
            Act::Archive(place) => self.archive(version, *place, true),
            Act::Restore(place) => self.archive(version, *place, false),
            Act::DeleteWorkspace(place) => self.delete_workspace(version, *place),
            Act::Add(place, who, role) => self.add(*place, *who, *role),
            Act::SetRole(place, who, role) => self.set_role(version, *place, *who, *role),
            Act::Remove(place, who) => self.remove(version, *place, *who),
        }
    }

    fn create_user(&mut self, new: User) -> Result<Outcome, ErrorKind> {
        let taken = self.model.users.iter().any(|user| user.id == new.id);
        if taken || self.model.deleted.contains(&new.id) {
            return Err(ErrorKind::IdTaken);
        }
        let (user, active) = (new.id, new.active);
        self.events.push(Event::UserCreated { user, active });
        self.model.users.push(new);
        Ok((Subject::User(user), true, 1))
    }

    fn update_user(
        &mut self,
        version: Option<u64>,
        who: Who,
        edit: &Edit,
    ) -> Result<Outcome, ErrorKind> {
        let op = self.op;
        let n = self.user(who)?;
        let user = &mut self.model.users[n];
        check_version(version, user.version)?;
        let before = user.clone();
        if let Some(email) = edit.email {
            user.email = script::email(email);
        }
        if let Some(username) = edit.username {
            user.username = username.map(script::username);
        }
        user.username = apart_from(&user.email, user.username.take());
        user.given_name = edit.given_name.unwrap_or(user.given_name);
        user.admin = edit.admin.unwrap_or(user.admin);
        if lower(&user.email) != lower(&before.email) {
            user.email_from = Some(op);
        }
        if user.username.as_deref().map(lower) != before.username.as_deref().map(lower) {
            user.username_from = Some(op);
        }
        let is_called_otherwise = edit
            .external_id
            .is_some_and(|id| set_external_id(&mut user.external_ids, id, op));
        let differing = [
            (Field::Email, user.email != before.email),
            (Field::Username, user.username != before.username),
            (Field::GivenName, user.given_name != before.given_name),
            (Field::Admin, user.admin != before.admin),
            (Field::ExternalIds, is_called_otherwise),
        ];
        let fields: Vec<_> = differing
            .into_iter()
            .filter(|(_, differs)| *differs)
            .map(|(field, _)| field)
            .collect();
        let id = user.id;
        if fields.is_empty() {
            return Ok((Subject::User(id), false, before.version));
        }
        user.version += 1;
        self.events.push(Event::UserUpdated { user: id, fields });
        Ok((Subject::User(id), true, before.version + 1))
    }

    fn set_active(
        &mut self,
        version: Option<u64>,
        who: Who,
        active: bool,
    ) -> Result<Outcome, ErrorKind> {
        let n = self.user(who)?;
        let user = &mut self.model.users[n];
        check_version(version, user.version)?;
        let id = user.id;
        if user.active == active {
            return Ok((Subject::User(id), false, user.version));
        }
        if !active && self.actor == Some(id) {
            return Err(ErrorKind::OwnAccount);
        }
        user.active = active;
        user.version += 1;
        self.events.push(if active {
            Event::UserActivated { user: id }
        } else {
            Event::UserDeactivated { user: id }
        });
        Ok((Subject::User(id), true, user.version))
    }

    fn delete_user(&mut self, version: Option<u64>, who: Who) -> Result<Outcome, ErrorKind> {
        let n = self.user(who)?;
        let User {
            id, version: found, ..
        } = self.model.users[n];
        check_version(version, found)?;
        if self.actor == Some(id) {
            return Err(ErrorKind::OwnAccount);
        }
        let own = self
            .model
            .workspaces
            .iter()
            .position(|w| w.default_of == Some(id));
        if let Some(n) = own {
            let workspace = self.model.workspaces[n].id;
            if self.model.is_own_affair(&self.model.workspaces[n]) {
                self.model.workspaces.remove(n);
                self.events.push(Event::WorkspaceDeleted { workspace });
            } else {
                self.model.workspaces[n].default_of = None;
                self.model.workspaces[n].version += 1;
                self.events.push(Event::WorkspaceUndefaulted { workspace });
            }
        }
        self.model.members.retain(|member| member.user != id);
        self.model.users.remove(n);
        self.model.deleted.push(id);
        self.events.push(Event::UserDeleted { user: id });
        Ok((Subject::User(id), true, 0))
    }

    fn set_license(&mut self, version: Option<u64>, new: License) -> Result<Outcome, ErrorKind> {
        check_version(version, self.model.license_version)?;
        let changed = self.model.license != new;
        if changed {
            self.model.license = new;
            self.model.license_version += 1;
            self.events.push(Event::LicenseSet { license: new });
        }
        Ok((Subject::License, changed, self.model.license_version))
    }

    fn create_workspace(
        &mut self,
        name: String,
        owner: Option<UserId>,
        default_of: Option<UserId>,
    ) -> Outcome {
        self.model.last_workspace += 1;
        let id = WorkspaceId::from_u64(self.model.last_workspace);
        self.model.workspaces.push(Workspace {
            id,
            name,
            archived: false,
            default_of,
            version: 1,
            external_ids: ExternalIds::new(),
            name_from: Some(self.op),
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

    fn default_workspace(&mut self, who: Who) -> Result<Outcome, ErrorKind> {
        let n = self.user(who)?;
        let user = self.model.users[n].id;
        let existing = self
            .model
            .workspaces
            .iter()
            .find(|w| w.default_of == Some(user));
        if let Some(workspace) = existing {
            return Ok((Subject::Workspace(workspace.id), false, workspace.version));
        }
        let mut name = format!("default-{user}");
        let mut number = 1;
        while self.named(&name)?.is_some() {
            number += 1;
            name = format!("default-{user}-{number}");
        }
        Ok(self.create_workspace(name, Some(user), Some(user)))
    }

    fn rename(
        &mut self,
        version: Option<u64>,
        place: Where,
        name: u8,
    ) -> Result<Outcome, ErrorKind> {
        let op = self.op;
        let n = self.open_workspace(place)?;
        let workspace = &mut self.model.workspaces[n];
        check_version(version, workspace.version)?;
        let (id, name) = (workspace.id, script::workspace_name(name));
        if workspace.name == name {
            return Ok((Subject::Workspace(id), false, workspace.version));
        }
        if lower(&workspace.name) != lower(&name) {
            workspace.name_from = Some(op);
        }
        workspace.name = name;
        workspace.version += 1;
        self.events.push(Event::WorkspaceRenamed { workspace: id });
        Ok((Subject::Workspace(id), true, workspace.version))
    }

    fn call(
        &mut self,
        version: Option<u64>,
        place: Where,
        id: ExternalId,
    ) -> Result<Outcome, ErrorKind> {
        let op = self.op;
        let n = self.open_workspace(place)?;
        let workspace = &mut self.model.workspaces[n];
        check_version(version, workspace.version)?;
        let changed = set_external_id(&mut workspace.external_ids, id, op);
        workspace.version += u64::from(changed);
        let (workspace, version) = (workspace.id, workspace.version);
        if changed {
            self.events
                .push(Event::WorkspaceExternalIdSet { workspace });
        }
        Ok((Subject::Workspace(workspace), changed, version))
    }

    fn archive(
        &mut self,
        version: Option<u64>,
        place: Where,
        archived: bool,
    ) -> Result<Outcome, ErrorKind> {
        let n = self.workspace(place)?;
        let workspace = &mut self.model.workspaces[n];
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

    fn delete_workspace(&mut self, version: Option<u64>, at: Where) -> Result<Outcome, ErrorKind> {
        let n = self.workspace(at)?;
        let workspace = self.model.workspaces[n].clone();
        check_version(version, workspace.version)?;
        if workspace.default_of.is_some() {
            return Err(ErrorKind::DefaultWorkspace);
        }
        self.model.workspaces.remove(n);
        self.model
            .members
            .retain(|member| member.workspace != workspace.id);
        self.events.push(Event::WorkspaceDeleted {
            workspace: workspace.id,
        });
        Ok((Subject::Workspace(workspace.id), true, 0))
    }

    fn add(&mut self, place: Where, who: Who, role: Role) -> Result<Outcome, ErrorKind> {
        let workspace = self.open_workspace(place)?;
        let user = self.user(who)?;
        match self.member(workspace, user) {
            Err(_) => {
                let workspace = self.model.workspaces[workspace].id;
                Ok(self.join(workspace, self.model.users[user].id, role))
            }
            Ok(n) if self.model.members[n].role == role => Ok(self.member_outcome(n, false)),
            Ok(_) => Err(ErrorKind::RoleDiffers),
        }
    }

    fn join(&mut self, workspace: WorkspaceId, user: UserId, role: Role) -> Outcome {
        self.model.members.push(Member {
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

    fn set_role(
        &mut self,
        version: Option<u64>,
        place: Where,
        who: Who,
        role: Role,
    ) -> Result<Outcome, ErrorKind> {
        let place = self.open_workspace(place)?;
        let user = self.user(who)?;
        let n = self.member(place, user)?;
        check_version(version, self.model.members[n].version)?;
        if self.model.members[n].role == role {
            return Ok(self.member_outcome(n, false));
        }
        let (workspace, user) = (self.model.workspaces[place].id, self.model.users[user].id);
        if role == Role::User && self.model.workspaces[place].default_of == Some(user) {
            return Err(ErrorKind::DefaultWorkspace);
        }
        self.model.members[n].role = role;
        self.model.members[n].version += 1;
        self.events.push(Event::MemberRoleSet {
            workspace,
            user,
            role,
        });
        Ok(self.member_outcome(n, true))
    }

    fn remove(
        &mut self,
        version: Option<u64>,
        place: Where,
        who: Who,
    ) -> Result<Outcome, ErrorKind> {
        let place = self.workspace(place)?;
        let user = self.user(who)?;
        let n = self.member(place, user)?;
        check_version(version, self.model.members[n].version)?;
        let (workspace, user) = (self.model.workspaces[place].id, self.model.users[user].id);
        if self.model.workspaces[place].default_of == Some(user) {
            return Err(ErrorKind::DefaultWorkspace);
        }
        self.model.members.remove(n);
        self.events.push(Event::MemberRemoved { workspace, user });
        Ok((Subject::Member(workspace, user), true, 0))
    }

    fn member_outcome(&self, n: usize, changed: bool) -> Outcome {
        let member = &self.model.members[n];
        let subject = Subject::Member(member.workspace, member.user);
        (subject, changed, member.version)
    }

    fn user(&self, who: Who) -> Result<usize, ErrorKind> {
        let users = &self.model.users;
        let text = match who {
            Who::Id(n) => {
                let found = users.iter().position(|u| u.id == script::user_id(n));
                return found.ok_or(ErrorKind::UserNotFound);
            }
            Who::Email(n) => lower(&script::email(n)),
            Who::Username(n) => lower(&script::username(n)),
        };
        let has_email = |user: &User| lower(&user.email) == text;
        let is_meant = |n: &usize| {
            let username = users[*n].username.as_deref().map(lower);
            has_email(&users[*n]) || username.as_ref() == Some(&text)
        };
        let found: Vec<_> = (0..users.len()).filter(is_meant).collect();
        match found[..] {
            [] => Err(ErrorKind::UserNotFound),
            [n] => Ok(n),
            _ if users.iter().any(has_email) => Err(ErrorKind::EmailTaken),
            _ => Err(ErrorKind::UsernameTaken),
        }
    }

    fn workspace(&self, place: Where) -> Result<usize, ErrorKind> {
        let found = match place {
            Where::Name(n) => self.named(&script::workspace_name(n))?,
            Where::Id(n) => {
                let id = WorkspaceId::from_u64(u64::from(n));
                self.model.workspaces.iter().position(|w| w.id == id)
            }
        };
        found.ok_or(ErrorKind::WorkspaceNotFound)
    }

    fn open_workspace(&self, place: Where) -> Result<usize, ErrorKind> {
        let n = self.workspace(place)?;
        if self.model.workspaces[n].archived {
            return Err(ErrorKind::WorkspaceArchived);
        }
        Ok(n)
    }

    fn named(&self, name: &str) -> Result<Option<usize>, ErrorKind> {
        let all = self.model.workspaces.iter().enumerate();
        let found: Vec<_> = all.filter(|(_, w)| lower(&w.name) == lower(name)).collect();
        match found[..] {
            [] => Ok(None),
            [(n, _)] => Ok(Some(n)),
            _ => Err(ErrorKind::WorkspaceNameTaken),
        }
    }

    fn member(&self, workspace: usize, user: usize) -> Result<usize, ErrorKind> {
        let (workspace, user) = (
            self.model.workspaces[workspace].id,
            self.model.users[user].id,
        );
        let mut members = self.model.members.iter();
        members
            .position(|m| m.workspace == workspace && m.user == user)
            .ok_or(ErrorKind::MemberNotFound)
    }
}

/// Gives or takes an external id; whether that changes anything.
fn set_external_id(ids: &mut ExternalIds, (by, id): ExternalId, op: usize) -> bool {
    let by = script::provisioner(by);
    let Some(id) = id.map(script::external_id) else {
        return ids.remove(&by).is_some();
    };
    if ids.get(&by).is_some_and(|(had, _)| *had == id) {
        return false;
    }
    ids.insert(by, (id, Some(op)));
    true
}

/// A username that is the email is none of its own.
fn apart_from(email: &str, username: Option<String>) -> Option<String> {
    username.filter(|name| lower(name) != lower(email))
}

fn check_version(expected: Option<u64>, found: u64) -> Result<(), ErrorKind> {
    match expected {
        Some(expected) if expected != found => Err(ErrorKind::Conflict { expected, found }),
        _ => Ok(()),
    }
}
