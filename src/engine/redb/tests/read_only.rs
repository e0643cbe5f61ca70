//! The read-only engine reads the same as the writing one after any crash, and changes no
//! byte.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::crashes::{Map, all_of};
use super::disk::{BASE, Disk};
use super::{CREATE, EXISTING, put};
use crate::engine::Engine;
use crate::engine::redb::errors::Name;
use crate::engine::redb::read_only::ReadOnly;
use crate::engine::redb::{Redb, RedbOptions};
use crate::error::ErrorKind;

/// The map that a reader of `disk` finds; empty if nothing was ever committed.
pub(super) fn read(disk: &Disk) -> Map {
    if !disk.names().iter().any(|name| name == BASE) {
        return Map::new();
    }
    let changes = disk.changes();
    let names = disk.names();
    let name = Name::new("users.redb");
    let opened = ReadOnly::start(disk.file(BASE), disk, name, 1 << 20, false);
    let found = match opened {
        Ok(engine) => {
            let found = all_of(&engine.snapshot().unwrap());
            engine.close().unwrap();
            found
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Io, "{error}");
            assert!(error.to_string().contains("is empty"), "{error}");
            Map::new()
        }
    };
    assert_eq!(disk.changes(), changes, "a reader wrote");
    assert_eq!(disk.names(), names);
    found
}

/// A folder with a directory that was not closed: its log is beside it.
fn crashed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let options = RedbOptions {
        background: false,
        ..CREATE
    };
    let engine = Redb::open(&folder.path().join("open.redb"), &options).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    engine.checkpoint().unwrap();
    put(&engine, b"bob", b"2").unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let name = entry.unwrap().file_name();
        let copy = name.to_str().unwrap().replace("open", "users");
        fs::copy(folder.path().join(&name), folder.path().join(copy)).unwrap();
    }
    folder
}

#[test]
fn a_crashed_file_is_read_where_nothing_can_be_written() {
    let folder = crashed();
    let path = folder.path().join("users.redb");
    let files = ["users.redb", "users.redb-log0", "users.redb-log1"].map(|n| folder.path().join(n));
    let bytes = || files.each_ref().map(|file| fs::read(file).ok());
    let before = bytes();
    assert!(
        before[1].is_some() || before[2].is_some(),
        "where is the log?"
    );
    let mode = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    for file in files.iter().filter(|file| file.exists()) {
        mode(file, 0o444);
    }
    mode(folder.path(), 0o555);
    let one = ReadOnly::open(&path, 1 << 20, false).unwrap();
    let two = ReadOnly::open(&path, 1 << 20, false).unwrap();
    for engine in [&one, &two] {
        let found = all_of(&engine.snapshot().unwrap());
        assert_eq!(found.len(), 2);
        assert_eq!(found[&b"bob"[..]], b"2");
    }
    one.close().unwrap();
    assert_eq!(one.snapshot().err().unwrap().kind(), ErrorKind::Closed);
    assert_eq!(one.refusal().kind(), ErrorKind::Closed);
    assert_eq!(two.refusal().kind(), ErrorKind::ReadOnly);
    drop(two);
    mode(folder.path(), 0o755);
    assert!(bytes() == before, "a reader wrote");
}

#[test]
fn readers_and_a_writer_keep_each_other_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let writer = Redb::open(&path, &CREATE).unwrap();
    put(&writer, b"ann", b"1").unwrap();
    let read = || ReadOnly::open(&path, 1 << 20, false);
    assert_eq!(read().err().unwrap().kind(), ErrorKind::AlreadyOpen);
    writer.close().unwrap();
    let readers = [read().unwrap(), read().unwrap()];
    let write = || Redb::open(&path, &EXISTING);
    assert_eq!(write().err().unwrap().kind(), ErrorKind::AlreadyOpen);
    readers[0].close().unwrap();
    assert_eq!(write().err().unwrap().kind(), ErrorKind::AlreadyOpen);
    readers[1].close().unwrap();
    write().unwrap().close().unwrap();
}

#[test]
fn nothing_is_made_for_a_reader() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let refusal = || {
        ReadOnly::open(&path, 1 << 20, false)
            .err()
            .unwrap()
            .to_string()
    };
    assert!(refusal().contains("there is no file"));
    assert!(!path.exists());
    fs::write(&path, "").unwrap();
    assert!(refusal().contains("is empty"));
    drop(::redb::Database::create(&path).unwrap());
    assert!(refusal().contains("is empty"));
    fs::write(&path, "something else").unwrap();
    assert!(refusal().contains("is not a directory of users"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let refused = ReadOnly::open(folder.path(), 1 << 20, false).err().unwrap();
    assert!(refused.to_string().contains("is a directory"), "{refused}");
}
