//! The model's operations on users, applied one after another to a copy of its state.

use headcount::{ErrorKind, Event, Field, License, Subject, UserId};

use super::model::{ExternalIds, Outcome, State, Text, User};
use super::script::{Act, Create, Edit, ExternalId, Step, Who, user_id};
use super::texts::{email_key, given_name, user_key, username_key};

/// The copy of the state that a request works on.
pub struct Draft {
    pub state: State,
    pub actor: Option<UserId>,
    /// The index of the current operation.
    pub op: usize,
    pub events: Vec<Event>,
}

impl Draft {
    pub fn new(state: &State, actor: Option<UserId>) -> Self {
        let mut state = state.clone();
        for user in &mut state.users {
            user.email.from = None;
            if let Some(username) = &mut user.username {
                username.from = None;
            }
            forget_origins(&mut user.external_ids);
        }
        for workspace in &mut state.workspaces {
            workspace.name.from = None;
            forget_origins(&mut workspace.external_ids);
        }
        Self {
            state,
            actor,
            op: 0,
            events: Vec::new(),
        }
    }

    pub fn run(&mut self, step: &Step) -> Result<Outcome, ErrorKind> {
        let version = step.if_version;
        match &step.act {
            Act::CreateUser(create) => self.create_user(create),
            Act::UpdateUser(who, edit) => self.update_user(version, who, edit),
            Act::Activate(who) => self.set_active(version, who, true),
            Act::Deactivate(who) => self.set_active(version, who, false),
            Act::DeleteUser(who) => self.delete_user(version, who),
            Act::SetLicense(license) => self.set_license(version, *license),
            Act::CreateWorkspace(name, owner, id) => {
                self.create_workspace(name, owner.as_ref(), *id)
            }
            Act::DefaultWorkspace(who) => self.default_workspace(who),
            Act::Rename(place, name) => self.rename(version, place, name),
            Act::SetExternalId(place, id) => self.set_workspace_id(version, place, *id),
            Act::Archive(place) => self.archive(version, place, true),
            Act::Restore(place) => self.archive(version, place, false),
            Act::DeleteWorkspace(place) => self.delete_workspace(version, place),
            Act::Add(place, who, role) => self.add(place, who, *role),
            Act::SetRole(place, who, role) => self.set_role(version, place, who, *role),
            Act::Remove(place, who) => self.remove(version, place, who),
        }
    }

    fn create_user(&mut self, create: &Create) -> Result<Outcome, ErrorKind> {
        let op = self.op;
        let email = text(&create.email, email_key(&create.email)?, op);
        let username = match &create.username {
            Some(name) => Some(text(name, username_key(name)?, op)),
            None => None,
        };
        let given_name = match &create.given_name {
            Some(name) => given_name(name)?,
            None => None,
        };
        let id = user_id(create.id);
        let is_taken = self.state.users.iter().any(|user| user.id == id);
        if is_taken || self.state.deleted.contains(&id) {
            return Err(ErrorKind::IdTaken);
        }
        let mut external_ids = ExternalIds::new();
        if let Some((by, id)) = create.external_id {
            set_external_id(&mut external_ids, (by, Some(id)), op);
        }
        let attributes = create.attribute.iter();
        let attributes = attributes.map(|(name, value)| ((*name).to_owned(), value.clone()));
        self.events.push(Event::UserCreated {
            user: id,
            active: create.active,
        });
        self.state.users.push(User {
            id,
            username: username.filter(|name| name.key != email.key),
            email,
            given_name,
            active: create.active,
            admin: create.admin,
            attributes: attributes.collect(),
            external_ids,
            version: 1,
            was_deactivated: false,
            was_seen: false,
        });
        Ok((Subject::User(id), true, 1))
    }

    fn update_user(
        &mut self,
        version: Option<u64>,
        who: &Who,
        edit: &Edit,
    ) -> Result<Outcome, ErrorKind> {
        let op = self.op;
        // Malformed parts are refused before the user is looked up.
        let new_email = match &edit.email {
            Some(email) => Some(text(email, email_key(email)?, op)),
            None => None,
        };
        let new_username = match &edit.username {
            Some(Some(name)) => Some(Some(text(name, username_key(name)?, op))),
            Some(None) => Some(None),
            None => None,
        };
        let new_given_name = edit.given_name.as_deref().map(given_name).transpose()?;

        let n = self.state.find_user(who)?;
        let user = &mut self.state.users[n];
        check_version(version, user.version)?;
        let before = user.clone();
        if let Some(email) = new_email {
            user.email = replaced(email, Some(&before.email));
        }
        if let Some(username) = new_username {
            user.username = username.map(|name| replaced(name, before.username.as_ref()));
        }
        // A username that is the email follows it.
        user.username.take_if(|name| name.key == user.email.key);
        user.given_name = new_given_name.unwrap_or(user.given_name.take());
        user.admin = edit.admin.unwrap_or(user.admin);
        if let Some((name, value)) = &edit.attribute {
            user.attributes.remove(*name);
            let value = value
                .iter()
                .map(|value| ((*name).to_owned(), value.clone()));
            user.attributes.extend(value);
        }
        let has_other_ids = edit
            .external_id
            .is_some_and(|id| set_external_id(&mut user.external_ids, id, op));
        let typed = |user: &User| user.username.as_ref().map(|name| name.typed.clone());
        let differing = [
            (Field::Email, user.email.typed != before.email.typed),
            (Field::Username, typed(user) != typed(&before)),
            (Field::GivenName, user.given_name != before.given_name),
            (Field::Admin, user.admin != before.admin),
            (Field::Attributes, user.attributes != before.attributes),
            (Field::ExternalIds, has_other_ids),
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
        who: &Who,
        active: bool,
    ) -> Result<Outcome, ErrorKind> {
        let n = self.state.find_user(who)?;
        let user = &mut self.state.users[n];
        check_version(version, user.version)?;
        let id = user.id;
        if user.active == active {
            return Ok((Subject::User(id), false, user.version));
        }
        if !active && self.actor == Some(id) {
            return Err(ErrorKind::OwnAccount);
        }
        user.active = active;
        user.was_deactivated = !active;
        user.version += 1;
        self.events.push(if active {
            Event::UserActivated { user: id }
        } else {
            Event::UserDeactivated { user: id }
        });
        Ok((Subject::User(id), true, user.version))
    }

    fn delete_user(&mut self, version: Option<u64>, who: &Who) -> Result<Outcome, ErrorKind> {
        let n = self.state.find_user(who)?;
        let (id, found) = (self.state.users[n].id, self.state.users[n].version);
        check_version(version, found)?;
        if self.actor == Some(id) {
            return Err(ErrorKind::OwnAccount);
        }
        let mut workspaces = self.state.workspaces.iter();
        if let Some(n) = workspaces.position(|w| w.default_of == Some(id)) {
            let workspace = self.state.workspaces[n].id;
            if self.state.is_private(&self.state.workspaces[n]) {
                self.state.workspaces.remove(n);
                self.events.push(Event::WorkspaceDeleted { workspace });
            } else {
                self.state.workspaces[n].default_of = None;
                self.state.workspaces[n].version += 1;
                self.events.push(Event::WorkspaceUndefaulted { workspace });
            }
        }
        self.state.members.retain(|member| member.user != id);
        self.state.users.remove(n);
        self.state.deleted.push(id);
        self.events.push(Event::UserDeleted { user: id });
        Ok((Subject::User(id), true, 0))
    }

    fn set_license(&mut self, version: Option<u64>, new: License) -> Result<Outcome, ErrorKind> {
        check_version(version, self.state.license_version)?;
        let changed = self.state.license != new;
        if changed {
            self.state.license = new;
            self.state.license_version += 1;
            self.events.push(Event::LicenseSet { license: new });
        }
        Ok((Subject::License, changed, self.state.license_version))
    }
}

impl State {
    /// The index of the user that `who` names. A text that two users have at the moment names
    /// neither.
    pub fn find_user(&self, who: &Who) -> Result<usize, ErrorKind> {
        let users = &self.users;
        let key = match who {
            Who::Id(n) => {
                let found = users.iter().position(|user| user.id == user_id(*n));
                return found.ok_or(ErrorKind::UserNotFound);
            }
            Who::Text(text) => user_key(text).ok_or(ErrorKind::UserNotFound)?,
        };
        let has_username = |user: &User| user.username.as_ref().is_some_and(|n| n.key == key);
        let is_meant = |n: &usize| users[*n].email.key == key || has_username(&users[*n]);
        let found: Vec<_> = (0..users.len()).filter(is_meant).collect();
        match found[..] {
            [] => Err(ErrorKind::UserNotFound),
            [n] => Ok(n),
            _ if users.iter().any(|user| user.email.key == key) => Err(ErrorKind::EmailTaken),
            _ => Err(ErrorKind::UsernameTaken),
        }
    }
}

pub fn text(typed: &str, key: String, op: usize) -> Text {
    Text {
        typed: typed.trim().to_owned(),
        key,
        from: Some(op),
    }
}

/// The new text; if it has the same key as the old one, this request did not claim it.
pub fn replaced(new: Text, old: Option<&Text>) -> Text {
    let same = old.filter(|old| old.key == new.key);
    let from = same.map_or(new.from, |old| old.from);
    Text { from, ..new }
}

pub fn check_version(expected: Option<u64>, found: u64) -> Result<(), ErrorKind> {
    match expected {
        Some(expected) if expected != found => Err(ErrorKind::Conflict { expected, found }),
        _ => Ok(()),
    }
}

/// Sets or removes an external id; returns whether that changes anything.
pub fn set_external_id(ids: &mut ExternalIds, (by, id): ExternalId, op: usize) -> bool {
    let Some(id) = id else {
        return ids.remove(by).is_some();
    };
    if ids.get(by).is_some_and(|(had, _)| had == id) {
        return false;
    }
    ids.insert(by.to_owned(), (id.to_owned(), Some(op)));
    true
}

fn forget_origins(ids: &mut ExternalIds) {
    for (_, from) in ids.values_mut() {
        *from = None;
    }
}
