//! Opening the database, or creating it so that a crash in between does no harm.
//!
//! A crash during creation can leave a file that redb cannot tell from a foreign one. So
//! creation is marked by a file beside it, which identifies the file being created. It is
//! removed when the database is complete, before anything is acknowledged. A file that
//! isn't a database is created anew only if the mark identifies it and it looks like an
//! unfinished redb file, so a leftover mark harms no other file.

use std::io;
use std::ops::Bound;

use ::redb::{BackendError, StorageBackend};

use super::RedbOptions;
use super::base::{Base, Opened};
use super::checkpoint::Work;
use super::errors::Name;
use super::log::{self, LogState, MARK, SideFile, SideFiles};
use super::place::FileId;
use crate::error::{ErrorKind, Result};

/// The first bytes of redb's files. redb writes them last, so a file with them is complete.
pub(super) const MAGIC: [u8; 4] = *b"redb";

/// Bytes of the mark.
const MARK_BYTES: usize = 24;

/// Opens the database in `backend`, or creates it if there is none and `options` allow it.
pub(super) fn open<B: StorageBackend>(
    backend: impl Fn() -> Result<B>,
    files: &dyn SideFiles,
    name: &Name,
    options: &RedbOptions,
    work: &Work,
) -> Result<Opened> {
    let file = backend()?;
    let id = files.database();
    let io = |error| name.io(error);
    let may_be_new = options.create && file.len().map_err(io)? == 0;
    let Some(mark) = find_mark(files, may_be_new).map_err(io)? else {
        return Base::open(file, id, name.clone(), options, work);
    };
    if !lock(&*mark).map_err(io)? {
        return Err(name.error(::redb::DatabaseError::DatabaseAlreadyOpen));
    }
    // Only with the lock held can nobody else be creating it.
    let is_new = options.create && file.len().map_err(io)? == 0;
    if is_new && let Err(error) = begin(&*mark, files, name, options) {
        let _ = files.remove(MARK);
        return Err(error);
    }
    let is_whole = is_whole(&file).map_err(io)?;
    let is_unfinished = is_unfinished(&file, &*mark, id).map_err(io)?;
    let opened = match Base::open(file, id, name.clone(), options, work) {
        Err(error) if error.kind() == ErrorKind::AlreadyOpen => return Err(error),
        Err(_) if is_unfinished && options.create => {
            clear(&backend()?).map_err(io)?;
            Base::open(backend()?, id, name.clone(), options, work)
        }
        opened => opened,
    };
    if opened.is_err() && is_new {
        // If the file can't be created, it is emptied again, if the disk allows.
        let _ = backend().map(|file| clear(&file));
        let _ = files.remove(MARK);
        return opened;
    }
    if opened.is_ok() || is_whole {
        let unmarked = files.remove(MARK).and_then(|()| files.sync_names());
        unmarked.map_err(io)?;
    }
    opened
}

/// Durably marks the file as being created, unless a log shows that a directory was here:
/// it may have been moved away.
fn begin(
    mark: &dyn StorageBackend,
    files: &dyn SideFiles,
    name: &Name,
    options: &RedbOptions,
) -> Result<()> {
    let replay = log::read(files, &LogState::default(), options.salvage_log);
    replay.map_err(|error| name.replay_failed(error))?;
    let named = mark.write(0, &mark_of(files.database()));
    let durable = named
        .and_then(|()| mark.sync_data())
        .and_then(|()| files.sync_names());
    durable.map_err(|error| name.io(error))
}

/// Whether redb has ever finished creating the file.
pub(super) fn is_whole(file: &impl StorageBackend) -> io::Result<bool> {
    let mut magic = [0; MAGIC.len()];
    if file.len()? < magic.len() as u64 {
        return Ok(false);
    }
    file.read(0, &mut magic)?;
    Ok(magic == MAGIC)
}

/// Whether `mark` identifies `file`, and `file` looks unfinished: it is empty, or its first
/// bytes are zeros or part of the magic.
fn is_unfinished(
    file: &impl StorageBackend,
    mark: &dyn StorageBackend,
    id: Option<FileId>,
) -> io::Result<bool> {
    let length = usize::try_from(file.len()?).unwrap_or(usize::MAX);
    if length == 0 {
        return Ok(true);
    }
    let mut named = [0; MARK_BYTES];
    if mark.len()? != MARK_BYTES as u64 {
        return Ok(false);
    }
    mark.read(0, &mut named)?;
    let mut beginning = [0; MAGIC.len()];
    let count = length.min(MAGIC.len());
    file.read(0, &mut beginning[..count])?;
    let mut bytes = beginning.into_iter().zip(MAGIC);
    Ok(named == mark_of(id)
        && beginning != MAGIC
        && bytes.all(|(byte, magic)| byte == 0 || byte == magic))
}

/// The contents of the mark for the file `id`.
pub(super) fn mark_of(id: Option<FileId>) -> [u8; MARK_BYTES] {
    let mut mark = [0; MARK_BYTES];
    let id = id.unwrap_or(FileId {
        device: 0,
        inode: 0,
    });
    mark[..8].copy_from_slice(b"hc-new\0\0");
    mark[8..16].copy_from_slice(&id.device.to_le_bytes());
    mark[16..].copy_from_slice(&id.inode.to_le_bytes());
    mark
}

/// The mark, created if the database may be new. If several processes create it, all get
/// the same file.
fn find_mark(files: &dyn SideFiles, may_be_new: bool) -> io::Result<Option<SideFile>> {
    if let Some(mark) = files.open(MARK)? {
        return Ok(Some(mark));
    }
    if !may_be_new {
        return Ok(None);
    }
    match files.create(MARK) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => files.open(MARK),
        created => created.map(Some),
    }
}

/// Locks the mark, so that nobody else creates the database meanwhile.
fn lock(mark: &dyn StorageBackend) -> io::Result<bool> {
    match mark.try_lock_range(Bound::Unbounded, Bound::Unbounded) {
        Ok(taken) => Ok(taken),
        // On a file system without locks, redb doesn't lock either.
        Err(BackendError::Unsupported) => Ok(true),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// Empties an unfinished file.
fn clear(file: &impl StorageBackend) -> io::Result<()> {
    file.set_len(0)?;
    file.sync_data()
}
