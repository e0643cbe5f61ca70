//! fjall, a log-structured store: a keyspace for each table, and one synced batch for each request.
//! Its journal has no group commit, so a mutex around checks and writes, which makes them atomic,
//! costs nothing.

use std::sync::{Mutex, MutexGuard};

use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode};

use super::kv::{self, TABLES, Table, Transaction};
use crate::peer::{Contender, Digest, Filling, Opening, PAGE_CACHE_BYTES, Peer, Session, Work};
use crate::people::{self, Person, Profile, key_of};

pub const FJALL: Contender = Contender {
    name: "fjall",
    setup: "fjall 3; a keyspace for each table, a block cache of 1 GiB, no compression, one \
            WriteBatch with PersistMode::SyncData per request; loaded by sorted ingestion",
    folder: "fjall",
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
    ],
    open: |opening| Box::new(Fjall::open(opening)),
    filling: Filling::Load(load),
    compact: None,
};

struct Fjall {
    database: Database,
    tables: Vec<Keyspace>,
    writer: Mutex<()>,
}

impl Fjall {
    fn open(opening: &Opening) -> Self {
        let database = Database::builder(&opening.folder)
            .cache_size(PAGE_CACHE_BYTES.into())
            .manual_journal_persist(true)
            .open()
            .unwrap();
        let keyspace = |(_, name): (Table, &str)| {
            database
                .keyspace(name, KeyspaceCreateOptions::default)
                .unwrap()
        };
        let tables = TABLES.into_iter().map(keyspace).collect();
        Self {
            database,
            tables,
            writer: Mutex::new(()),
        }
    }

    fn table(&self, table: Table) -> &Keyspace {
        &self.tables[table as usize]
    }

    fn write(&self, write: impl FnOnce(&mut Writing<'_>)) {
        let mut writing = Writing {
            fjall: self,
            _alone: self.writer.lock().unwrap(),
            batch: self
                .database
                .batch()
                .durability(Some(PersistMode::SyncData)),
        };
        write(&mut writing);
        writing.batch.commit().unwrap();
    }
}

/// All users, one table after the other, in the order of keys.
fn load(opening: &Opening) {
    let fjall = Fjall::open(opening);
    let people: Vec<Person> = people::shuffled(opening.users).map(Person::from).collect();
    for (table, _) in TABLES {
        let mut ingestion = fjall.table(table).start_ingestion().unwrap();
        for (key, value) in kv::sorted(&people, table) {
            ingestion.write(key, value).unwrap();
        }
        ingestion.finish().unwrap();
    }
    Box::new(fjall).close();
}

impl Peer for Fjall {
    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(self)
    }

    fn close(self: Box<Self>) {
        self.database.persist(PersistMode::SyncAll).unwrap();
    }
}

impl Session for &Fjall {
    fn get(&mut self, email: &str) -> Digest {
        let bytes = self.table(Table::Users).get(key_of(email).as_bytes());
        kv::digest_owned(&bytes.unwrap().unwrap())
    }

    fn id_of(&mut self, email: &str) -> [u8; 16] {
        let bytes = self.table(Table::Users).get(key_of(email).as_bytes());
        kv::id_of(&bytes.unwrap().unwrap())
    }

    fn get_by_id(&mut self, id: &[u8; 16]) -> Digest {
        let key = self.table(Table::Ids).get(id).unwrap().unwrap();
        let bytes = self.table(Table::Users).get(key).unwrap();
        kv::digest_owned(&bytes.unwrap())
    }

    fn list(&mut self) -> Digest {
        let mut digest = Digest::default();
        for entry in self.table(Table::Users).iter() {
            kv::add_view(&mut digest, &entry.value().unwrap());
        }
        digest
    }

    fn page(&mut self, after: &str, limit: usize) -> Digest {
        use std::ops::Bound::{Excluded, Unbounded};
        let behind = (Excluded(after.as_bytes()), Unbounded);
        let mut digest = Digest::default();
        for entry in self
            .table(Table::Users)
            .range::<&[u8], _>(behind)
            .take(limit)
        {
            kv::add_view(&mut digest, &entry.value().unwrap());
        }
        digest
    }

    fn create(&mut self, profile: Profile) {
        let person = Person::from(profile);
        self.write(|writing| kv::create(writing, &person));
    }

    fn set_active(&mut self, email: &str, active: bool) {
        self.write(|writing| kv::set_active(writing, email, active));
    }
}

struct Writing<'f> {
    fjall: &'f Fjall,
    _alone: MutexGuard<'f, ()>,
    batch: OwnedWriteBatch,
}

impl Transaction for Writing<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Option<Vec<u8>> {
        let value = self.fjall.table(table).get(key).unwrap();
        value.map(|value| value.to_vec())
    }

    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        self.batch.insert(self.fjall.table(table), key, value);
    }

    fn delete(&mut self, table: Table, key: &[u8]) {
        self.batch.remove(self.fjall.table(table), key);
    }
}
