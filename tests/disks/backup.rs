//! A backup without enough space fails and leaves no file; a reported backup survives a power cut.

use std::fs;

use headcount::{CopyOptions, Directory, ErrorKind, License, NewUser};

use crate::disk::{Disk, DiskKind};
use crate::kit::skip::skip;

#[test]
fn a_backup_without_space_leaves_nothing() {
    let Some(disk) = Disk::new(DiskKind::Tmpfs, 1 << 20) else {
        return;
    };
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options.in_memory().unwrap();
    let target = disk.path().join("users.redb");
    let names = || {
        let entries = fs::read_dir(disk.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<Vec<_>>()
    };
    for n in 0..3_000 {
        let user = NewUser::new(format!("user-{n}@ex.co")).attribute("note", "x".repeat(300));
        directory.create_user(user).unwrap();
    }
    let error = directory.backup(&target).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert!(names().is_empty(), "{:?}", names());

    // The old file is unchanged.
    let other = Directory::in_memory().unwrap();
    other.create_user("ann@ex.co").unwrap();
    other.backup(&target).unwrap();
    let before = fs::read(&target).unwrap();
    let overwrite = CopyOptions::new().overwrite(true);
    let error = directory.backup_with(&target, overwrite).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert_eq!(names(), ["users.redb"]);
    assert!(fs::read(&target).unwrap() == before);
}

#[test]
fn a_reported_backup_survives_a_power_cut() {
    let Some(disk) = Disk::new(DiskKind::Ext4, 64 << 20) else {
        return;
    };
    let target = disk.path().join("users.redb");
    let overwrite = || CopyOptions::new().overwrite(true);
    for users in [3, 5] {
        let directory = Directory::in_memory().unwrap();
        for number in 0..users {
            let email = format!("user-{number}@ex.co");
            directory.create_user(email).unwrap();
        }
        // The first backup creates a file, the second replaces it.
        directory.backup_with(&target, overwrite()).unwrap();
        if let Err(why) = disk.cut_power() {
            skip(&format!(
                "the power can't be cut here, run it as root: {why}"
            ));
            return;
        }
        disk.mount_again();
        let backup = Directory::open(&target).unwrap();
        assert_eq!(backup.verify().unwrap().active, users);
        backup.close().unwrap();
    }
}
