//! A state that is held pins the pages that later commits free, so redb appends new ones to
//! the file: with one held read transaction, 1,500 commits once grew a file from 18 to 285
//! MB.

use ::redb::{Database, StorageBackend};

use super::disk::{BASE, Disk};
use super::{CREATE, put};
use crate::engine::redb::table::TABLE;
use crate::engine::{Engine, Read, Write};

const CHECKPOINTS: u32 = 500;
const COMMITS: u32 = 3;
const USERS: u32 = 4_000;

#[test]
fn snapshots_that_come_and_go_do_not_grow_the_file() {
    let (with_readers, alone) = (length_with_readers(), length_of_redb_alone());
    assert!(
        with_readers <= alone * 2,
        "{with_readers} bytes with readers, {alone} without"
    );
}

/// The file's length after the commits through the engine, with snapshots taken and dropped
/// in between.
fn length_with_readers() -> u64 {
    let disk = Disk::default();
    let engine = disk.open(&CREATE).unwrap();
    engine
        .transact(|txn| (0..USERS).try_for_each(|user| txn.put(&user.to_be_bytes(), &[0; 100])))
        .unwrap();
    let mut held = engine.snapshot().unwrap();
    for number in 0..CHECKPOINTS * COMMITS {
        // Held over three commits and a checkpoint, like a slow reader.
        if number % 3 == 0 {
            held = engine.snapshot().unwrap();
        }
        let user = changed_user(number);
        assert!(held.get(&user).unwrap().is_some());
        put(&engine, &user, &[1; 100]).unwrap();
        if number % COMMITS == 1 {
            engine.checkpoint().unwrap();
        }
    }
    disk.file(BASE).len().unwrap()
}

/// The same in bare redb, without any reading.
fn length_of_redb_alone() -> u64 {
    let disk = Disk::default();
    let database = Database::builder()
        .set_cache_size(CREATE.cache_bytes)
        .create_with_backend(disk.file(BASE))
        .unwrap();
    let commit = |users: &mut dyn Iterator<Item = [u8; 4]>| {
        let mut transaction = database.begin_write().unwrap();
        transaction.set_quick_repair(true);
        let mut table = transaction.open_table(TABLE).unwrap();
        for user in users {
            table.insert(&user[..], &[1; 100][..]).unwrap();
        }
        drop(table);
        transaction.commit().unwrap();
    };
    commit(&mut (0..USERS).map(u32::to_be_bytes));
    for checkpoint in 0..CHECKPOINTS {
        commit(&mut (0..COMMITS).map(|commit| changed_user(checkpoint * COMMITS + commit)));
    }
    disk.file(BASE).len().unwrap()
}

/// The user that the commit with this number changes; they are spread all over the file.
fn changed_user(number: u32) -> [u8; 4] {
    (number * 2_657 % USERS).to_be_bytes()
}
