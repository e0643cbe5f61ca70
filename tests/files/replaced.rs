//! A file that is replaced, renamed or deleted while a directory is open in it.

use std::fs;

use headcount::{Directory, ErrorKind, NewUser};

use crate::folder::{Folder, assert_holds, assert_refused, emails, salvage, users};

fn inactive(email: &str) -> NewUser {
    NewUser::new(email).active(false)
}

/// A directory that is open in `users.redb`, with a user whose only copy is in the log.
fn open(folder: &Folder) -> Directory {
    let directory = Directory::open(folder.path("users.redb")).unwrap();
    directory.create_user(inactive("old@ex.co")).unwrap();
    directory
}

/// Asserts that the directory reports the change, still reads, and refuses writes.
fn assert_stopped(directory: &Directory) {
    for _ in 0..2 {
        let refused = directory.create_user(inactive("more@ex.co")).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::FileReplaced, "{refused}");
    }
    assert_eq!(emails(directory), ["old@ex.co"]);
}

#[test]
fn a_renamed_file_keeps_everything_and_refuses_writes() {
    let folder = Folder::new();
    let directory = open(&folder);
    fs::rename(folder.path("users.redb"), folder.path("moved.redb")).unwrap();
    assert_stopped(&directory);
    let closed = directory.close().unwrap_err();
    assert_eq!(closed.kind(), ErrorKind::FileReplaced, "{closed}");
    assert_eq!(folder.names(), ["moved.redb"]);
    assert_holds(&folder.path("moved.redb"), &["old@ex.co".to_owned()]);
}

/// A restore by `mv`, after which the service is started again while the old one still runs.
#[test]
fn a_file_that_takes_its_place_is_not_touched_by_the_old_directory() {
    let folder = Folder::new();
    let backup = Directory::open(folder.path("backup.redb")).unwrap();
    backup.create_user(inactive("backup@ex.co")).unwrap();
    backup.close().unwrap();

    let old = open(&folder);
    fs::rename(folder.path("backup.redb"), folder.path("users.redb")).unwrap();
    // The old directory's log is in the way and in use.
    assert_refused(&folder.path("users.redb"), ErrorKind::LogForeign);
    assert_stopped(&old);
    assert!(old.close().is_err());
    assert_eq!(folder.names(), ["users.redb"], "it removes its own log");

    let new = Directory::open(folder.path("users.redb")).unwrap();
    new.create_user(inactive("new@ex.co")).unwrap();
    assert_eq!(emails(&new), ["backup@ex.co", "new@ex.co"]);
    new.close().unwrap();
}

#[test]
fn the_log_of_the_new_file_survives_the_old_directory() {
    let folder = Folder::new();
    let old = open(&folder);
    fs::rename(folder.path("users.redb"), folder.path("moved.redb")).unwrap();
    for name in ["users.redb-log0", "users.redb-log1"] {
        let _ = fs::remove_file(folder.path(name));
    }
    let new = Directory::open(folder.path("users.redb")).unwrap();
    new.create_user(inactive("new@ex.co")).unwrap();
    assert!(old.close().is_err());
    let log = folder.log("users.redb");
    assert_eq!(
        log.len(),
        1,
        "the old directory removed the log of the new one"
    );
    new.create_user(inactive("newer@ex.co")).unwrap();
    new.close().unwrap();
    let new = ["new@ex.co", "newer@ex.co"].map(str::to_owned);
    assert_holds(&folder.path("users.redb"), &new);
    assert_holds(&folder.path("moved.redb"), &["old@ex.co".to_owned()]);
}

#[test]
fn a_deleted_file_refuses_writes() {
    let folder = Folder::new();
    let directory = open(&folder);
    fs::remove_file(folder.path("users.redb")).unwrap();
    assert_stopped(&directory);
    assert!(directory.close().is_err());
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

/// No new directory is created beside the log of an earlier one.
#[test]
fn no_new_directory_is_created_beside_an_old_log() {
    let folder = Folder::new();
    folder.crash("users.redb", &users("u", 3));
    fs::rename(folder.path("users.redb"), folder.path("moved.redb")).unwrap();
    assert_refused(&folder.path("users.redb"), ErrorKind::LogForeign);
    assert!(!folder.path("users.redb").exists());
    assert_refused(&folder.path("moved.redb"), ErrorKind::LogMissing);
    fs::rename(folder.path("moved.redb"), folder.path("users.redb")).unwrap();
    assert_holds(&folder.path("users.redb"), &users("u", 3));
}

#[test]
fn a_moved_file_opens_without_its_log_only_on_request() {
    let folder = Folder::new();
    let directory = Directory::open(folder.path("users.redb")).unwrap();
    directory.create_user(inactive("closed@ex.co")).unwrap();
    directory.close().unwrap();
    folder.crash("users.redb", &users("u", 3));
    fs::rename(folder.path("users.redb"), folder.path("moved.redb")).unwrap();
    assert_refused(&folder.path("moved.redb"), ErrorKind::LogMissing);
    assert_eq!(salvage(&folder, "moved.redb"), ["closed@ex.co"]);
}
