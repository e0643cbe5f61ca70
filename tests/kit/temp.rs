//! Temporary files.

use std::path::PathBuf;

use headcount::Directory;
use tempfile::TempDir;

/// A path for a directory, in a folder of its own that is removed with it.
pub struct TempPath {
    folder: TempDir,
    pub path: PathBuf,
}

impl TempPath {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.redb");
        Self { folder, path }
    }

    pub fn open(&self) -> Directory {
        Directory::open(&self.path).unwrap()
    }

    /// The names of the files in the folder, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}
