//! A folder for a directory, and helpers to inspect it.

use std::fs;
use std::path::{Path, PathBuf};

use headcount::{Directory, Error, ErrorKind};
use tempfile::TempDir;

use crate::crash::crash_after;

pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Lets a process create users and crash.
    pub fn crash(&self, name: &str, users: &[String]) {
        crash_after(&self.path(name), users, self.0.path(), None);
    }

    /// The names of the files in the folder.
    pub fn names(&self) -> Vec<String> {
        names_in(self.0.path())
    }

    /// The segments of the log of `name`.
    pub fn log(&self, name: &str) -> Vec<PathBuf> {
        let segments = [0, 1].map(|number| self.path(&format!("{name}-log{number}")));
        segments.into_iter().filter(|path| path.exists()).collect()
    }
}

pub fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The addresses of `count` users: inactive, unless the kind is "active".
pub fn users(kind: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{kind}{number}@ex.co"))
        .collect()
}

/// Asserts that the directory at `path` is sound and has exactly the users `expected`, then closes
/// it.
pub fn assert_holds(path: &Path, expected: &[String]) {
    let directory = Directory::options()
        .create_if_missing(false)
        .open(path)
        .unwrap();
    assert_eq!(emails(&directory), sorted(expected));
    directory.close().unwrap();
}

/// The addresses of all users. Asserts that the directory is sound and within its license.
pub fn emails(directory: &Directory) -> Vec<String> {
    directory.verify().unwrap();
    let seats = directory.seats().unwrap();
    assert!(seats.active <= seats.limit().unwrap_or(u64::MAX), "{seats}");
    let users = directory.users().unwrap();
    let emails: Vec<String> = users
        .map(|user| user.unwrap().email().to_string())
        .collect();
    let active = directory
        .users()
        .unwrap()
        .filter(|user| user.as_ref().unwrap().is_active());
    assert_eq!(active.count() as u64, seats.active);
    sorted(&emails)
}

pub fn sorted(users: &[String]) -> Vec<String> {
    let mut sorted = users.to_vec();
    sorted.sort();
    sorted
}

/// Asserts that opening is refused with `kind`, that no file is created or removed, and that no log
/// changes.
pub fn assert_refused(path: &Path, kind: ErrorKind) -> Error {
    let folder = path.parent().unwrap();
    let before: Vec<_> = contents(folder);
    let error = Directory::open(path).expect_err("it was opened");
    assert_eq!(error.kind(), kind, "{error}");
    assert!(contents(folder) == before, "refusing changed files");
    error
}

/// The names of all files, and the contents of the log files. The contents of the main file are
/// left out, because redb marks it as open and closed.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = names_in(folder).into_iter();
    names
        .map(|name| {
            let is_log = name.contains("-log");
            let bytes = is_log.then(|| fs::read(folder.join(&name)).unwrap_or_default());
            (name, bytes.unwrap_or_default())
        })
        .collect()
}

/// Opens the file without its log and returns its users; asserts that the log is only set aside.
pub fn salvage(folder: &Folder, name: &str) -> Vec<String> {
    let logs: Vec<_> = folder
        .log(name)
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    let options = Directory::options().salvage_log(true);
    let directory = options.open(folder.path(name)).unwrap();
    let found = emails(&directory);
    directory
        .create_user(headcount::NewUser::new("later@ex.co").active(false))
        .unwrap();
    directory.close().unwrap();
    let aside = folder
        .names()
        .into_iter()
        .filter(|name| name.contains("set-aside-"));
    let aside: Vec<_> = aside
        .map(|name| fs::read(folder.path(&name)).unwrap())
        .collect();
    assert!(logs.iter().all(|log| aside.contains(log)), "a log is gone");
    let directory = Directory::open(folder.path(name)).unwrap();
    assert_eq!(directory.len().unwrap(), found.len() as u64 + 1);
    directory.close().unwrap();
    found
}
