//! The state after closing.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ::redb::Database;

use super::disk::Disk;
use super::{CREATE, EXISTING, get, put};
use crate::engine::redb::checkpoint::as_own_thread;
use crate::engine::redb::{Redb, RedbOptions};
use crate::engine::{Engine, Read, Write};
use crate::error::ErrorKind;

/// Even if a writer opens the file right away, and redb reuses the very pages of the
/// snapshot.
#[test]
fn a_file_is_free_at_once_though_snapshots_are_held() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    let keys: Vec<_> = (0..3000u16).map(u16::to_be_bytes).collect();
    engine
        .transact(|txn| keys.iter().try_for_each(|key| txn.put(key, &[1; 100])))
        .unwrap();
    engine.close().unwrap();

    // Reopened, so that little of the file is in memory.
    let engine = Redb::open(&path, &EXISTING).unwrap();
    let snapshot = engine.snapshot().unwrap();
    engine.close().unwrap();
    let again = Redb::open(&path, &EXISTING).unwrap();
    again
        .transact(|txn| keys.iter().try_for_each(|key| txn.put(key, &[2; 100])))
        .unwrap();

    let mut refused = 0;
    for key in &keys {
        match snapshot.get(key) {
            Ok(value) => assert_eq!(value.as_deref(), Some(&[1; 100][..])),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Closed);
                assert!(
                    error.to_string().contains("was closed; open it again"),
                    "{error}"
                );
                refused += 1;
            }
        }
    }
    assert!(refused > 2000, "only {refused} reads found the file closed");
    assert_eq!(get(&again, &keys[0]).unwrap(), [2; 100]);
}

/// redb scans the whole file when it is opened after an unclean close.
#[test]
fn a_panic_does_not_make_the_next_open_slow() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        engine.transact(|txn| -> crate::Result<()> {
            txn.put(b"bob", &[2; 10_000])?;
            resume_unwind(Box::new("in the middle"))
        })
    }));
    assert!(panicked.is_err());
    engine.close().unwrap();

    let repaired = Rc::new(Cell::new(false));
    let seen = Rc::clone(&repaired);
    let _database = Database::builder()
        .set_repair_callback(move |_| seen.set(true))
        .open(&path)
        .unwrap();
    assert!(!repaired.get(), "redb had to repair the file");
}

/// The syncing thread may be busy, or about to wait, when it is told to end.
#[test]
fn closing_does_not_wait_for_the_next_sync() {
    let options = RedbOptions {
        sync_interval: Some(Duration::from_hours(1)),
        ..CREATE
    };
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let directory = tempfile::tempdir().unwrap();
        for number in 0..40 {
            let path = directory.path().join(format!("{number}.redb"));
            let engine = Redb::open(&path, &options).unwrap();
            engine.close().unwrap();
        }
        done.send(()).unwrap();
    });
    is_done.recv_timeout(Duration::from_mins(1)).unwrap();
}

/// One of the engine's own threads, closing it from a logger, does not wait for the other
/// threads. What a checkpoint writes meanwhile is older than what closing writes.
#[test]
fn a_checkpoint_under_way_does_not_undo_what_closing_takes_over() {
    for _ in 0..100 {
        let disk = Disk::default();
        let engine = disk.open(&RedbOptions::new(true)).unwrap();
        let put_all = |value: u8| {
            let keys = (0..200_u16).map(u16::to_be_bytes);
            engine
                .transact(|txn| keys.clone().try_for_each(|key| txn.put(&key, &[value; 50])))
                .unwrap();
        };
        put_all(1);
        engine.begin_checkpoint().unwrap();
        put_all(2);
        as_own_thread(|| engine.close()).unwrap();
        let engine = disk.open(&EXISTING).unwrap();
        for key in (0..200_u16).map(u16::to_be_bytes) {
            assert_eq!(get(&engine, &key).unwrap(), [2; 50]);
        }
    }
}
