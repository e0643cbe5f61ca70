//! Requests and scripts: what callers do with a directory. `wording.rs` prints them.

use headcount::{
    Batch, Directory, License, NewUser, NewWorkspace, Op, Result, Role, Seats, Subject, User,
    UserId, UserRef, UserUpdate, Workspace, WorkspaceId, WorkspaceRef,
};
use std::sync::Arc;

/// The id of user `n`.
pub fn user_id(n: u32) -> UserId {
    let mut bytes = [1; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    UserId::from_bytes(bytes)
}

/// How a request names a user: by id, or by an email or username.
#[derive(Clone)]
pub enum Who {
    Id(u32),
    Text(String),
}

/// How a request names a workspace.
#[derive(Clone)]
pub enum Where {
    Id(u64),
    Name(String),
}

/// A provisioner and its id for a user or workspace, or none.
pub type ExternalId = (&'static str, Option<&'static str>);

#[derive(Clone)]
pub struct Create {
    pub id: u32,
    pub email: String,
    pub username: Option<String>,
    pub given_name: Option<String>,
    pub active: bool,
    pub admin: bool,
    pub attribute: Option<(&'static str, String)>,
    pub external_id: Option<(&'static str, &'static str)>,
}

/// A field that is `None` stays as it is; a username of `Some(None)` follows the email.
#[derive(Clone, Default)]
pub struct Edit {
    pub email: Option<String>,
    pub username: Option<Option<String>>,
    pub given_name: Option<String>,
    pub admin: Option<bool>,
    pub attribute: Option<(&'static str, Option<String>)>,
    pub external_id: Option<ExternalId>,
}

/// One operation.
#[derive(Clone)]
pub enum Act {
    CreateUser(Create),
    UpdateUser(Who, Edit),
    Activate(Who),
    Deactivate(Who),
    DeleteUser(Who),
    SetLicense(License),
    CreateWorkspace(String, Option<Who>, Option<(&'static str, &'static str)>),
    DefaultWorkspace(Who),
    Rename(Where, String),
    SetExternalId(Where, ExternalId),
    Archive(Where),
    Restore(Where),
    DeleteWorkspace(Where),
    Add(Where, Who, Role),
    SetRole(Where, Who, Role),
    Remove(Where, Who),
}

#[derive(Clone)]
pub struct Step {
    pub act: Act,
    pub if_version: Option<u64>,
}

/// A batch.
#[derive(Clone, Default)]
pub struct Request {
    pub steps: Vec<Step>,
    pub actor: Option<u32>,
    pub door: Option<&'static str>,
    pub allow_ownerless: bool,
    pub id: Option<[u8; 16]>,
}

/// One thing that happens to a directory.
#[derive(Clone)]
pub enum Turn {
    Apply(Request),
    /// A single operation without a version, through its own method.
    Call(Request),
    /// Records that the user was seen.
    Touch(Who),
    Trim {
        before: u64,
    },
    Reopen,
}

/// Little happens in an empty directory, so most scripts begin with some users and workspaces.
#[derive(Clone)]
pub struct Script {
    pub begins_at_work: bool,
    pub turns: Vec<Turn>,
}

/// What an operation's own method returns.
pub enum Returned {
    User(Arc<User>),
    Workspace(Workspace),
    /// The id of what was deleted.
    Subject(Subject),
    Seats(Seats),
    Nothing,
}

impl Request {
    pub fn of(acts: Vec<Act>) -> Self {
        let steps = acts.into_iter().map(|act| Step {
            act,
            if_version: None,
        });
        Self {
            steps: steps.collect(),
            ..Self::default()
        }
    }

    pub fn to_batch(&self) -> Batch {
        let mut batch = Batch::new();
        for step in &self.steps {
            batch.push(step.act.to_op());
            if let Some(version) = step.if_version {
                batch = batch.if_version(version);
            }
        }
        if let Some(actor) = self.actor {
            batch = batch.actor(user_id(actor));
        }
        if let Some(door) = self.door {
            batch = batch.door(door);
        }
        if let Some(id) = self.id {
            batch = batch.request_id(id);
        }
        batch.allow_ownerless(self.allow_ownerless)
    }

    /// Calls the operation's own method.
    pub fn call(&self, directory: &Directory) -> Result<Returned> {
        let mut directory = directory.clone();
        if let Some(actor) = self.actor {
            directory = directory.acting_as(user_id(actor));
        }
        if let Some(door) = self.door {
            directory = directory.through(door);
        }
        let (user, workspace) = (Returned::User, Returned::Workspace);
        match self.steps[0].act.clone() {
            Act::CreateUser(create) => directory.create_user(create.to_new()).map(user),
            Act::UpdateUser(who, edit) => directory.update_user(who, edit.to_update()).map(user),
            Act::Activate(who) => directory.activate_user(who).map(user),
            Act::Deactivate(who) => directory.deactivate_user(who).map(user),
            Act::DeleteUser(who) => directory
                .delete_user(who)
                .map(|id| Returned::Subject(Subject::User(id))),
            Act::SetLicense(license) => directory.set_license(license).map(Returned::Seats),
            Act::CreateWorkspace(name, owner, external_id) => directory
                .create_workspace(new_workspace(&name, owner.as_ref(), external_id))
                .map(workspace),
            Act::DefaultWorkspace(who) => directory.default_workspace(who).map(workspace),
            Act::Rename(place, name) => directory.rename_workspace(place, &name).map(workspace),
            Act::SetExternalId(place, (by, id)) => directory
                .set_workspace_external_id(place, by, id)
                .map(workspace),
            Act::Archive(place) => directory.archive_workspace(place).map(workspace),
            Act::Restore(place) => directory.restore_workspace(place).map(workspace),
            Act::DeleteWorkspace(place) => {
                let deleted = directory.delete_workspace(place);
                deleted.map(|id| Returned::Subject(Subject::Workspace(id)))
            }
            Act::Add(place, who, role) => directory
                .add_member(place, who, role)
                .map(|()| Returned::Nothing),
            Act::SetRole(place, who, role) => directory
                .set_role(place, who, role)
                .map(|()| Returned::Nothing),
            Act::Remove(place, who) => directory
                .remove_member(place, who)
                .map(|()| Returned::Nothing),
        }
    }
}

impl Act {
    fn to_op(&self) -> Op {
        match self {
            Self::CreateUser(create) => Op::CreateUser(create.to_new()),
            Self::UpdateUser(who, edit) => Op::UpdateUser(who.into(), edit.to_update()),
            Self::Activate(who) => Op::ActivateUser(who.into()),
            Self::Deactivate(who) => Op::DeactivateUser(who.into()),
            Self::DeleteUser(who) => Op::DeleteUser(who.into()),
            Self::SetLicense(license) => Op::SetLicense(*license),
            Self::CreateWorkspace(name, owner, external_id) => {
                Op::CreateWorkspace(new_workspace(name, owner.as_ref(), *external_id))
            }
            Self::DefaultWorkspace(who) => Op::DefaultWorkspace(who.into()),
            Self::Rename(place, name) => Op::RenameWorkspace(place.into(), name.clone()),
            Self::SetExternalId(place, (by, id)) => {
                let id = id.map(str::to_owned);
                Op::SetWorkspaceExternalId(place.into(), (*by).to_owned(), id)
            }
            Self::Archive(place) => Op::ArchiveWorkspace(place.into()),
            Self::Restore(place) => Op::RestoreWorkspace(place.into()),
            Self::DeleteWorkspace(place) => Op::DeleteWorkspace(place.into()),
            Self::Add(place, who, role) => Op::AddMember(place.into(), who.into(), *role),
            Self::SetRole(place, who, role) => Op::SetRole(place.into(), who.into(), *role),
            Self::Remove(place, who) => Op::RemoveMember(place.into(), who.into()),
        }
    }
}

fn new_workspace(
    name: &str,
    owner: Option<&Who>,
    external_id: Option<(&str, &str)>,
) -> NewWorkspace {
    let mut new = NewWorkspace::new(name);
    if let Some(owner) = owner {
        new = new.owner(owner);
    }
    if let Some((by, id)) = external_id {
        new = new.external_id(by, id);
    }
    new
}

impl Create {
    /// An active user who is not an admin.
    pub fn new(id: u32, email: &str) -> Self {
        Self {
            id,
            email: email.to_owned(),
            username: None,
            given_name: None,
            active: true,
            admin: false,
            attribute: None,
            external_id: None,
        }
    }

    fn to_new(&self) -> NewUser {
        let mut new = NewUser::new(&self.email).id(user_id(self.id));
        if let Some(name) = &self.username {
            new = new.username(name);
        }
        if let Some(name) = &self.given_name {
            new = new.given_name(name);
        }
        if let Some((name, value)) = &self.attribute {
            new = new.attribute(name, value);
        }
        if let Some((by, id)) = self.external_id {
            new = new.external_id(by, id);
        }
        new.active(self.active).admin(self.admin)
    }
}

impl Edit {
    fn to_update(&self) -> UserUpdate {
        let mut update = UserUpdate::new();
        if let Some(email) = &self.email {
            update = update.email(email);
        }
        if let Some(name) = &self.username {
            update = update.username(name.as_deref());
        }
        if let Some(name) = &self.given_name {
            update = update.given_name(name.as_str());
        }
        if let Some(admin) = self.admin {
            update = update.admin(admin);
        }
        if let Some((name, value)) = &self.attribute {
            update = update.attribute(name, value.as_deref());
        }
        if let Some((by, id)) = self.external_id {
            update = update.external_id(by, id);
        }
        update
    }
}

impl From<&Who> for UserRef {
    fn from(who: &Who) -> Self {
        match who {
            Who::Id(n) => user_id(*n).into(),
            Who::Text(text) => text.as_str().into(),
        }
    }
}

impl From<Who> for UserRef {
    fn from(who: Who) -> Self {
        (&who).into()
    }
}

impl From<&Where> for WorkspaceRef {
    fn from(place: &Where) -> Self {
        match place {
            Where::Id(n) => WorkspaceId::from_u64(*n).into(),
            Where::Name(name) => name.as_str().into(),
        }
    }
}

impl From<Where> for WorkspaceRef {
    fn from(place: Where) -> Self {
        (&place).into()
    }
}

/// Five users in a directory with five seats, who share two workspaces; user 4 has a
/// default workspace too.
pub fn people_at_work() -> Request {
    let emails = [
        "ann@ex.co",
        "bob@ex.co",
        "cho@ex.co",
        "dee@ex.co",
        "eve@localhost",
    ];
    let usernames = [Some("ann"), Some("bob"), None, None, None];
    let people = (0..).zip(emails).zip(usernames);
    let mut acts: Vec<_> = people
        .map(|((id, email), username)| {
            Act::CreateUser(Create {
                username: username.map(str::to_owned),
                admin: username.is_some(),
                ..Create::new(id, email)
            })
        })
        .collect();
    let found =
        |name: &str, owner| Act::CreateWorkspace(name.to_owned(), Some(Who::Id(owner)), None);
    let add = |name: &str, who, role| Act::Add(Where::Name(name.to_owned()), Who::Id(who), role);
    acts.extend([
        found("w0", 0),
        found("w1", 1),
        Act::DefaultWorkspace(Who::Id(4)),
        add("w0", 1, Role::User),
        add("w0", 2, Role::User),
        add("w1", 0, Role::Owner),
        add("w1", 3, Role::User),
    ]);
    Request::of(acts)
}
