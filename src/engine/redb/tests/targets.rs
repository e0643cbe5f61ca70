//! Targets of copies: the old file stays until the copy is complete, and the next copy
//! removes leftovers of a killed one.

use std::fs::{self, File};
use std::io::Write as _;
use std::ops::Bound;
use std::path::Path;
use std::time::{Duration, SystemTime};

use ::redb::StorageBackend;
use ::redb::backends::FileBackend;

use super::{CREATE, EXISTING, get, put};
use crate::engine::Engine;
use crate::engine::redb::{Redb, RedbOptions, Target, copy};
use crate::error::{ErrorKind, Result};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Copies an engine with one entry to `path`.
fn copy_one(path: &Path, value: &[u8]) -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let engine = Redb::open(&folder.path().join("from.redb"), &CREATE).unwrap();
    put(&engine, b"ann", value).unwrap();
    let (target, file) = Target::prepare(path, true)?;
    copy(&engine.snapshot().unwrap(), file, path, &mut |_, _| {})?;
    target.finish().map(drop)
}

#[test]
fn an_abandoned_copy_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    copy_one(&path, b"1").unwrap();
    let (target, mut file) = Target::prepare(&path, true).unwrap();
    file.write_all(b"half").unwrap();
    assert_eq!(names(folder.path()).len(), 2);
    // Nobody else gets at the file meanwhile.
    let busy = Redb::open(&path, &EXISTING).err().unwrap();
    assert_eq!(busy.kind(), ErrorKind::AlreadyOpen);
    drop(target);
    assert_eq!(names(folder.path()), ["users.redb"]);
    assert_eq!(
        get(&Redb::open(&path, &EXISTING).unwrap(), b"ann").unwrap(),
        b"1"
    );
}

#[test]
fn the_next_copy_removes_what_a_killed_one_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let left = |name: &str, age: u64| {
        let file = File::create(folder.path().join(name)).unwrap();
        let then = SystemTime::now() - Duration::from_secs(age);
        file.set_modified(then).unwrap();
        file
    };
    left("users.redb-copy-1", 3600);
    left("users.redb-copy-2", 0);
    left("users.redb-copies", 3600);
    let held = left("users.redb-copy-3", 3600);
    let held = FileBackend::new(held).unwrap();
    let everything = (Bound::Unbounded, Bound::Unbounded);
    assert!(held.try_lock_range(everything.0, everything.1).unwrap());
    copy_one(&path, b"1").unwrap();
    let kept = names(folder.path());
    assert!(!kept.contains(&"users.redb-copy-1".to_owned()), "{kept:?}");
    let left = [
        "users.redb-copies",
        "users.redb-copy-2",
        "users.redb-copy-3",
    ];
    for name in left {
        assert!(kept.contains(&name.to_owned()), "{kept:?}");
    }
}

/// The log of the old file doesn't belong to the copy, and would be refused.
#[test]
fn a_copy_has_no_log_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let options = RedbOptions {
        background: false,
        ..CREATE
    };
    let engine = Redb::open(&folder.path().join("open.redb"), &options).unwrap();
    put(&engine, b"bob", b"2").unwrap();
    for name in names(folder.path()) {
        let copy = name.replace("open", "users");
        fs::copy(folder.path().join(&name), folder.path().join(copy)).unwrap();
    }
    drop(engine);
    assert!(folder.path().join("users.redb-log0").exists());
    copy_one(&path, b"1").unwrap();
    assert_eq!(names(folder.path()), ["open.redb", "users.redb"]);
    let engine = Redb::open(&path, &EXISTING).unwrap();
    assert_eq!(get(&engine, b"ann").unwrap(), b"1");
    assert_eq!(get(&engine, b"bob"), None);
}
