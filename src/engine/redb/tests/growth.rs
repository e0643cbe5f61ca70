//! A state that is held pins the pages that later commits free, so redb appends new ones to
//! the file: with one held read transaction, 1,500 commits once grew a file from 18 to 285
//! MB.

use std::iter;

use ::redb::{Database, StorageBackend};

use super::disk::{BASE, Disk};
use super::{CREATE, put};
use crate::engine::redb::Txn;
use crate::engine::redb::table::TABLE;
use crate::engine::{Engine, Read, Write};

const CHECKPOINTS: u32 = 500;
const COMMITS: u32 = 3;
const USERS: u32 = 4_000;

#[test]
fn snapshots_that_come_and_go_do_not_grow_the_file() {
    let all = (0..USERS).map(u32::to_be_bytes).collect();
    let changed = (0..CHECKPOINTS).map(|checkpoint| {
        let commits = 0..COMMITS;
        let users = commits.map(|commit| changed_user(checkpoint * COMMITS + commit));
        users.collect()
    });
    let (with_readers, alone) = (
        length_with_readers(),
        length_of_redb_alone(iter::once(all).chain(changed)),
    );
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

/// Checkpoints that change some users on each page. Their number is such that the file has
/// room for two versions of all pages, and would have to be doubled for a third.
#[test]
fn a_checkpoint_uses_the_pages_that_the_one_before_replaced() {
    const MANY: u32 = 7_500;
    const ON_EACH_PAGE: usize = 20;
    let steps = || iter::once(1).chain(iter::repeat_n(ON_EACH_PAGE, 7));
    let users = |step| (0..MANY).step_by(step).map(u32::to_be_bytes);
    let disk = Disk::default();
    let engine = disk.open(&CREATE).unwrap();
    for step in steps() {
        let put = |txn: &mut Txn<'_>| users(step).try_for_each(|user| txn.put(&user, &[1; 100]));
        engine.transact(put).unwrap();
        engine.checkpoint().unwrap();
    }
    let length = disk.file(BASE).len().unwrap();
    let alone = length_of_redb_alone(steps().map(|step| users(step).collect()));
    assert!(length <= alone, "{length} bytes, {alone} with redb alone");
}

/// The file's length after commits of these users in bare redb, without any reading.
fn length_of_redb_alone(commits: impl Iterator<Item = Vec<[u8; 4]>>) -> u64 {
    let disk = Disk::default();
    let database = Database::builder()
        .set_cache_size(CREATE.cache_bytes)
        .create_with_backend(disk.file(BASE))
        .unwrap();
    for users in commits {
        let mut transaction = database.begin_write().unwrap();
        transaction.set_quick_repair(true);
        let mut table = transaction.open_table(TABLE).unwrap();
        for user in users {
            table.insert(&user[..], &[1; 100][..]).unwrap();
        }
        drop(table);
        transaction.commit().unwrap();
    }
    disk.file(BASE).len().unwrap()
}

/// The user that the commit with this number changes; they are spread all over the file.
fn changed_user(number: u32) -> [u8; 4] {
    (number * 2_657 % USERS).to_be_bytes()
}
