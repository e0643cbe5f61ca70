//! Users in stores of ordered bytes (LMDB, fjall): the records, the indexes and
//! the rules, laid out as headcount lays them out.

use std::hint::black_box;

use wincode::{SchemaRead, SchemaWrite};

use crate::peer::Digest;
use crate::people::{Person, Profile, SEATS, domain_of, key_of, now_micros};

/// The tables. There are no admins, so that index would be empty on both sides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Users,
    Ids,
    Usernames,
    States,
    Domains,
    Created,
    Updated,
    Changes,
    Totals,
}

/// All tables and their names, in the order of the variants.
pub const TABLES: [(Table, &str); 9] = [
    (Table::Users, "users"),
    (Table::Ids, "ids"),
    (Table::Usernames, "usernames"),
    (Table::States, "states"),
    (Table::Domains, "domains"),
    (Table::Created, "created"),
    (Table::Updated, "updated"),
    (Table::Changes, "changes"),
    (Table::Totals, "totals"),
];

const TOTALS: &[u8] = b"totals";

/// A transaction of a store of ordered bytes.
pub trait Transaction {
    fn get(&self, table: Table, key: &[u8]) -> Option<Vec<u8>>;
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]);
    fn delete(&mut self, table: Table, key: &[u8]);
}

/// The record of a user; its key is that of the email.
#[derive(SchemaRead, SchemaWrite)]
struct StoredUser<'a> {
    id: [u8; 16],
    version: u64,
    created_at: u64,
    updated_at: u64,
    active: bool,
    admin: bool,
    email: &'a str,
    username: &'a str,
    given_name: &'a str,
    family_name: &'a str,
}

const FORMAT: wincode::config::Configuration<
    true,
    { 4 << 20 },
    wincode::len::BincodeLen,
    wincode::int_encoding::LittleEndian,
    wincode::int_encoding::VarInt,
> = wincode::config::Configuration::default().with_varint_encoding();

fn encode(person: &Person) -> Vec<u8> {
    let record = StoredUser {
        id: person.id,
        version: person.version,
        created_at: person.created_at,
        updated_at: person.updated_at,
        active: person.active,
        admin: person.admin,
        email: &person.email,
        username: &person.username,
        given_name: &person.given_name,
        family_name: &person.family_name,
    };
    wincode::config::serialize(&record, FORMAT).unwrap()
}

fn decode(bytes: &[u8]) -> StoredUser<'_> {
    wincode::config::deserialize_exact(bytes, FORMAT).unwrap()
}

fn owned(bytes: &[u8]) -> Person {
    let record = decode(bytes);
    Person {
        id: record.id,
        email: record.email.to_owned(),
        username: record.username.to_owned(),
        given_name: record.given_name.to_owned(),
        family_name: record.family_name.to_owned(),
        active: record.active,
        admin: record.admin,
        created_at: record.created_at,
        updated_at: record.updated_at,
        version: record.version,
    }
}

/// The digest of one user as an owned value.
pub fn digest_owned(bytes: &[u8]) -> Digest {
    let person = black_box(owned(bytes));
    let mut digest = Digest::default();
    digest.add(person.texts(), person.active);
    digest
}

/// The id of a user.
pub fn id_of(bytes: &[u8]) -> [u8; 16] {
    decode(bytes).id
}

/// Adds a user that is only viewed.
pub fn add_view(digest: &mut Digest, bytes: &[u8]) {
    let record = decode(bytes);
    let texts = [
        record.email,
        record.username,
        record.given_name,
        record.family_name,
    ];
    digest.add(texts, record.active);
    black_box((
        record.id,
        record.admin,
        record.created_at,
        record.updated_at,
        record.version,
    ));
}

/// All entries of a user, besides the change: table, key, value.
pub fn entries(person: &Person) -> [(Table, Vec<u8>, Vec<u8>); 7] {
    let key = key_of(&person.email).into_owned();
    let moment = |at: u64| [&at.to_be_bytes()[..], &person.id].concat();
    let value = || key.clone().into_bytes();
    [
        (Table::Users, value(), encode(person)),
        (Table::Ids, person.id.to_vec(), value()),
        (
            Table::Usernames,
            person.username.clone().into_bytes(),
            value(),
        ),
        (Table::States, state(person.active, &key), Vec::new()),
        (
            Table::Domains,
            [domain_of(&key), "\0", &key].concat().into_bytes(),
            Vec::new(),
        ),
        (Table::Created, moment(person.created_at), value()),
        (Table::Updated, moment(person.updated_at), value()),
    ]
}

fn state(active: bool, key: &str) -> Vec<u8> {
    [&[u8::from(active)], key.as_bytes()].concat()
}

/// The key and value of the change with this number.
pub fn change(sequence: u64, at: u64, event: u8, user: &[u8; 16]) -> (Vec<u8>, Vec<u8>) {
    let value = [&at.to_be_bytes()[..], &[event], user].concat();
    (sequence.to_be_bytes().to_vec(), value)
}

/// The counters.
struct Totals {
    seats: u64,
    active: u64,
    inactive: u64,
    last_change: u64,
}

impl Totals {
    fn read(txn: &impl Transaction) -> Self {
        let bytes = txn.get(Table::Totals, TOTALS).unwrap();
        let number = |at: usize| u64::from_le_bytes(bytes[at * 8..][..8].try_into().unwrap());
        Self {
            seats: number(0),
            active: number(1),
            inactive: number(2),
            last_change: number(3),
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        [self.seats, self.active, self.inactive, self.last_change]
            .map(u64::to_le_bytes)
            .concat()
    }
}

/// The key and value of the counters of a freshly filled directory.
pub fn totals_of(users: u64) -> (Vec<u8>, Vec<u8>) {
    let totals = Totals {
        seats: SEATS,
        active: users,
        inactive: 0,
        last_change: users,
    };
    (TOTALS.to_vec(), totals.to_bytes())
}

/// Creates a user, unless a key is taken or no seat is free.
pub fn create(txn: &mut impl Transaction, person: &Person) {
    let mut totals = Totals::read(txn);
    assert!(totals.active < totals.seats, "no seat");
    let entries = entries(person);
    for (table, key, _) in &entries[..3] {
        assert!(txn.get(*table, key).is_none(), "taken");
    }
    for (table, key, value) in &entries {
        txn.put(*table, key, value);
    }
    totals.active += 1;
    finish(txn, totals, person.created_at, 1, &person.id);
}

/// Creates users in the order of their keys.
pub fn create_all(txn: &mut impl Transaction, profiles: Vec<Profile>) {
    let mut people: Vec<Person> = profiles.into_iter().map(Person::from).collect();
    people.sort_unstable_by(|one, other| one.email.cmp(&other.email));
    for person in &people {
        create(txn, person);
    }
}

/// Activates or deactivates a user; no effect if that is the state already.
pub fn set_active(txn: &mut impl Transaction, email: &str, active: bool) {
    let key = key_of(email);
    let mut person = owned(&txn.get(Table::Users, key.as_bytes()).unwrap());
    if person.active == active {
        return;
    }
    let mut totals = Totals::read(txn);
    assert!(!active || totals.active < totals.seats, "no seat");
    let before = entries(&person);
    person.active = active;
    person.updated_at = now_micros();
    person.version += 1;
    for ((table, old, _), (_, new, value)) in before.iter().zip(entries(&person)) {
        if *old != new {
            txn.delete(*table, old);
        }
        if *old != new || *table == Table::Users {
            txn.put(*table, &new, &value);
        }
    }
    if active {
        totals.active += 1;
        totals.inactive -= 1;
    } else {
        totals.active -= 1;
        totals.inactive += 1;
    }
    finish(
        txn,
        totals,
        person.updated_at,
        2 + u8::from(active),
        &person.id,
    );
}

fn finish(txn: &mut impl Transaction, mut totals: Totals, at: u64, event: u8, user: &[u8; 16]) {
    totals.last_change += 1;
    let (key, value) = change(totals.last_change, at, event, user);
    txn.put(Table::Changes, &key, &value);
    txn.put(Table::Totals, TOTALS, &totals.to_bytes());
}

/// What a loaded table holds, sorted by key.
pub fn sorted(people: &[Person], table: Table) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rows: Vec<_> = match table {
        Table::Changes => (1..)
            .zip(people)
            .map(|(sequence, person)| change(sequence, person.created_at, 1, &person.id))
            .collect(),
        Table::Totals => vec![totals_of(people.len() as u64)],
        _ => people.iter().map(|person| entry(person, table)).collect(),
    };
    rows.sort_unstable();
    rows
}

fn entry(person: &Person, table: Table) -> (Vec<u8>, Vec<u8>) {
    let (_, key, value) = entries(person)
        .into_iter()
        .find(|(of, ..)| *of == table)
        .unwrap();
    (key, value)
}
