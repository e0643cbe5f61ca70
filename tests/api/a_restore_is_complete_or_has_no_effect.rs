//! A restore either replaces the file with a sound directory, or leaves it unchanged. Nothing of
//! the old file comes back.

use std::path::Path;

use headcount::{CopyOptions, Directory, ErrorKind};

use crate::helpers::{TempPath, create, emails, fill, finish, refusal};

/// Copies the files of an open directory, as a crash would leave them.
fn crash(from: &TempPath, to: &TempPath) {
    for name in ["users.redb", "users.redb-log0", "users.redb-log1"] {
        let file = from.path.with_file_name(name);
        if file.exists() {
            std::fs::copy(file, to.path.with_file_name(name)).unwrap();
        }
    }
}

fn has_log(path: &Path) -> bool {
    ["users.redb-log0", "users.redb-log1"]
        .iter()
        .any(|name| path.with_file_name(name).exists())
}

fn overwrite() -> CopyOptions<'static> {
    CopyOptions::new().overwrite(true)
}

#[test]
fn a_restore_brings_back_the_backup_without_later_writes() {
    let (file, backup) = (TempPath::new(), TempPath::new());
    let directory = file.open();
    create(&directory, "ann@ex.co");
    directory.backup(&backup.path).unwrap();
    create(&directory, "bob@ex.co");
    directory.close().unwrap();
    let kept = headcount::restore(&backup.path, &file.path, CopyOptions::new());
    assert_eq!(refusal(kept), ErrorKind::Io);
    assert_eq!(emails(&file.open()).len(), 2);
    let copied = headcount::restore(&backup.path, &file.path, overwrite()).unwrap();
    assert_eq!((copied.users, copied.sequence), (1, 1));
    let directory = file.open();
    assert_eq!(emails(&directory), ["ann@ex.co"]);
    finish(directory);
}

/// A directory is restored from a backup, written to, and crashes. When the same backup is restored
/// again, the log of the crash must not be applied, although the restored file is the same byte for
/// byte.
#[test]
fn the_log_of_the_old_file_is_never_applied() {
    let (live, crashed, backup) = (TempPath::new(), TempPath::new(), TempPath::new());
    let first = live.open();
    create(&first, "ann@ex.co");
    first.backup(&backup.path).unwrap();
    first.close().unwrap();
    headcount::restore(&backup.path, &live.path, overwrite()).unwrap();
    let directory = live.open();
    create(&directory, "bob@ex.co");
    crash(&live, &crashed);
    assert!(has_log(&crashed.path), "where is the log?");
    let log = crashed.path.with_file_name("users.redb-log0");
    let kept = std::fs::read(&log).unwrap();
    headcount::restore(&backup.path, &crashed.path, overwrite()).unwrap();
    assert!(!has_log(&crashed.path), "the log is still there");
    assert_eq!(emails(&crashed.open()), ["ann@ex.co"]);
    // As if a crash had prevented the removal of the log: refused, or not applied.
    headcount::restore(&backup.path, &crashed.path, overwrite()).unwrap();
    std::fs::write(&log, kept).unwrap();
    if let Ok(directory) = Directory::open(&crashed.path) {
        assert_eq!(emails(&directory), ["ann@ex.co"]);
    }
    headcount::restore(&backup.path, &crashed.path, overwrite()).unwrap();
    assert_eq!(emails(&crashed.open()), ["ann@ex.co"]);
    finish(directory);
}

#[test]
fn a_crashed_directory_is_a_backup_with_its_log() {
    let (live, crashed, target) = (TempPath::new(), TempPath::new(), TempPath::new());
    let directory = live.open();
    fill(&directory);
    crash(&live, &crashed);
    headcount::restore(&crashed.path, &target.path, CopyOptions::new()).unwrap();
    assert!(has_log(&crashed.path), "the backup was written to");
    let restored = target.open();
    assert_eq!(emails(&restored), emails(&directory));
    finish(restored);
    finish(directory);
}

#[test]
fn an_open_or_damaged_file_is_refused_and_kept() {
    let (file, backup) = (TempPath::new(), TempPath::new());
    let directory = file.open();
    create(&directory, "ann@ex.co");
    directory.backup(&backup.path).unwrap();
    let restore = || headcount::restore(&backup.path, &file.path, overwrite());
    assert_eq!(refusal(restore()), ErrorKind::AlreadyOpen);
    create(&directory, "bob@ex.co");
    directory.close().unwrap();
    let open = backup.open();
    assert_eq!(refusal(restore()), ErrorKind::AlreadyOpen);
    open.close().unwrap();
    let itself = headcount::restore(&file.path, &file.path, overwrite());
    assert_eq!(refusal(itself), ErrorKind::InvalidArgument);

    // One byte of an email address: the value's checksum no longer matches, or redb notices.
    let mut bytes = std::fs::read(&backup.path).unwrap();
    let place = bytes.windows(9).position(|text| text == b"ann@ex.co");
    bytes[place.unwrap()] ^= 1;
    std::fs::write(&backup.path, bytes).unwrap();
    assert_eq!(refusal(restore()), ErrorKind::Corrupted);
    std::fs::write(&backup.path, "no directory").unwrap();
    assert_eq!(refusal(restore()), ErrorKind::Corrupted);
    std::fs::remove_file(&backup.path).unwrap();
    assert_eq!(refusal(restore()), ErrorKind::Io);
    let directory = file.open();
    assert_eq!(emails(&directory), ["ann@ex.co", "bob@ex.co"]);
    finish(directory);
    let folder = file.path.parent().unwrap();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
}
