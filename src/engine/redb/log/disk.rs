//! The files beside the database: the segments of the log, and a mark.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use ::redb::StorageBackend;

use crate::engine::redb::file::{parent, sync_entry};
use crate::engine::redb::lock;
use crate::engine::redb::own_file::OwnFile;
use crate::engine::redb::place::FileId;
use crate::engine::redb::side_file;

/// What follows the name of the database and a hyphen in those of the segments. The last
/// is only made where both others hold what a crash left.
pub(in crate::engine::redb) const SEGMENTS: [&str; 3] = ["log0", "log1", "log2"];

/// The same for the mark of a database that is being made: as long as it is
/// there, nothing was ever acknowledged.
pub(in crate::engine::redb) const MARK: &str = "new";

/// A file beside the database. redb's trait says all that is needed of one.
pub(in crate::engine::redb) type SideFile = Box<dyn StorageBackend>;

/// Makes, finds and removes the files beside a database.
pub(in crate::engine::redb) trait SideFiles: Send + Sync {
    /// The file `name` as it is; `None` if there is none.
    fn open(&self, name: &str) -> io::Result<Option<SideFile>>;

    /// The file `name`, new and empty; `AlreadyExists` where there is one. Whether it is still there after a power
    /// cut is open until [`sync_names`](Self::sync_names).
    fn create(&self, name: &str) -> io::Result<SideFile>;

    /// Removes the file `name`, unless another has come to its place since it was
    /// opened or created; absent is fine.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Renames the file `name`.
    fn rename(&self, name: &str, to: &str) -> io::Result<()>;

    /// Makes it durable which files there are.
    fn sync_names(&self) -> io::Result<()>;

    /// Which file the database is; `None` where that can't be told.
    fn database(&self) -> Option<FileId>;

    /// Whether the database is still at its name.
    fn is_in_place(&self) -> io::Result<bool>;

    /// How many bytes the disk has for more; `None` where that can't be told.
    fn available(&self) -> Option<u64>;
}

/// Files whose names begin with the database's: `users.redb-log0`. Clones are the same.
#[derive(Clone)]
pub(in crate::engine::redb) struct Beside {
    database: PathBuf,
    /// Which file the database is, once it is open.
    opened: Arc<OnceLock<FileId>>,
    /// Which files were opened or created beside it.
    known: Arc<Mutex<HashMap<String, FileId>>>,
}

impl Beside {
    /// Beside the database at `database`, a resolved path.
    pub(in crate::engine::redb) fn new(database: &Path) -> Self {
        Self {
            database: database.to_owned(),
            opened: Arc::default(),
            known: Arc::default(),
        }
    }

    /// Notes that `file` is the database.
    pub(in crate::engine::redb) fn adopt(&self, file: &File) -> io::Result<()> {
        let id = FileId::of(file)?;
        let _ = self.opened.set(id);
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        path_beside(&self.database, name)
    }

    fn note(&self, name: &str, file: File) -> io::Result<SideFile> {
        lock(&self.known).insert(name.to_owned(), FileId::of(&file)?);
        backend(file)
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
        match side_file::open(&self.path(name))? {
            Some(file) => self.note(name, file).map(Some),
            None => Ok(None),
        }
    }

    fn create(&self, name: &str) -> io::Result<SideFile> {
        let file = side_file::create(&self.path(name), &self.database)?;
        self.note(name, file)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let path = self.path(name);
        let known = lock(&self.known).remove(name);
        if known.is_some() && FileId::at(&path)? != known {
            return Ok(());
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn rename(&self, name: &str, to: &str) -> io::Result<()> {
        lock(&self.known).remove(name);
        fs::rename(self.path(name), self.path(to))
    }

    fn sync_names(&self) -> io::Result<()> {
        sync_entry(&self.database)
    }

    fn database(&self) -> Option<FileId> {
        self.opened.get().copied()
    }

    fn is_in_place(&self) -> io::Result<bool> {
        let at = FileId::at(&self.database)?;
        Ok(at.as_ref() == self.opened.get())
    }

    #[cfg(unix)]
    fn available(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(parent(&self.database)).ok()?;
        disk.f_bavail.checked_mul(disk.f_frsize)
    }

    #[cfg(not(unix))]
    fn available(&self) -> Option<u64> {
        None
    }
}

fn backend(file: File) -> io::Result<SideFile> {
    Ok(Box::new(OwnFile::new(file)?))
}
