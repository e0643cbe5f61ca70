//! The read-only engine: a file that is read and never written.
//!
//! The file gets a shared lock, so several processes can read it side by side while none
//! writes. Commits that a crash left in the log are kept in a memtable on top of it, as in
//! the writing engine. Nothing is created, changed or removed, so the file, its folder and
//! its file system may be read-only.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::redb::StorageBackend;
use ::redb::backends::FileBackend;

use super::base::Base;
use super::checkpoint::Work;
use super::errors::Name;
use super::latest::Latest;
use super::log::{self, MARK, SideFile, SideFiles};
use super::memtable::Memtable;
use super::overlay::Overlay;
use super::place::FileId;
use super::snapshot::{Snapshot, State};
use super::txn::ALL;
use super::{RedbOptions, create, file};
use crate::engine::{Order, Read};
use crate::error::{Error, ErrorKind, Result};

/// A map in a redb file that is opened read-only.
pub(crate) struct ReadOnly {
    name: Name,
    /// The state to read.
    latest: Latest<Base, State>,
}

impl ReadOnly {
    /// Opens the file at `path`, with the commits in the log beside it.
    ///
    /// # Errors
    ///
    /// `AlreadyOpen`, at once, if a process or handle has the file open for writing;
    /// otherwise those of [`Redb::open`](super::Redb::open).
    pub(crate) fn open(path: &Path, cache_bytes: usize, salvage_log: bool) -> Result<Self> {
        let name = Name::of_path(path);
        let path = &file::resolve(path, false, &name)?;
        let file = open_file(path, &name)?;
        let id = FileId::of(&file).map_err(|error| name.io(error))?;
        let backend = FileBackend::new(file).map_err(|error| name.open_failed(error))?;
        let files = BesideReadOnly {
            database: path.clone(),
            id,
        };
        Self::start(backend, &files, name, cache_bytes, salvage_log)
    }

    /// Opens the database in `backend` and `files`.
    pub(super) fn start(
        backend: impl StorageBackend,
        files: &dyn SideFiles,
        name: Name,
        cache_bytes: usize,
        salvage_log: bool,
    ) -> Result<Self> {
        let overlay = Overlay::new(backend).map_err(|error| name.io(error))?;
        let Some(overlay) = overlay else {
            return Err(name.error(::redb::DatabaseError::DatabaseAlreadyOpen));
        };
        let is_unfinished = unfinished(&overlay, files).map_err(|error| name.io(error))?;
        if is_unfinished {
            return Err(name.never_created());
        }
        let options = RedbOptions {
            cache_bytes,
            ..RedbOptions::new(false)
        };
        let opened = Base::open(
            overlay,
            files.database(),
            name.clone(),
            &options,
            &Work::default(),
        )?;
        let replay = log::read(files, &opened.log, salvage_log);
        let replay = replay.map_err(|error| name.replay_failed(error))?;
        let memtable = Memtable::of(replay.commits);
        let engine = Self {
            name,
            latest: Latest::new(
                opened.base,
                State {
                    base: Arc::new(opened.committed),
                    frozen: None,
                    active: Arc::new(memtable),
                    sequence: replay.last,
                },
            ),
        };
        if is_empty(&engine.snapshot()?)? {
            return Err(engine.name.never_created());
        }
        Ok(engine)
    }

    /// The committed state.
    pub(crate) fn snapshot(&self) -> Result<Snapshot> {
        let state = self.latest.state();
        state.map(Snapshot::new).ok_or_else(|| self.name.closed())
    }

    /// The error for every write.
    pub(crate) fn refusal(&self) -> Error {
        if self.latest.state().is_none() {
            return self.name.closed();
        }
        Error::new(
            ErrorKind::ReadOnly,
            format!(
                "{} was opened read-only; open it for writing to change it",
                self.name
            ),
        )
    }

    /// Releases the file.
    pub(crate) fn close(&self) -> Result<()> {
        self.latest.close_state();
        match self.latest.take_base() {
            Some(base) => base.close(),
            None => Ok(()),
        }
    }
}

/// Whether nothing was ever committed. (A map that was emptied looks the same, but nobody
/// does that.)
fn is_empty(read: &impl Read) -> Result<bool> {
    let mut is_empty = true;
    read.scan(ALL, Order::Ascending, |_, _| {
        is_empty = false;
        ControlFlow::Break(())
    })?;
    Ok(is_empty)
}

/// Whether the database is unfinished: it is empty, or a crash interrupted its creation.
fn unfinished(file: &impl StorageBackend, files: &dyn SideFiles) -> io::Result<bool> {
    if file.len()? == 0 {
        return Ok(true);
    }
    Ok(files.open(MARK)?.is_some() && !create::is_whole(file)?)
}

/// Opens the file at `path` for reading.
fn open_file(path: &Path, name: &Name) -> Result<File> {
    let file = OpenOptions::new().read(true).open(path);
    let file = file.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => name.absent(error),
        _ => name.io(error),
    })?;
    let metadata = file.metadata().map_err(|error| name.io(error))?;
    if metadata.is_dir() {
        return Err(name.is_a_directory(io::ErrorKind::IsADirectory.into()));
    }
    if !metadata.is_file() {
        return Err(name.not_a_file());
    }
    Ok(file)
}

/// The files beside a database, opened read-only.
struct BesideReadOnly {
    database: PathBuf,
    id: FileId,
}

impl SideFiles for BesideReadOnly {
    fn open(&self, name: &str) -> io::Result<Option<SideFile>> {
        let path = log::path_beside(&self.database, name);
        match OpenOptions::new().read(true).open(path) {
            Ok(file) => {
                let backend = FileBackend::new(file).map_err(io::Error::other)?;
                Ok(Some(Box::new(backend)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn create(&self, _: &str) -> io::Result<SideFile> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync_names(&self) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn database(&self) -> Option<FileId> {
        Some(self.id)
    }

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(FileId::at(&self.database)? == Some(self.id))
    }

    fn available(&self) -> Option<u64> {
        None
    }
}
