//! Disks that are full.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use headcount::{Batch, Directory, ErrorKind, NewUser};

use crate::disk::{Disk, DiskKind};
use crate::writer::{acknowledged, open, start};

/// Free bytes on an almost full disk.
const LEFT: u64 = 1 << 20;

fn emails(directory: &Directory) -> HashSet<String> {
    directory.verify().unwrap();
    let users = directory.users().unwrap();
    users
        .map(|user| user.unwrap().email().to_string())
        .collect()
}

fn is_there(directory: &Directory, expected: &HashSet<String>) {
    let found = emails(directory);
    let lost: Vec<_> = expected.difference(&found).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}

/// Lets a process write until the disk is full and then end without closing anything; returns the
/// acknowledged users.
fn write_until_full(path: &Path) -> HashSet<String> {
    let mut child = start(path, 0);
    let users = acknowledged(&mut child);
    assert_eq!(child.wait().code(), None, "the process should have aborted");
    users.into_iter().collect()
}

fn a_full_disk_loses_nothing(kind: DiskKind) {
    let Some(disk) = Disk::new(kind, 24 << 20) else {
        return;
    };
    let path = disk.path().join("users.redb");
    open(&path).unwrap().close().unwrap();
    let ballast = disk.fill(3 * LEFT);
    let expected = write_until_full(&path);
    assert!(expected.len() > 100, "only {}", expected.len());

    // Reading needs no space.
    let more = disk.path().join("more");
    let _ = fs::write(&more, vec![1; 4 << 20]);
    let readers = Directory::options().read_only(true);
    let directory = readers.open(&path).unwrap();
    is_there(&directory, &expected);
    directory.close().unwrap();

    // With space, writing works again.
    fs::remove_file(more).unwrap();
    fs::remove_file(ballast).unwrap();
    let directory = open(&path).unwrap();
    is_there(&directory, &expected);
    directory.create_user("late@ex.co").unwrap();
    directory.close().unwrap();
    let directory = open(&path).unwrap();
    assert!(directory.user("late@ex.co").unwrap().is_some());
    is_there(&directory, &expected);
    println!(
        "{kind:?}: {} users before the disk was full",
        expected.len()
    );
}

#[test]
fn a_full_ext4_loses_nothing() {
    a_full_disk_loses_nothing(DiskKind::Ext4);
}

#[test]
fn a_full_tmpfs_loses_nothing() {
    a_full_disk_loses_nothing(DiskKind::Tmpfs);
}

/// A file that can't be created for lack of space leaves nothing behind, and the error says why.
#[test]
fn a_file_that_does_not_fit_leaves_nothing_behind() {
    for kind in [DiskKind::Ext4, DiskKind::Tmpfs] {
        let Some(disk) = Disk::new(kind, 4 << 20) else {
            return;
        };
        disk.fill(16 << 10);
        let names = || {
            let entries = fs::read_dir(disk.path()).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = names();
        let refused = open(&disk.path().join("users.redb")).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Io, "{refused}");
        assert!(refused.to_string().contains("No space left"), "{refused}");
        assert_eq!(names(), before);
    }
}

/// A handle whose writes fail for lack of space can still read, and can write again once there is
/// space.
#[test]
fn a_handle_goes_on_when_there_is_space_again() {
    for kind in [DiskKind::Ext4, DiskKind::Tmpfs] {
        let Some(disk) = Disk::new(kind, 24 << 20) else {
            return;
        };
        let path = disk.path().join("users.redb");
        let directory = open(&path).unwrap();
        directory.create_user("first@ex.co").unwrap();
        let mut acknowledged = HashSet::from(["first@ex.co".to_owned()]);
        for round in 0..3 {
            let ballast = disk.fill(0);
            let refused = (0..).find_map(|number| {
                let email = format!("user{number}.{round}@ex.co");
                let user = NewUser::new(email.as_str()).active(false);
                match directory.create_user(user.attribute("note", "x".repeat(200))) {
                    Ok(_) => {
                        acknowledged.insert(email);
                        None
                    }
                    Err(error) => Some(error),
                }
            });
            let refused = refused.unwrap();
            assert_eq!(refused.kind(), ErrorKind::Io, "{refused}");
            assert!(refused.to_string().contains("free some space"), "{refused}");
            is_there(&directory, &acknowledged);
            fs::remove_file(ballast).unwrap();
            let late = format!("late{round}@ex.co");
            directory
                .create_user(NewUser::new(late.as_str()).active(false))
                .unwrap();
            acknowledged.insert(late);
            is_there(&directory, &acknowledged);
        }
        println!("{kind:?}: {} users", acknowledged.len());
        directory.close().unwrap();
        is_there(&open(&path).unwrap(), &acknowledged);
    }
}

/// A batch that is too large for the disk is refused as a whole; smaller ones still fit.
#[test]
fn a_batch_that_does_not_fit_the_disk_changes_nothing() {
    for kind in [DiskKind::Ext4, DiskKind::Tmpfs] {
        let Some(disk) = Disk::new(kind, 48 << 20) else {
            return;
        };
        let path = disk.path().join("users.redb");
        let directory = open(&path).unwrap();
        directory.create_user("first@ex.co").unwrap();
        let ballast = disk.fill(4 * LEFT);
        let users = |count: usize| {
            (0..count).fold(Batch::new(), |batch, number| {
                let user = NewUser::new(format!("user{number}@ex.co")).active(false);
                batch.create_user(user.attribute("note", "x".repeat(200)))
            })
        };
        for _ in 0..2 {
            let refused = directory.apply(users(40_000)).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Io, "{refused}");
            assert!(
                refused.to_string().contains("nothing was written"),
                "{refused}"
            );
            assert_eq!(emails(&directory).len(), 1);
        }
        fs::remove_file(ballast).unwrap();
        directory.apply(users(40_000)).unwrap();
        directory.close().unwrap();
        assert_eq!(emails(&open(&path).unwrap()).len(), 40_001);
    }
}
