//! Files beside the database have its owner, and links to them are not followed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{CREATE, EXISTING, get, put};
use crate::engine::Engine;
use crate::engine::redb::Redb;
use crate::engine::redb::target::Target;
use crate::error::ErrorKind;

/// A database that is closed, and the name of its first log.
fn closed() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    engine.close().unwrap();
    let log = folder.path().join("users.redb-log0");
    (folder, path, log)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_log_has_the_mode_of_the_file() {
    for bits in [0o600, 0o640, 0o660, 0o644] {
        let (_folder, path, log) = closed();
        fs::set_permissions(&path, Permissions::from_mode(bits)).unwrap();
        let engine = Redb::open(&path, &EXISTING).unwrap();
        put(&engine, b"bob", b"1").unwrap();
        assert_eq!(mode(&log), bits);
        assert_eq!(mode(&path), bits);
    }
}

/// Only testable as root.
#[test]
fn a_log_made_by_root_has_the_owner_of_the_file() {
    let (_folder, path, log) = closed();
    if chown(&path, Some(12_345), Some(23_456)).is_err() {
        return;
    }
    let engine = Redb::open(&path, &EXISTING).unwrap();
    put(&engine, b"bob", b"1").unwrap();
    let owner = |path: &Path| {
        let metadata = fs::metadata(path).unwrap();
        (metadata.uid(), metadata.gid())
    };
    assert_eq!(owner(&log), (12_345, 23_456));
    assert_eq!(owner(&path), (12_345, 23_456));
}

/// Only testable as root.
#[test]
fn what_root_creates_in_a_folder_of_somebody_else_is_theirs() {
    let folder = tempfile::tempdir().unwrap();
    if chown(folder.path(), Some(12_345), Some(23_456)).is_err() {
        return;
    }
    let path = folder.path().join("users.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    let (target, mut copy) = Target::prepare(&folder.path().join("copy"), false).unwrap();
    std::io::Write::write_all(&mut copy, b"a copy").unwrap();
    target.finish().unwrap();
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 3, "the file, its log, and the copy");
    for file in files {
        let file = file.unwrap();
        let metadata = file.metadata().unwrap();
        assert_eq!(
            (metadata.uid(), metadata.gid()),
            (12_345, 23_456),
            "{file:?}"
        );
    }
}

#[test]
fn a_link_in_the_place_of_a_log_is_refused() {
    let (folder, path, log) = closed();
    let victim = folder.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    for target in [&victim, &folder.path().join("nothing")] {
        symlink(target, &log).unwrap();
        let refused = Redb::open(&path, &EXISTING).err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::Io);
        let said = refused.to_string();
        assert!(said.contains("is a symbolic link"), "{said}");
        fs::remove_file(&log).unwrap();
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    assert!(!folder.path().join("nothing").exists());

    // A link that appears while it is open, before there is a log.
    let engine = Redb::open(&path, &EXISTING).unwrap();
    symlink(&victim, &log).unwrap();
    put(&engine, b"bob", b"1").unwrap_err();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn a_file_with_the_name_of_a_log_is_not_written_to() {
    let (folder, path, log) = closed();
    let victim = folder.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    let engine = Redb::open(&path, &EXISTING).unwrap();
    fs::hard_link(&victim, &log).unwrap();
    put(&engine, b"bob", b"1").unwrap();
    assert_eq!(get(&engine, b"bob").unwrap(), b"1");
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    engine.close().unwrap();
    assert!(victim.exists() && !log.exists());
}
