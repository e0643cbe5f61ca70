//! Files that are created, reopened, or missing.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::{CREATE, EXISTING, assert_refused, get, put};
use crate::engine::redb::errors::Name;
use crate::engine::redb::place::FileId;
use crate::engine::redb::{Redb, create};
use crate::engine::{Engine, Write};
use crate::error::ErrorKind;

#[test]
fn reopening_finds_everything() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    for round in 0..5u8 {
        let engine = Redb::open(&path, if round == 0 { &CREATE } else { &EXISTING }).unwrap();
        for earlier in 0..round {
            assert_eq!(get(&engine, &[earlier]).unwrap(), vec![earlier; 3000]);
        }
        put(&engine, &[round], &[round; 3000]).unwrap();
        // Dropping it must have the same effect as closing it.
        if round % 2 == 0 {
            engine.close().unwrap();
        }
    }
}

#[test]
fn a_missing_file_is_made_only_on_request() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    assert_refused(&path, &EXISTING, ErrorKind::Io, "there is no file");
    assert!(!path.exists());
    let engine = Redb::open(&path, &CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    engine.close().unwrap();
    Redb::open(&path, &EXISTING).unwrap();
}

/// The caller failed before it used the file.
#[test]
fn a_file_that_is_never_written_to_goes_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    drop(Redb::open(&path, &CREATE).unwrap());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn an_empty_file_counts_as_missing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    File::create(&path).unwrap();
    assert_refused(&path, &EXISTING, ErrorKind::Io, "is empty");
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    let engine = Redb::open(&path, &CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    assert_eq!(get(&engine, b"ann").unwrap(), b"1");
}

/// A crash between the creation of the file by redb and the creation of our table.
#[test]
fn a_database_without_tables_counts_as_missing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    drop(::redb::Database::create(&path).unwrap());
    assert_refused(&path, &EXISTING, ErrorKind::Io, "is empty");
    put(&Redb::open(&path, &CREATE).unwrap(), b"ann", b"1").unwrap();
    assert_eq!(
        get(&Redb::open(&path, &EXISTING).unwrap(), b"ann").unwrap(),
        b"1"
    );
}

/// The file after a process was killed while redb created it: no magic number, or even
/// less. The mark identifies the file.
#[test]
fn an_unfinished_file_is_no_obstacle() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let mark = directory.path().join("users.redb-new");
    for left in [&b""[..], &vec![0; 80_000], b"re"] {
        fs::write(&path, left).unwrap();
        let id = FileId::at(&path).unwrap();
        fs::write(&mark, create::mark_of(id)).unwrap();
        put(&Redb::open(&path, &CREATE).unwrap(), b"ann", b"1").unwrap();
        assert!(!mark.exists(), "the mark is still there");
        let engine = Redb::open(&path, &EXISTING).unwrap();
        assert_eq!(get(&engine, b"ann").unwrap(), b"1");
    }
}

/// A leftover mark doesn't apply to a file that came later, even if that was copied over
/// the unfinished one.
#[test]
fn a_stale_mark_destroys_no_foreign_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let mark = directory.path().join("users.redb-new");
    fs::write(&path, b"").unwrap();
    let unfinished = create::mark_of(FileId::at(&path).unwrap());
    let other = create::mark_of(None);
    let zeros = vec![0; 80_000];
    for (mark_bytes, foreign) in [
        (&unfinished[..], &b"id,email\n1,ann@example.com\n"[..]),
        (&other, &zeros),
        (b"", &zeros),
        (b"", b"id,email\n"),
    ] {
        fs::write(&path, foreign).unwrap();
        fs::write(&mark, mark_bytes).unwrap();
        assert_refused(
            &path,
            &CREATE,
            ErrorKind::Corrupted,
            "is not a directory of users",
        );
        assert!(fs::read(&path).unwrap() == foreign, "the file was changed");
    }
}

/// The mark may be a leftover of a process that was about to create a file that another had
/// just finished.
#[test]
fn a_finished_file_is_never_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let mark = directory.path().join("users.redb-new");
    put(&Redb::open(&path, &CREATE).unwrap(), b"ann", b"1").unwrap();
    fs::write(&mark, b"").unwrap();
    let engine = Redb::open(&path, &CREATE).unwrap();
    assert_eq!(get(&engine, b"ann").unwrap(), b"1");
    drop(engine);

    let mut damaged = fs::read(&path).unwrap();
    damaged[9..4096].fill(0x55);
    fs::write(&path, &damaged).unwrap();
    fs::write(&mark, b"").unwrap();
    assert!(Redb::open(&path, &CREATE).is_err());
    assert!(fs::read(&path).unwrap() == damaged, "it was made anew");
}

#[test]
fn a_file_is_made_once_by_however_many_threads() {
    let directory = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let path = directory.path().join(format!("{round}.redb"));
        let opened = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| Redb::open(&path, &CREATE)))
                .collect();
            let opened = threads.into_iter().map(|thread| thread.join().unwrap());
            opened.collect::<Vec<_>>()
        });
        for refused in opened.iter().filter_map(|opened| opened.as_ref().err()) {
            assert_eq!(refused.kind(), ErrorKind::AlreadyOpen, "{refused}");
        }
        let mut engines = opened.into_iter().flatten();
        put(&engines.next().expect("somebody has it"), b"ann", b"1").unwrap();
        assert!(engines.next().is_none(), "two have the file open");
        let again = Redb::open(&path, &EXISTING).unwrap();
        assert_eq!(get(&again, b"ann").unwrap(), b"1");
    }
}

#[test]
fn a_missing_parent_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let parent = directory.path().join("data");
    let missing = format!("there is no `{}`; create that first", parent.display());
    assert_refused(&parent.join("users.redb"), &CREATE, ErrorKind::Io, &missing);
    assert!(!parent.exists());
}

#[test]
fn a_directory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    for options in [&CREATE, &EXISTING] {
        assert_refused(directory.path(), options, ErrorKind::Io, "is a directory");
    }
}

#[cfg(unix)]
#[test]
fn a_device_is_refused() {
    assert_refused(
        Path::new("/dev/null"),
        &CREATE,
        ErrorKind::Io,
        "is not a regular file",
    );
}

/// Root is never denied access, so this tests the conversion of the error, not the system.
#[test]
fn a_missing_permission_is_explained() {
    let name = Name::of_path(Path::new("users.redb"));
    let error = name.io(io::ErrorKind::PermissionDenied.into());
    assert_eq!(error.kind(), ErrorKind::Io);
    let message = error.to_string();
    assert!(message.contains("`users.redb`"), "{message}");
    assert!(
        message.ends_with("this process must be able to read and write it"),
        "{message}"
    );
}

#[test]
fn a_transaction_that_changes_nothing_leaves_the_file_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    let written = || {
        let log = directory.path().join("users.redb-log0");
        [fs::read(&path).unwrap(), fs::read(log).unwrap()]
    };
    let before = written();
    engine.transact(|txn| txn.delete(b"absent")).unwrap();
    engine.transact(|_| Ok(())).unwrap();
    assert!(written() == before, "a transaction without effect wrote");
    put(&engine, b"ann", b"2").unwrap();
    assert!(written() != before, "the comparison sees no writes at all");
}
