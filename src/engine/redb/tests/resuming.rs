//! After a crash the same use goes on: opening changes nothing in the database, and new
//! frames go to a segment that holds none which the database lacks.

use std::fs;

use fastrand::Rng;

use super::disk::{BASE, Disk, PowerCut};
use super::{CREATE, EXISTING, get, put};
use crate::engine::Engine;
use crate::engine::redb::{Redb, RedbOptions};

const SMALL: RedbOptions = RedbOptions {
    background: false,
    ..EXISTING
};

/// What a crash leaves after `keys` were written to `disk`, none of which a checkpoint
/// took over.
fn crash_after(disk: &Disk, keys: &[&[u8]]) -> Disk {
    let create = RedbOptions {
        background: false,
        ..CREATE
    };
    let engine = disk.open(&create).unwrap();
    for key in keys {
        put(&engine, key, b"1").unwrap();
    }
    let left = disk.after(PowerCut::KeepsAll, &mut Rng::with_seed(1));
    drop(engine);
    left
}

fn logs(disk: &Disk) -> Vec<String> {
    let names = disk.names().into_iter();
    names.filter(|name| name.starts_with("log")).collect()
}

#[test]
fn each_life_has_a_segment_of_its_own_until_there_is_none_left() {
    let mut disk = Disk::default();
    let lives: [&[&[u8]]; 4] = [&[b"a", b"b"], &[b"c"], &[b"d", b"e"], &[b"f"]];
    for (life, keys) in lives.into_iter().enumerate() {
        disk = crash_after(&disk, keys);
        let engine = disk.open(&SMALL).unwrap();
        for key in lives[..=life].concat() {
            assert_eq!(get(&engine, key).unwrap(), b"1", "after life {life}");
        }
        // Of three segments that all hold something none is free.
        assert_eq!(engine.has_frozen(), life != 2, "after life {life}");
        if life == 2 {
            assert_eq!(logs(&disk), [""; 0]);
            // What that has removed the next life does not find.
            engine.close().unwrap();
            continue;
        }
        // It crashes again, having written nothing.
        disk = disk.after(PowerCut::KeepsAll, &mut Rng::with_seed(1));
        let expected = &["log0", "log1", "log2"][..=life % 3];
        assert_eq!(logs(&disk), expected, "after life {life}");
    }
}

#[test]
fn opening_writes_nothing_that_the_log_has_to_the_database() {
    let disk = crash_after(&Disk::default(), &[b"a", b"b"]);
    let pages = |disk: &Disk| disk.with_bytes(BASE, |bytes| bytes[4096..].to_vec());
    let before = pages(&disk);
    let engine = disk.open(&SMALL).unwrap();
    put(&engine, b"c", b"1").unwrap();
    assert!(pages(&disk) == before, "the database was written");
    engine.checkpoint().unwrap();
    assert!(!engine.has_frozen() && pages(&disk) != before);
    for key in [b"a", b"b", b"c"] {
        assert_eq!(get(&engine, key).unwrap(), b"1");
    }
}

/// What a frame that was never acknowledged left where the next one would be written may
/// be taken for a part of that one: its number and its place are the same.
#[test]
fn a_segment_with_the_torso_of_a_frame_is_not_written_again() {
    let disk = crash_after(&Disk::default(), &[b"a"]);
    let engine = disk.open(&SMALL).unwrap();
    engine
        .transact(|txn| crate::engine::Write::put(txn, b"b", &[1; 2000]))
        .unwrap();
    let left = disk.after(PowerCut::KeepsAll, &mut Rng::with_seed(1));
    drop(engine);
    let torn = left.with_bytes("log1", |bytes| bytes[8192..8192 + 512].fill(0));
    assert!(torn.is_some());
    let engine = left.open(&SMALL).unwrap();
    assert_eq!(get(&engine, b"b"), None);
    assert_eq!(get(&engine, b"a").unwrap(), b"1");
    assert!(!engine.has_frozen());
    assert_eq!(logs(&left), [""; 0]);
}

/// Two files must never be in one use: the log of one would pass for the other's.
#[test]
fn a_copy_begins_a_use_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let copy = folder.path().join("copy.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    for (from, to) in [
        ("users.redb", "copy.redb"),
        ("users.redb-log0", "copy.redb-log0"),
    ] {
        fs::copy(folder.path().join(from), folder.path().join(to)).unwrap();
    }
    let copied = Redb::open(&copy, &SMALL).unwrap();
    assert_eq!(get(&copied, b"ann").unwrap(), b"1");
    assert!(!copied.has_frozen());
    assert!(!folder.path().join("copy.redb-log0").exists());
}
