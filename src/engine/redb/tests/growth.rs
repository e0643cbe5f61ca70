//! A state that is kept open pins the pages that later commits free, and redb
//! then takes new ones at the end of the file: with one read transaction held,
//! 1,500 commits once took a file from 18 to 285 MB.

use ::redb::{Database, StorageBackend};

use super::faults::SharedBackend;
use super::{CREATE, put};
use crate::engine::redb::{Redb, TABLE};
use crate::engine::{Engine, Read, Write};

const COMMITS: u32 = 1_500;
const USERS: u32 = 4_000;

#[test]
fn snapshots_that_come_and_go_do_not_grow_the_file() {
    let (with_readers, alone) = (length_with_readers(), length_of_redb_alone());
    assert!(
        with_readers <= alone * 2,
        "{with_readers} bytes with readers, {alone} without"
    );
}

/// The commits through the engine, with snapshots taken and dropped between.
fn length_with_readers() -> u64 {
    let backend = SharedBackend::default();
    let engine = Redb::open_with_backend(backend.clone(), "growth", &CREATE).unwrap();
    engine
        .transact(|txn| (0..USERS).try_for_each(|user| txn.put(&user.to_be_bytes(), &[0; 100])))
        .unwrap();
    let mut held = engine.snapshot().unwrap();
    for number in 0..COMMITS {
        // Held over three commits, like a slow reader.
        if number % 3 == 0 {
            held = engine.snapshot().unwrap();
        }
        let user = changed_user(number);
        assert!(held.get(&user).unwrap().is_some());
        put(&engine, &user, &[1; 100]).unwrap();
    }
    backend.len().unwrap()
}

/// The same commits in bare redb, without any reading.
fn length_of_redb_alone() -> u64 {
    let backend = SharedBackend::default();
    let database = Database::builder()
        .set_cache_size(CREATE.cache_bytes)
        .create_with_backend(backend.clone())
        .unwrap();
    let commit = |users: &mut dyn Iterator<Item = [u8; 4]>| {
        let transaction = database.begin_write().unwrap();
        let mut table = transaction.open_table(TABLE).unwrap();
        for user in users {
            table.insert(&user[..], &[1; 100][..]).unwrap();
        }
        drop(table);
        transaction.commit().unwrap();
    };
    commit(&mut (0..USERS).map(u32::to_be_bytes));
    for number in 0..COMMITS {
        commit(&mut std::iter::once(changed_user(number)));
    }
    backend.len().unwrap()
}

/// Whom the commit of this number changes: all over the file.
fn changed_user(number: u32) -> [u8; 4] {
    (number * 2_657 % USERS).to_be_bytes()
}
