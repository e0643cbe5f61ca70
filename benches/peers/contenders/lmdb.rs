//! LMDB through heed: a database for each table, readers bound to transactions instead of threads,
//! and commits that sync.

use std::fs;
use std::path::Path;

use heed::types::Bytes;
use heed::{CompactionOption, Database, Env, EnvOpenOptions, PutFlags, RwTxn, WithoutTls};

use super::kv::{self, TABLES, Table, Transaction};
use crate::peer::{Contender, Digest, Filling, Opening, Peer, Session, Work};
use crate::people::{self, Person, Profile, key_of};

pub const LMDB: Contender = Contender {
    name: "LMDB",
    setup: "heed; the default durability, a named database for each table, NOTLS, 128 readers, \
            a map of 8 GiB; loaded in the order of keys with APPEND",
    folder: "lmdb",
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
    open: |opening| Box::new(Lmdb::open(opening)),
    filling: Filling::Load(load),
    compact: Some(compact),
};

const MAP_BYTES: usize = 8 << 30;
const READERS: u32 = 128;

struct Lmdb {
    env: Env<WithoutTls>,
    tables: Vec<Database<Bytes, Bytes>>,
}

impl Lmdb {
    fn open(opening: &Opening) -> Self {
        let env = environment(opening);
        let mut txn = env.write_txn().unwrap();
        let create = |(_, name): &(Table, &str)| env.create_database(&mut txn, Some(name));
        let tables = TABLES.iter().map(create).collect::<Result<_, _>>().unwrap();
        txn.commit().unwrap();
        Self { env, tables }
    }

    fn table(&self, table: Table) -> Database<Bytes, Bytes> {
        self.tables[table as usize]
    }

    fn write(&self, write: impl FnOnce(&mut Writing<'_>)) {
        let mut writing = Writing {
            lmdb: self,
            txn: self.env.write_txn().unwrap(),
        };
        write(&mut writing);
        writing.txn.commit().unwrap();
    }
}

#[expect(unsafe_code, reason = "heed has no other way to open")]
fn environment(opening: &Opening) -> Env<WithoutTls> {
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options
        .map_size(MAP_BYTES)
        .max_readers(READERS)
        .max_dbs(u32::try_from(TABLES.len()).unwrap());
    // SAFETY: the folder is this benchmark's own, on a local disk, and nothing but
    // LMDB touches the file that is mapped.
    unsafe { options.open(&opening.folder) }.unwrap()
}

/// All users in one transaction, one table after the other, in the order of keys.
fn load(opening: &Opening) {
    let lmdb = Lmdb::open(opening);
    let people: Vec<Person> = people::shuffled(opening.users).map(Person::from).collect();
    let mut txn = lmdb.env.write_txn().unwrap();
    for (table, _) in TABLES {
        for (key, value) in kv::sorted(&people, table) {
            lmdb.table(table)
                .put_with_flags(&mut txn, PutFlags::APPEND, &key, &value)
                .unwrap();
        }
    }
    txn.commit().unwrap();
    Box::new(lmdb).close();
}

/// Replaces the file with a compacted copy.
fn compact(opening: &Opening) {
    let lmdb = Lmdb::open(opening);
    let copy = opening.folder.join("compacted");
    let copied = lmdb.env.copy_to_path(&copy, CompactionOption::Enabled);
    copied.unwrap().sync_all().unwrap();
    Box::new(lmdb).close();
    fs::rename(copy, opening.folder.join("data.mdb")).unwrap();
}

impl Peer for Lmdb {
    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(self)
    }

    fn back_up(&self, to: &Path) {
        let copied = self.env.copy_to_path(to, CompactionOption::Disabled);
        copied.unwrap().sync_all().unwrap();
    }

    fn close(self: Box<Self>) {
        self.env.prepare_for_closing().wait();
    }
}

impl Session for &Lmdb {
    fn get(&mut self, email: &str) -> Digest {
        let txn = self.env.read_txn().unwrap();
        let key = key_of(email);
        let bytes = self.table(Table::Users).get(&txn, key.as_bytes()).unwrap();
        kv::digest_owned(bytes.unwrap())
    }

    fn id_of(&mut self, email: &str) -> [u8; 16] {
        let txn = self.env.read_txn().unwrap();
        let bytes = self.table(Table::Users).get(&txn, key_of(email).as_bytes());
        kv::id_of(bytes.unwrap().unwrap())
    }

    fn get_by_id(&mut self, id: &[u8; 16]) -> Digest {
        let txn = self.env.read_txn().unwrap();
        let key = self.table(Table::Ids).get(&txn, id).unwrap().unwrap();
        let bytes = self.table(Table::Users).get(&txn, key).unwrap();
        kv::digest_owned(bytes.unwrap())
    }

    fn list(&mut self) -> Digest {
        let txn = self.env.read_txn().unwrap();
        let mut digest = Digest::default();
        for entry in self.table(Table::Users).iter(&txn).unwrap() {
            kv::add_view(&mut digest, entry.unwrap().1);
        }
        digest
    }

    fn page(&mut self, after: &str, limit: usize) -> Digest {
        use std::ops::Bound::{Excluded, Unbounded};
        let txn = self.env.read_txn().unwrap();
        let behind = (Excluded(after.as_bytes()), Unbounded);
        let entries = self.table(Table::Users).range(&txn, &behind).unwrap();
        let mut digest = Digest::default();
        for entry in entries.take(limit) {
            kv::add_view(&mut digest, entry.unwrap().1);
        }
        digest
    }

    fn create(&mut self, profile: Profile) {
        let person = Person::from(profile);
        self.write(|writing| kv::create(writing, &person));
    }

    fn create_all(&mut self, profiles: Vec<Profile>) {
        self.write(|writing| kv::create_all(writing, profiles));
    }

    fn set_active(&mut self, email: &str, active: bool) {
        self.write(|writing| kv::set_active(writing, email, active));
    }
}

struct Writing<'l> {
    lmdb: &'l Lmdb,
    txn: RwTxn<'l>,
}

impl Transaction for Writing<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Option<Vec<u8>> {
        let value = self.lmdb.table(table).get(&self.txn, key).unwrap();
        value.map(<[u8]>::to_vec)
    }

    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        self.lmdb
            .table(table)
            .put(&mut self.txn, key, value)
            .unwrap();
    }

    fn delete(&mut self, table: Table, key: &[u8]) {
        self.lmdb.table(table).delete(&mut self.txn, key).unwrap();
    }
}
