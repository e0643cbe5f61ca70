//! A program that keeps its users in memory and loses them when it ends: the bar for a cached
//! read.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, RwLock};

use crate::peer::{Contender, Digest, Filling, Opening, Peer, Session, Work};
use crate::people::{self, Person, key_of};

pub const HASH_MAP: Contender = Contender {
    name: "RwLock<HashMap>",
    setup: "RwLock<HashMap<String, Arc<User>>> of the standard library; not durable, no order",
    folder: "hash-map",
    works: &[Work::Get, Work::Memory],
    open: |opening| Box::new(Users::new(opening)),
    filling: Filling::Nothing,
    compact: None,
};

struct Users(RwLock<HashMap<String, Arc<Person>>>);

impl Users {
    fn new(opening: &Opening) -> Self {
        let people = people::shuffled(opening.users).map(Person::from);
        let users = people.map(|person| (person.email.clone(), Arc::new(person)));
        Self(RwLock::new(users.collect()))
    }
}

impl Peer for Users {
    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(self)
    }

    fn close(self: Box<Self>) {}
}

impl Session for &Users {
    fn get(&mut self, email: &str) -> Digest {
        let user = self.0.read().unwrap().get(&*key_of(email)).cloned();
        let user = black_box(user.unwrap());
        let mut digest = Digest::default();
        digest.add(user.texts(), user.active);
        digest
    }
}
