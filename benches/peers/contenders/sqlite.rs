//! SQLite as a careful user would set it up: one connection that writes, behind a mutex (its busy
//! handler sleeps, a mutex does not), and one for each reading thread.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::sqlite_shared::{self as shared, INDEXES, Store, TABLES};
use crate::peer::{Contender, Digest, Filling, Opening, Peer, Session, Work};
use crate::people::{self, Person, Profile};

pub const SQLITE: Contender = Contender {
    name: "SQLite",
    setup: "WAL, synchronous=FULL, users clustered by email (WITHOUT ROWID), the file \
            memory-mapped, prepared cached statements, BEGIN IMMEDIATE on one connection behind \
            a mutex, a connection for each reading thread",
    folder: "sqlite",
    works: &[
        Work::Get,
        Work::Many,
        Work::List,
        Work::Create,
        Work::Switch,
        Work::Load,
        Work::Open,
        Work::Tail,
        Work::Sustained,
        Work::Memory,
        Work::Backup,
        Work::Add,
    ],
    open: |opening| Box::new(Sqlite::open(opening)),
    filling: Filling::Load(|opening| load(opening, true)),
    compact: Some(|opening| {
        let connection = Store::new(opening).connect();
        shared::run(&connection, "VACUUM");
        shared::close(connection);
    }),
};

/// The same, loaded as its manual advises: indexes are created after the rows are inserted.
pub const INDEXED_AFTERWARDS: Contender = Contender {
    name: "SQLite, indexes afterwards",
    setup: "as SQLite",
    folder: "sqlite-afterwards",
    works: &[],
    open: |opening| Box::new(Sqlite::open(opening)),
    filling: Filling::Load(|opening| load(opening, false)),
    compact: None,
};

pub const EXCLUSIVE: Contender = Contender {
    name: "SQLite exclusive",
    setup: "as SQLite, with locking_mode=EXCLUSIVE: one connection does all",
    folder: "sqlite-exclusive",
    works: &[Work::Get, Work::List],
    open: |opening| Box::new(Exclusive(Mutex::new(exclusive(opening)))),
    filling: Filling::CopyOf("SQLite"),
    compact: None,
};

/// Writes one request at a time.
struct Sqlite {
    store: Arc<Store>,
    writer: Mutex<Connection>,
}

impl Sqlite {
    fn open(opening: &Opening) -> Self {
        let store = Store::new(opening);
        let writer = Mutex::new(store.connect());
        Self {
            store: Arc::new(store),
            writer,
        }
    }
}

impl Peer for Sqlite {
    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(SqliteSession {
            peer: self,
            reader: self.store.connect(),
        })
    }

    /// In one step, so that concurrent writes don't restart it.
    fn back_up(&self, to: &Path) {
        let reader = self.store.connect();
        let mut target = Connection::open(to).unwrap();
        let backup = Backup::new(&reader, &mut target).unwrap();
        assert_eq!(backup.step(-1).unwrap(), StepResult::Done);
    }

    fn verify(&self) -> bool {
        shared::is_whole(&self.store.connect())
    }

    fn close(self: Box<Self>) {
        shared::close(self.writer.into_inner().unwrap());
    }
}

struct SqliteSession<'p> {
    peer: &'p Sqlite,
    reader: Connection,
}

impl SqliteSession<'_> {
    fn write(&self, write: impl FnOnce(&Connection)) {
        let writer = self.peer.writer.lock().unwrap();
        shared::run(&writer, "BEGIN IMMEDIATE");
        write(&writer);
        shared::run(&writer, "COMMIT");
    }
}

impl Session for SqliteSession<'_> {
    fn get(&mut self, email: &str) -> Digest {
        shared::get(&self.reader, email)
    }

    fn id_of(&mut self, email: &str) -> [u8; 16] {
        shared::id_of(&self.reader, email)
    }

    fn get_by_id(&mut self, id: &[u8; 16]) -> Digest {
        shared::get_by_id(&self.reader, id)
    }

    fn list(&mut self) -> Digest {
        shared::list(&self.reader)
    }

    fn page(&mut self, after: &str, limit: usize) -> Digest {
        shared::page(&self.reader, after, limit)
    }

    fn create(&mut self, profile: Profile) {
        let person = Person::from(profile);
        self.write(|writer| shared::create(writer, &person).unwrap());
    }

    fn create_all(&mut self, profiles: Vec<Profile>) {
        let mut people: Vec<Person> = profiles.into_iter().map(Person::from).collect();
        people.sort_unstable_by(|one, other| one.email.cmp(&other.email));
        self.write(|writer| {
            for person in &people {
                shared::create(writer, person).unwrap();
            }
        });
    }

    fn set_active(&mut self, email: &str, active: bool) {
        self.write(|writer| shared::set_active(writer, email, active).unwrap());
    }
}

/// All users in one transaction, sorted by email first, since that is much faster.
fn load(opening: &Opening, indexes_first: bool) {
    let connection = Store::new(opening).connect();
    shared::run(&connection, "BEGIN IMMEDIATE");
    connection.execute_batch(TABLES).unwrap();
    if indexes_first {
        connection.execute_batch(INDEXES).unwrap();
    }
    let mut people: Vec<Person> = people::shuffled(opening.users).map(Person::from).collect();
    people.sort_unstable_by(|one, other| one.email.cmp(&other.email));
    shared::fill(&connection, &people).unwrap();
    if !indexes_first {
        connection.execute_batch(INDEXES).unwrap();
    }
    shared::run(&connection, "COMMIT");
    shared::close(connection);
}

fn exclusive(opening: &Opening) -> Connection {
    let connection = Store::new(opening).connect();
    shared::pragma(&connection, "locking_mode", "EXCLUSIVE");
    // Taken at the first read.
    shared::get(&connection, &people::email(0));
    connection
}

struct Exclusive(Mutex<Connection>);

impl Exclusive {
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap()
    }
}

impl Peer for Exclusive {
    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(self)
    }

    fn close(self: Box<Self>) {
        shared::close(self.0.into_inner().unwrap());
    }
}

impl Session for &Exclusive {
    fn get(&mut self, email: &str) -> Digest {
        shared::get(&self.connection(), email)
    }

    fn list(&mut self) -> Digest {
        shared::list(&self.connection())
    }

    fn page(&mut self, after: &str, limit: usize) -> Digest {
        shared::page(&self.connection(), after, limit)
    }
}
