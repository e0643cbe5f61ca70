//! The vocabulary of the state machine, and scripts drawn from it.
//!
//! There are few names of each kind, so that operations meet. The last half of
//! the emails, usernames and workspace names are the first half in capitals. Behind
//! the usernames that are names come those that are emails.

use headcount::{Batch, License, NewUser, NewWorkspace, Op, Role, UserId, UserRef, UserUpdate};
use headcount::{WorkspaceId, WorkspaceRef};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const USERS: u8 = 12;
const EMAILS: u8 = 9;
const USERNAMES: u8 = 3;
const NAMES: u8 = 3;
const REQUESTS: u8 = 4;
const PROVISIONERS: u8 = 2;
const EXTERNAL_IDS: u8 = 3;

pub fn user_id(n: u8) -> UserId {
    UserId::from_bytes([n + 1; 16])
}

pub fn email(n: u8) -> String {
    if n < EMAILS {
        format!("e{n}@ex.co")
    } else {
        format!("E{}@EX.co", n - EMAILS)
    }
}

pub fn username(n: u8) -> String {
    if n < USERNAMES {
        format!("n{n}")
    } else if n < 2 * USERNAMES {
        format!("N{}", n - USERNAMES)
    } else {
        email(n - 2 * USERNAMES)
    }
}

/// The last name is the one that user 0's default workspace would like to have.
pub fn workspace_name(n: u8) -> String {
    match n {
        _ if n < NAMES => format!("w{n}"),
        _ if n < 2 * NAMES => format!("W{}", n - NAMES),
        _ => format!("default-{}", user_id(0)),
    }
}

pub fn provisioner(n: u8) -> String {
    format!("p{n}")
}

pub fn external_id(n: u8) -> String {
    format!("x{n}")
}

#[derive(Clone, Copy)]
pub enum Who {
    Id(u8),
    Email(u8),
    Username(u8),
}

#[derive(Clone, Copy)]
pub enum Where {
    Id(u8),
    Name(u8),
}

#[derive(Clone)]
pub enum Act {
    CreateUser {
        id: u8,
        email: u8,
        username: Option<u8>,
        active: bool,
        admin: bool,
    },
    UpdateUser(Who, Edit),
    Activate(Who),
    Deactivate(Who),
    DeleteUser(Who),
    SetLicense(License),
    CreateWorkspace(u8, Option<Who>),
    DefaultWorkspace(Who),
    Rename(Where, u8),
    /// The external id of a provisioner, or none.
    Call(Where, ExternalId),
    Archive(Where),
    Restore(Where),
    DeleteWorkspace(Where),
    Add(Where, Who, Role),
    SetRole(Where, Who, Role),
    Remove(Where, Who),
}

/// The number of a provisioner and of an id, or of none.
pub type ExternalId = (u8, Option<u8>);

/// What stays is `None`; a username of `Some(None)` follows the email.
#[derive(Clone)]
pub struct Edit {
    pub email: Option<u8>,
    pub username: Option<Option<u8>>,
    pub given_name: Option<bool>,
    pub admin: Option<bool>,
    pub external_id: Option<ExternalId>,
}

#[derive(Clone)]
pub struct Step {
    pub act: Act,
    pub if_version: Option<u64>,
}

#[derive(Clone)]
pub struct Request {
    pub steps: Vec<Step>,
    pub actor: Option<u8>,
    pub allow_ownerless: bool,
    pub id: Option<u8>,
}

#[derive(Clone)]
pub enum Turn {
    Apply(Request),
    Trim { before: u64 },
    Reopen,
}

impl Request {
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
        if let Some(id) = self.id {
            batch = batch.request_id([id; 16]);
        }
        batch.allow_ownerless(self.allow_ownerless)
    }
}

impl Act {
    fn to_op(&self) -> Op {
        match self {
            Self::CreateUser {
                id,
                email: address,
                username: name,
                active,
                admin,
            } => {
                let mut new = NewUser::new(email(*address)).id(user_id(*id));
                if let Some(name) = name {
                    new = new.username(username(*name));
                }
                Op::CreateUser(new.active(*active).admin(*admin))
            }
            Self::UpdateUser(who, edit) => Op::UpdateUser(who.into(), edit.to_update()),
            Self::Activate(who) => Op::ActivateUser(who.into()),
            Self::Deactivate(who) => Op::DeactivateUser(who.into()),
            Self::DeleteUser(who) => Op::DeleteUser(who.into()),
            Self::SetLicense(license) => Op::SetLicense(*license),
            Self::CreateWorkspace(name, owner) => {
                let new = NewWorkspace::new(workspace_name(*name));
                Op::CreateWorkspace(match owner {
                    Some(owner) => new.owner(owner),
                    None => new,
                })
            }
            Self::DefaultWorkspace(who) => Op::DefaultWorkspace(who.into()),
            Self::Rename(place, name) => Op::RenameWorkspace(place.into(), workspace_name(*name)),
            Self::Call(place, (by, id)) => {
                let id = id.map(external_id);
                Op::SetWorkspaceExternalId(place.into(), provisioner(*by), id)
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

impl Edit {
    fn to_update(&self) -> UserUpdate {
        let mut update = UserUpdate::new();
        if let Some(address) = self.email {
            update = update.email(email(address));
        }
        if let Some(name) = self.username {
            update = update.username(name.map(username).as_deref());
        }
        if let Some(given) = self.given_name {
            update = update.given_name(given.then_some("Kim"));
        }
        if let Some(admin) = self.admin {
            update = update.admin(admin);
        }
        if let Some((by, id)) = self.external_id {
            update = update.external_id(provisioner(by), id.map(external_id).as_deref());
        }
        update
    }
}

impl From<&Who> for UserRef {
    fn from(who: &Who) -> Self {
        match who {
            Who::Id(n) => user_id(*n).into(),
            Who::Email(n) => email(*n).into(),
            Who::Username(n) => username(*n).into(),
        }
    }
}

impl From<&Where> for WorkspaceRef {
    fn from(place: &Where) -> Self {
        match place {
            Where::Id(n) => WorkspaceId::from_u64(u64::from(*n)).into(),
            Where::Name(n) => workspace_name(*n).as_str().into(),
        }
    }
}

/// What happens to a directory: nothing much for an empty one, so most scripts
/// begin with some people at work.
#[derive(Clone)]
pub struct Script {
    pub begins_at_work: bool,
    pub turns: Vec<Turn>,
}

/// Five users in a house with five seats, who share two workspaces; user 4 has
/// the default one too.
pub fn people_at_work() -> Request {
    let create = |id: u8| Act::CreateUser {
        id,
        email: id,
        username: (id < 2).then_some(id),
        active: true,
        admin: id < 2,
    };
    let add = |name, who, role| Act::Add(Where::Name(name), Who::Id(who), role);
    let mut acts: Vec<_> = (0..5).map(create).collect();
    acts.extend([
        Act::CreateWorkspace(0, Some(Who::Id(0))),
        Act::CreateWorkspace(1, Some(Who::Id(1))),
        Act::DefaultWorkspace(Who::Id(4)),
        add(0, 1, Role::User),
        add(0, 2, Role::User),
        add(1, 0, Role::Owner),
        add(1, 3, Role::User),
    ]);
    let steps = acts.into_iter().map(|act| Step {
        act,
        if_version: None,
    });
    Request {
        steps: steps.collect(),
        actor: None,
        allow_ownerless: false,
        id: None,
    }
}

pub fn scripts() -> impl Strategy<Value = Script> {
    let turn = prop_oneof![
        30 => request().prop_map(Turn::Apply),
        1 => (1..40_u64).prop_map(|before| Turn::Trim { before }),
        1 => Just(Turn::Reopen),
    ];
    (prop::bool::weighted(0.9), vec(turn, 1..40)).prop_map(|(begins_at_work, turns)| Script {
        begins_at_work,
        turns,
    })
}

fn request() -> impl Strategy<Value = Request> {
    // Most batches are short: of a long one something is likely to be refused.
    let steps = prop_oneof![
        3 => vec(step(), 1..=1),
        3 => vec(step(), 1..=2),
        2 => vec(step(), 1..=4),
    ];
    let rarely = |n: u8| option::weighted(0.15, 0..n);
    let parts = (
        steps,
        rarely(USERS),
        prop::bool::weighted(0.25),
        rarely(REQUESTS),
    );
    parts.prop_map(|(steps, actor, allow_ownerless, id)| Request {
        steps,
        actor,
        allow_ownerless,
        id,
    })
}

fn step() -> impl Strategy<Value = Step> {
    (act(), option::weighted(0.1, 1..4_u64)).prop_map(|(act, if_version)| Step { act, if_version })
}

fn act() -> impl Strategy<Value = Act> {
    let people = prop_oneof![
        4 => create_user(),
        4 => (who(), edit()).prop_map(|(who, edit)| Act::UpdateUser(who, edit)),
        3 => who().prop_map(Act::Activate),
        3 => who().prop_map(Act::Deactivate),
        1 => who().prop_map(Act::DeleteUser),
        1 => license().prop_map(Act::SetLicense),
    ];
    let places = prop_oneof![
        4 => (0..=2 * NAMES, option::weighted(0.9, who()))
            .prop_map(|(name, owner)| Act::CreateWorkspace(name, owner)),
        2 => who().prop_map(Act::DefaultWorkspace),
        2 => (place(), 0..=2 * NAMES).prop_map(|(place, name)| Act::Rename(place, name)),
        3 => (place(), any_external_id()).prop_map(|(place, id)| Act::Call(place, id)),
        1 => place().prop_map(Act::Archive),
        1 => place().prop_map(Act::Restore),
        1 => place().prop_map(Act::DeleteWorkspace),
        5 => (place(), who(), role()).prop_map(|(place, who, role)| Act::Add(place, who, role)),
        3 => (place(), who(), role())
            .prop_map(|(place, who, role)| Act::SetRole(place, who, role)),
        3 => (place(), who()).prop_map(|(place, who)| Act::Remove(place, who)),
    ];
    prop_oneof![people, places]
}

fn create_user() -> impl Strategy<Value = Act> {
    let names = (
        0..USERS,
        0..2 * EMAILS,
        option::weighted(0.3, any_username()),
    );
    let flags = (prop::bool::weighted(0.8), prop::bool::weighted(0.3));
    (names, flags).prop_map(|((id, email, username), (active, admin))| Act::CreateUser {
        id,
        email,
        username,
        active,
        admin,
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    let parts = (
        option::of(0..2 * EMAILS),
        option::weighted(0.3, option::of(any_username())),
        option::weighted(0.2, any::<bool>()),
        option::weighted(0.3, any::<bool>()),
        option::weighted(0.3, any_external_id()),
    );
    parts.prop_map(|(email, username, given_name, admin, external_id)| Edit {
        email,
        username,
        given_name,
        admin,
        external_id,
    })
}

fn any_external_id() -> impl Strategy<Value = ExternalId> {
    (0..PROVISIONERS, option::weighted(0.8, 0..EXTERNAL_IDS))
}

fn any_username() -> impl Strategy<Value = u8> {
    prop_oneof![
        2 => 0..2 * USERNAMES,
        1 => 2 * USERNAMES..2 * USERNAMES + EMAILS,
    ]
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        6 => (0..5_u8).prop_map(Who::Id),
        2 => (0..EMAILS).prop_map(Who::Email),
        1 => (0..2 * USERNAMES).prop_map(Who::Username),
        1 => (0..USERS).prop_map(Who::Id),
    ]
}

fn place() -> impl Strategy<Value = Where> {
    prop_oneof![
        6 => (1..4_u8).prop_map(Where::Id),
        3 => (0..2_u8).prop_map(Where::Name),
        1 => (0..=2 * NAMES).prop_map(Where::Name),
        1 => (1..9_u8).prop_map(Where::Id),
    ]
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Owner), Just(Role::User)]
}

fn license() -> impl Strategy<Value = License> {
    prop_oneof![
        Just(License::Community),
        Just(License::Enterprise),
        (0..4_u64).prop_map(License::Seats)
    ]
}
