//! Scripts: what a caller does, in an order that nobody thought of.

use std::fmt;

use headcount::License;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::alphabet::{EMAILS, IDS, Name, Text, USERNAMES};

/// Steps, one after the other. It prints as one line a step.
#[derive(Clone)]
pub struct Script(pub Vec<Step>);

/// One thing that a caller does.
#[derive(Clone)]
pub enum Step {
    /// One operation through its own method.
    Call(Option<u8>, Act),
    /// Operations in one batch.
    Batch(Option<u8>, Vec<Act>),
    /// Closes the directory and opens it again, where it is in a file.
    Reopen,
}

/// One operation.
#[derive(Clone)]
pub enum Act {
    Create(Create),
    Update(Who, Update),
    Activate(Who),
    Deactivate(Who),
    Delete(Who),
    License(License),
}

/// A user to create.
#[derive(Clone)]
pub struct Create {
    pub id: u8,
    pub email: Text,
    pub username: Option<Text>,
    pub given_name: Option<Text>,
    pub active: bool,
    pub admin: bool,
}

/// What to change of a user.
#[derive(Clone, Default)]
pub struct Update {
    pub if_version: Option<u64>,
    pub email: Option<Text>,
    pub username: Option<NewName>,
    /// A name with a control character is malformed; an empty one is none.
    pub given_name: Option<Text>,
    pub admin: Option<bool>,
    pub attribute: Option<(Text, Option<Text>)>,
}

/// What a username becomes.
#[derive(Clone, Copy, Debug)]
pub enum NewName {
    TheEmail,
    Text(Text),
}

/// How a user is named.
#[derive(Clone, Copy)]
pub enum Who {
    Id(u8),
    /// An email or a username.
    Text(Text),
}

/// A script that begins with some of the cast on stage, so that most of what
/// follows is about somebody.
pub fn any_script(steps_max: usize) -> impl Strategy<Value = Script> {
    let step = prop_oneof![
        12 => (actor(), act()).prop_map(|(actor, act)| Step::Call(actor, act)),
        8 => (actor(), vec(act(), 2..6)).prop_map(|(actor, acts)| Step::Batch(actor, acts)),
        1 => actor().prop_map(|actor| Step::Batch(actor, Vec::new())),
        1 => Just(Step::Reopen),
    ];
    (cast(), vec(step, 1..steps_max)).prop_map(|(cast, steps)| {
        let entrances = cast
            .into_iter()
            .map(|user| Step::Call(None, Act::Create(user)));
        Script(entrances.chain(steps).collect())
    })
}

/// Some of the users `#0` to `#5`, each under an email of their own.
fn cast() -> impl Strategy<Value = Vec<Create>> {
    let emails = [
        "ann@ex.co",
        "bob@ex.co",
        "cho@ex.co",
        "dee@ex.co",
        "eve@localhost",
        "fay@ex.co",
    ];
    let users = (0..CAST).zip(emails).map(|(id, email)| {
        switches().prop_map(move |(active, admin)| Create {
            id,
            email,
            username: None,
            given_name: None,
            active,
            admin,
        })
    });
    let count = prop_oneof![1 => 0..4_usize, 6 => 4..=usize::from(CAST)];
    (users.collect::<Vec<_>>(), count).prop_map(|(mut users, count)| {
        users.truncate(count);
        users
    })
}

/// Users who are there from the beginning, at most.
const CAST: u8 = 6;

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => create().prop_map(Act::Create),
        7 => (who(), update()).prop_map(|(who, update)| Act::Update(who, update)),
        5 => who().prop_map(Act::Activate),
        5 => who().prop_map(Act::Deactivate),
        1 => who().prop_map(Act::Delete),
        2 => license().prop_map(Act::License),
    ]
}

fn create() -> impl Strategy<Value = Create> {
    let names = (
        option::weighted(0.3, username()),
        option::weighted(0.1, given_name()),
    );
    (0..IDS, email(), names, switches()).prop_map(
        |(id, email, (username, given_name), (active, admin))| Create {
            id,
            email,
            username,
            given_name,
            active,
            admin,
        },
    )
}

/// Whether a new user is active, and an admin.
fn switches() -> impl Strategy<Value = (bool, bool)> {
    (prop::bool::weighted(0.8), prop::bool::weighted(0.2))
}

fn update() -> impl Strategy<Value = Update> {
    let names = (
        option::weighted(0.3, email()),
        option::weighted(
            0.4,
            prop_oneof![1 => Just(NewName::TheEmail), 2 => username().prop_map(NewName::Text)],
        ),
        option::weighted(0.1, given_name()),
    );
    let attribute = (
        select(vec!["team", "site"]),
        option::of(select(vec!["a", "b"])),
    );
    (
        option::weighted(0.2, 1..6_u64),
        names,
        option::weighted(0.3, any::<bool>()),
        option::weighted(0.1, attribute),
    )
        .prop_map(
            |(if_version, (email, username, given_name), admin, attribute)| Update {
                if_version,
                email,
                username,
                given_name,
                admin,
                attribute,
            },
        )
}

fn email() -> impl Strategy<Value = Text> {
    few_bad(EMAILS.map(|(text, key)| (text, key.is_ok())))
}

fn username() -> impl Strategy<Value = Text> {
    few_bad(USERNAMES.map(|(text, name)| (text, !matches!(name, Name::Invalid))))
}

/// One of the texts; seldom one that is no good.
fn few_bad<const N: usize>(texts: [(Text, bool); N]) -> impl Strategy<Value = Text> {
    let pick = |good: bool| {
        let texts = texts.iter().filter(|(_, is_good)| *is_good == good);
        select(texts.map(|(text, _)| *text).collect::<Vec<_>>())
    };
    prop_oneof![20 => pick(true), 1 => pick(false)]
}

fn given_name() -> impl Strategy<Value = Text> {
    select(vec!["Ann", "Bob", " Bob ", "", "a\nb"])
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        12 => (0..CAST).prop_map(Who::Id),
        1 => (0..IDS).prop_map(Who::Id),
        6 => email().prop_map(Who::Text),
        3 => username().prop_map(Who::Text),
    ]
}

fn actor() -> impl Strategy<Value = Option<u8>> {
    option::weighted(0.3, 0..CAST)
}

fn license() -> impl Strategy<Value = License> {
    prop_oneof![
        3 => Just(License::Community),
        1 => Just(License::Enterprise),
        4 => (0..7_u64).prop_map(License::Seats),
    ]
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            write!(f, "\n    {}. {step:?}", number + 1)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actor = match self {
            Self::Reopen => return f.write_str("reopen"),
            Self::Call(actor, _) | Self::Batch(actor, _) => actor,
        };
        if let Some(actor) = actor {
            write!(f, "as #{actor}: ")?;
        }
        match self {
            Self::Reopen => Ok(()),
            Self::Call(_, act) => write!(f, "{act:?}"),
            Self::Batch(_, acts) => {
                f.write_str("batch ")?;
                f.debug_list().entries(acts).finish()
            }
        }
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(create) => write!(f, "create {create:?}"),
            Self::Update(who, update) => write!(f, "update {who:?}{update:?}"),
            Self::Activate(who) => write!(f, "activate {who:?}"),
            Self::Deactivate(who) => write!(f, "deactivate {who:?}"),
            Self::Delete(who) => write!(f, "delete {who:?}"),
            Self::License(license) => write!(f, "license {license}"),
        }
    }
}

impl fmt::Debug for Create {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            email,
            username,
            given_name,
            active,
            admin,
        } = self;
        write!(f, "#{id} {email:?}")?;
        if let Some(username) = username {
            write!(f, ", username {username:?}")?;
        }
        if let Some(name) = given_name {
            write!(f, ", given name {name:?}")?;
        }
        f.write_str(if *active { "" } else { ", inactive" })?;
        f.write_str(if *admin { ", admin" } else { "" })
    }
}

impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            if_version,
            email,
            username,
            given_name,
            admin,
            attribute,
        } = self;
        if let Some(version) = if_version {
            write!(f, ", if version {version}")?;
        }
        if let Some(email) = email {
            write!(f, ", email {email:?}")?;
        }
        match username {
            Some(NewName::Text(username)) => write!(f, ", username {username:?}")?,
            Some(NewName::TheEmail) => f.write_str(", username the email")?,
            None => {}
        }
        if let Some(name) = given_name {
            write!(f, ", given name {name:?}")?;
        }
        match admin {
            Some(true) => f.write_str(", admin")?,
            Some(false) => f.write_str(", no admin")?,
            None => {}
        }
        match attribute {
            Some((name, Some(value))) => write!(f, ", {name} = {value}"),
            Some((name, None)) => write!(f, ", no {name}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "#{id}"),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}
