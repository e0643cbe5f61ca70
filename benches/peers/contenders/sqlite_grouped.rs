//! SQLite with the same kind of group commit in front as headcount has: many
//! requests in one transaction, each in a savepoint of its own.

use rusqlite::Connection;

use super::sqlite_shared::{self as shared, Store};
use crate::group::{Committer, Grouped};
use crate::peer::{Contender, Digest, Filling, Opening, Peer, Session, Work};
use crate::people::{Person, Profile};

pub const GROUPED: Contender = Contender {
    name: "SQLite grouped",
    setup: "as SQLite, with our group commit in front: one transaction for all requests that \
            wait, each in its savepoint",
    folder: "sqlite-grouped",
    works: &[Work::Create, Work::Switch, Work::Sustained],
    open: |opening| Box::new(open(opening)),
    filling: Filling::CopyOf("SQLite"),
    compact: None,
};

struct Writer(Connection);

enum SqliteRequest {
    Create(Person),
    SetActive { email: String, active: bool },
}

impl Committer for Writer {
    type Request = SqliteRequest;

    fn commit(&mut self, requests: &[&SqliteRequest]) {
        let connection = &self.0;
        shared::run(connection, "BEGIN IMMEDIATE");
        for request in requests {
            shared::run(connection, "SAVEPOINT request");
            let done = match request {
                SqliteRequest::Create(person) => shared::create(connection, person),
                SqliteRequest::SetActive { email, active } => {
                    shared::set_active(connection, email, *active)
                }
            };
            if done.is_err() {
                shared::run(connection, "ROLLBACK TO request");
            }
            shared::run(connection, "RELEASE request");
            done.unwrap();
        }
        shared::run(connection, "COMMIT");
    }
}

fn open(opening: &Opening) -> Grouped<Writer> {
    Grouped::new(Writer(Store::new(opening).connect()))
}

impl Peer for Grouped<Writer> {
    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(self)
    }

    fn close(self: Box<Self>) {
        shared::close(self.into_inner().0);
    }
}

impl Session for &Grouped<Writer> {
    /// Reads are those of SQLite.
    fn get(&mut self, _: &str) -> Digest {
        Digest::default()
    }

    fn create(&mut self, profile: Profile) {
        self.submit(SqliteRequest::Create(Person::from(profile)));
    }

    fn set_active(&mut self, email: &str, active: bool) {
        let email = email.to_owned();
        self.submit(SqliteRequest::SetActive { email, active });
    }
}
