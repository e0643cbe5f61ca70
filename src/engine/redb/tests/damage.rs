//! Damaged values: each is reported, and hides no other.

use std::path::Path;

use ::redb::{Database, ReadableDatabase};

use super::*;
use crate::engine::Inspect;
use crate::engine::redb::table::TABLE;

/// Flips a bit of the bytes stored under `key` in a closed file, as a disk might.
pub(crate) fn damage_value(path: &Path, key: &[u8]) {
    let database = Database::open(path).unwrap();
    let mut stored = {
        let transaction = database.begin_read().unwrap();
        let table = transaction.open_table(TABLE).unwrap();
        table.get(key).unwrap().unwrap().value().to_vec()
    };
    stored[0] ^= 0x40;
    let transaction = database.begin_write().unwrap();
    {
        let mut table = transaction.open_table(TABLE).unwrap();
        table.insert(key, &stored[..]).unwrap();
    }
    transaction.commit().unwrap();
}

fn damaged_keys(engine: &Redb) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    let snapshot = engine.snapshot().unwrap();
    snapshot
        .each_damaged(|key, _| keys.push(key.to_vec()))
        .unwrap();
    keys
}

#[test]
fn each_damaged_value_is_named_until_it_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    for key in [b"a", b"b", b"c", b"d", b"e"] {
        put(&engine, key, b"value").unwrap();
    }
    engine.close().unwrap();
    damage_value(&path, b"b");
    damage_value(&path, b"d");

    let engine = Redb::open(&path, &EXISTING).unwrap();
    assert_eq!(damaged_keys(&engine), [b"b", b"d"]);
    put(&engine, b"b", b"again").unwrap();
    assert_eq!(damaged_keys(&engine), [b"d"]);
    engine.checkpoint().unwrap();
    assert_eq!(damaged_keys(&engine), [b"d"]);
    engine.transact(|txn| txn.put(b"d", b"again")).unwrap();
    assert_eq!(damaged_keys(&engine), [b""; 0]);
}
