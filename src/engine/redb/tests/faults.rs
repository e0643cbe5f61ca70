//! A disk that fails.

use std::io;

use super::crashes::all;
use super::disk::Disk;
use super::{CREATE, EXISTING, get, put};
use crate::engine::redb::RedbOptions;
use crate::engine::{Engine, Write};
use crate::error::ErrorKind;

/// A retry after a failed `fsync` can succeed without the data being there, so
/// after the first failure the engine must not even try.
#[test]
fn after_a_failed_commit_nothing_is_written_until_reopened() {
    let disk = Disk::default();
    let engine = disk.open(&CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    disk.fail_from_now(io::ErrorKind::StorageFull);

    let error = put(&engine, b"ann", b"2").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error}");
    let message = error.to_string();
    assert!(
        message.contains("a write to the log of `users.redb` failed"),
        "{message}"
    );

    // The disk recovers, but it is unknown how much of the commit is on it.
    disk.set_fault(None);
    let mut ran = false;
    let refused = engine.transact(|_| {
        ran = true;
        Ok(())
    });
    let error = refused.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let message = error.to_string();
    assert!(
        message.contains("`users.redb` accepts no writes after an earlier failure"),
        "{message}"
    );
    assert!(
        message.contains("a write to the log of `users.redb` failed"),
        "the reason is forgotten: {message}"
    );
    assert!(!ran, "a transaction ran after a failed commit");

    // Known commits can still be read.
    assert_eq!(get(&engine, b"ann").unwrap(), b"1");
    assert_eq!(engine.close().unwrap_err().kind(), ErrorKind::Io);
    engine.close().unwrap();

    let engine = disk.open(&EXISTING).unwrap();
    let value = get(&engine, b"ann").unwrap();
    assert!(value == b"1" || value == b"2", "{value:?}");
    put(&engine, b"ann", b"3").unwrap();
    assert_eq!(get(&engine, b"ann").unwrap(), b"3");
}

#[test]
fn a_new_file_that_cannot_be_written_is_refused() {
    let disk = Disk::default();
    disk.fail_from_now(io::ErrorKind::StorageFull);
    let error = disk.open(&CREATE).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    let message = error.to_string();
    assert!(message.contains("can't open `users.redb`"), "{message}");
    assert!(message.ends_with("free some space"), "{message}");
}

/// The frozen writes stay where they are, between the database and newer ones.
#[test]
fn a_failed_checkpoint_takes_nothing_from_readers() {
    let disk = Disk::default();
    let options = RedbOptions {
        background: false,
        ..CREATE
    };
    let engine = disk.open(&options).unwrap();
    for key in [b"ann", b"bob", b"cho"] {
        put(&engine, key, b"1").unwrap();
    }
    engine.checkpoint().unwrap();
    put(&engine, b"ann", b"2").unwrap();
    engine.transact(|txn| txn.delete(b"bob")).unwrap();
    put(&engine, b"dee", b"1").unwrap();
    let before = all(&engine);
    assert_eq!(before.len(), 3);

    disk.fail_from_now(io::ErrorKind::Other);
    let error = engine.checkpoint().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert_eq!(get(&engine, b"ann").unwrap(), b"2");
    assert_eq!(get(&engine, b"bob"), None);
    assert_eq!(get(&engine, b"cho").unwrap(), b"1");
    assert_eq!(get(&engine, b"dee").unwrap(), b"1");
    assert_eq!(all(&engine), before);
    assert!(put(&engine, b"ann", b"3").is_err());
    assert!(engine.close().is_err());

    disk.set_fault(None);
    assert_eq!(all(&disk.open(&EXISTING).unwrap()), before);
}
