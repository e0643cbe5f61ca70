//! The files beside the database: the segments of the log, and a mark.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use ::redb::StorageBackend;

use crate::engine::redb::folder::{parent, sync_entry};
use crate::engine::redb::lock;
use crate::engine::redb::own_file::OwnFile;
use crate::engine::redb::place::FileId;
use crate::engine::redb::side_file;

/// The suffixes of the segments' names, after the name of the database and a hyphen. The
/// last one is only created if a crash left both others.
pub(in crate::engine::redb) const SEGMENTS: [&str; 3] = ["log0", "log1", "log2"];

/// The suffix of the mark of a database that is being created: while it exists, nothing was
/// acknowledged.
pub(in crate::engine::redb) const MARK: &str = "new";

/// A file beside the database. redb's trait has all operations that are needed.
pub(in crate::engine::redb) type SideFile = Box<dyn StorageBackend>;

/// Creates, opens and removes the files beside a database.
pub(in crate::engine::redb) trait SideFiles: Send + Sync {
    /// Opens the file `name`; `None` if there is none.
    fn open(&self, name: &str) -> io::Result<Option<SideFile>>;

    /// Creates the file `name`, empty; `AlreadyExists` if there is one. It survives a power
    /// cut only after [`sync_names`](Self::sync_names).
    fn create(&self, name: &str) -> io::Result<SideFile>;

    /// Removes the file `name`, if it exists, unless it was replaced since it was opened or
    /// created.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Renames the file `name`.
    fn rename(&self, name: &str, to: &str) -> io::Result<()>;

    /// Makes creations, removals and renames durable.
    fn sync_names(&self) -> io::Result<()>;

    /// The identity of the database's file; `None` if it is unknown.
    fn database(&self) -> Option<FileId>;

    /// Whether the database is still at its name.
    fn is_in_place(&self) -> io::Result<bool>;

    /// The free bytes of the disk; `None` if they are unknown.
    fn available(&self) -> Option<u64>;
}

/// Files whose names start with the database's name: `users.redb-log0`. Clones share their
/// state.
#[derive(Clone)]
pub(in crate::engine::redb) struct Beside {
    database: PathBuf,
    /// The identity of the database's file, once it is open.
    opened: Arc<OnceLock<FileId>>,
    /// The identities of the files that were opened or created beside it.
    known: Arc<Mutex<HashMap<String, FileId>>>,
}

impl Beside {
    /// The files beside the database at `database`, a resolved path.
    pub(in crate::engine::redb) fn new(database: &Path) -> Self {
        Self {
            database: database.to_owned(),
            opened: Arc::default(),
            known: Arc::default(),
        }
    }

    /// Registers `file` as the database.
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
