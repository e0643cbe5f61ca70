//! The files beside the database: the two segments of the log, and a mark.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use ::redb::StorageBackend;
use ::redb::backends::FileBackend;

use crate::engine::redb::file::sync_entry;

/// What follows the name of the database and a hyphen in those of the segments.
pub(in crate::engine::redb) const SEGMENTS: [&str; 2] = ["log0", "log1"];

/// The same for the mark of a database that is being made: as long as it is
/// there, nothing was ever acknowledged.
pub(in crate::engine::redb) const MARK: &str = "new";

/// A file beside the database. redb's trait says all that is needed of one.
pub(in crate::engine::redb) type SideFile = Box<dyn StorageBackend>;

/// Makes, finds and removes the files beside a database.
pub(in crate::engine::redb) trait SideFiles: Send + Sync {
    /// The file `name` as it is; `None` if there is none.
    fn open(&self, name: &str) -> io::Result<Option<SideFile>>;

    /// The file `name`, new and empty. Whether it is still there after a power
    /// cut is open until [`sync_names`](Self::sync_names).
    fn create(&self, name: &str) -> io::Result<SideFile>;

    /// Removes the file `name`; absent is fine.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes it durable which files there are.
    fn sync_names(&self) -> io::Result<()>;
}

/// Files whose names begin with the database's: `users.redb-log0`.
pub(in crate::engine::redb) struct Beside {
    database: PathBuf,
}

impl Beside {
    /// Beside the database at `database`.
    pub(in crate::engine::redb) fn new(database: &Path) -> Self {
        Self {
            database: database.to_owned(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        path_beside(&self.database, name)
    }
}

/// The path of the file `name` beside `database`.
pub(in crate::engine::redb) fn path_beside(database: &Path, name: &str) -> PathBuf {
    let mut path = database.to_owned().into_os_string();
    path.push("-");
    path.push(name);
    path.into()
}

impl SideFiles for Beside {
    fn open(&self, name: &str) -> io::Result<Option<SideFile>> {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.path(name));
        match opened {
            Ok(file) => backend(file).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn create(&self, name: &str) -> io::Result<SideFile> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(self.path(name))?;
        backend(file)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn sync_names(&self) -> io::Result<()> {
        sync_entry(&self.database)
    }
}

fn backend(file: File) -> io::Result<SideFile> {
    Ok(Box::new(FileBackend::new(file).map_err(io::Error::other)?))
}
