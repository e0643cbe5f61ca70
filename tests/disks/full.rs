//! Disks that are full.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use headcount::{Directory, ErrorKind};

use crate::disk::{Disk, Kind};
use crate::writer::{acknowledged, open, start};

/// Bytes that are left when the disk is all but full.
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

/// Writes until the disk is full, and returns what was acknowledged. The process ends
/// then without closing anything.
fn write_until_full(path: &Path) -> HashSet<String> {
    let (mut child, mut said) = start(path, 0);
    let users = acknowledged(&mut said);
    assert_eq!(child.wait().unwrap().code(), None, "it was to abort");
    users.into_iter().collect()
}

fn a_full_disk_loses_nothing(kind: Kind) {
    let Some(disk) = Disk::new(kind, 24 << 20) else {
        return;
    };
    let path = disk.path().join("users.redb");
    open(&path).unwrap().close().unwrap();
    let ballast = disk.fill(3 * LEFT);
    let expected = write_until_full(&path);
    assert!(expected.len() > 100, "only {}", expected.len());

    // To be read, it takes no space at all.
    let more = disk.path().join("more");
    let _ = fs::write(&more, vec![1; 4 << 20]);
    let readers = Directory::options().read_only(true);
    let directory = readers.open(&path).unwrap();
    is_there(&directory, &expected);
    directory.close().unwrap();

    // With space, everything goes on.
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
    a_full_disk_loses_nothing(Kind::Ext4);
}

#[test]
fn a_full_tmpfs_loses_nothing() {
    a_full_disk_loses_nothing(Kind::Tmpfs);
}

/// What can't be created for want of space leaves nothing behind, and says what it wants.
#[test]
fn nothing_is_left_of_what_did_not_fit() {
    for kind in [Kind::Ext4, Kind::Tmpfs] {
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
        let refused = open(&disk.path().join("users.redb")).err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::Io, "{refused}");
        assert!(refused.to_string().contains("No space left"), "{refused}");
        assert_eq!(names(), before);
    }
}
