//! Random users, with so few different values that queries find some.

use std::collections::HashSet;

use headcount::{
    Batch, Directory, Email, NewUser, NewWorkspace, Role, Timestamp, UserId, UserUpdate,
    WorkspaceId,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub const USERS: usize = 60;
/// Users of the same moment are ordered by id.
pub const MOMENTS: [u64; 4] = [0, 1_000_000, 1_000_001, 1_700_000_000_000_000];
/// Names of attributes, and their values.
pub const TEAMS: [&str; 2] = ["team", "cost"];
const NAMES: [&str; 4] = ["Kim", "Lee", "Åsa", "ann"];
const DOMAINS: [&str; 4] = ["ex.co", "ex.com", "bücher.example", "a.ex.co"];

/// A user to create, with everything that a query can ask for.
#[derive(Clone, Debug)]
pub struct Person {
    local: String,
    domain: &'static str,
    username: Option<String>,
    active: bool,
    admin: bool,
    /// `None`: the time of the call, so that a change follows shortly after.
    created: Option<u64>,
    /// Whether the user is changed, and seen, after everybody was created.
    touched_and_seen: [bool; 2],
    roles: [Option<Role>; 2],
    given_and_family: [Option<&'static str>; 2],
    attributes: Vec<(&'static str, &'static str)>,
}

pub fn people() -> impl Strategy<Value = Vec<Person>> {
    let role = || option::weighted(0.4, select(vec![Role::Owner, Role::User]));
    let text = "[abAB0]([.+_-]?[abAB0]){0,3}";
    let names = (text, select(&DOMAINS[..]), option::weighted(0.5, text));
    let flags = (
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.2),
        any::<bool>(),
    );
    let name = || option::of(select(&NAMES[..]));
    let more = (
        [name(), name()],
        vec((select(&TEAMS[..]), select(&TEAMS[..])), 0..3_usize),
        prop::bool::weighted(0.3),
    );
    let created = option::weighted(0.7, select(&MOMENTS[..]));
    let person = (names, flags, created, [role(), role()], more).prop_map(
        |((local, domain, username), (active, admin, touched), created, roles, more)| Person {
            local,
            domain,
            username,
            active,
            admin,
            created,
            touched_and_seen: [touched, more.2],
            roles,
            given_and_family: more.0,
            attributes: more.1,
        },
    );
    vec(person, 0..USERS)
}

/// Creates these users, except those whose names are taken. Ids are drawn from `seed`, so that
/// their order differs from every other order.
pub fn fill(directory: &Directory, people: &[Person], seed: u64) -> [WorkspaceId; 2] {
    let made = ["first", "second"].map(|name| {
        let batch = Batch::new().create_workspace(NewWorkspace::new(name));
        directory.apply(batch.allow_ownerless(true)).unwrap();
        directory.workspace(name).unwrap().unwrap().id()
    });
    let (mut emails, mut usernames) = (HashSet::new(), HashSet::new());
    let mut created = Batch::new();
    let mut touched = Batch::new();
    let mut visitors = Vec::new();
    for (n, person) in people.iter().enumerate() {
        let email = Email::parse(&format!("{}@{}", person.local, person.domain)).unwrap();
        if !emails.insert(email.key().to_owned()) {
            continue;
        }
        let noise = (seed ^ n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let id = UserId::from_bytes((u128::from(noise) << 64 | n as u128).to_be_bytes());
        let mut new = NewUser::new(email.as_str()).id(id);
        if let Some(micros) = person.created {
            new = new.created_at(Timestamp::from_unix_micros(micros).unwrap());
        }
        if let Some(name) = &person.username
            && usernames.insert(name.to_lowercase())
        {
            new = new.username(name);
        }
        let [given, family] = person.given_and_family;
        new = new
            .given_name(given.unwrap_or_default())
            .family_name(family.unwrap_or_default());
        for (name, value) in &person.attributes {
            new = new.attribute(*name, *value);
        }
        visitors.extend(person.touched_and_seen[1].then_some(id));
        created = created.create_user(new.active(person.active).admin(person.admin));
        for (workspace, role) in made.iter().zip(person.roles) {
            if let Some(role) = role {
                created = created.add_member(*workspace, id, role);
            }
        }
        if person.touched_and_seen[0] {
            touched = touched.update_user(id, UserUpdate::new().given_name("Kim"));
        }
    }
    directory.apply(created).unwrap();
    directory.apply(touched).unwrap();
    // The first sighting is written at once, later ones are collected.
    for id in visitors {
        directory.touch_user(id).unwrap();
    }
    made
}
