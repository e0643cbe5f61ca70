//! A backup that finds no room leaves nothing but an error. This needs a small file
//! system of its own, which only some machines let a test mount.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use headcount::{CopyOptions, Directory, ErrorKind, License, NewUser};

use crate::helpers::{create, finish, refusal};

/// A file system in memory of 1 MiB, until it is dropped.
struct Small(tempfile::TempDir);

impl Small {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder.path())
            .output();
        let is_mounted = mounted.is_ok_and(|output| output.status.success());
        is_mounted.then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

#[expect(clippy::print_stdout, reason = "a test's own output")]
#[test]
fn a_backup_without_room() {
    let Some(small) = Small::mount() else {
        println!("skipped: no file system can be mounted here");
        return;
    };
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options.in_memory().unwrap();
    let target = small.path().join("users.redb");
    let names = || {
        let entries = std::fs::read_dir(small.path()).unwrap();
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

    // What was there stays as it was.
    let other = Directory::in_memory().unwrap();
    create(&other, "ann@ex.co");
    other.backup(&target).unwrap();
    let before = std::fs::read(&target).unwrap();
    let overwrite = CopyOptions::new().overwrite(true);
    assert_eq!(
        refusal(directory.backup_with(&target, overwrite)),
        ErrorKind::Io
    );
    assert_eq!(names(), ["users.redb"]);
    assert!(std::fs::read(&target).unwrap() == before);
    finish(directory);
}
