//! Opening the database, or making it so that a crash in between does no harm.
//!
//! What a crash leaves of a file that redb was just making may be nothing that
//! redb knows, like a file that is something else. So the beginning is marked by a
//! file beside it, which goes when the database is whole and before anything is
//! acknowledged. A file that is no database is made anew only under that mark.

use std::io;
use std::ops::Bound;

use ::redb::{BackendError, StorageBackend};

use super::RedbOptions;
use super::base::{Base, Opened};
use super::errors::Name;
use super::log::{MARK, SideFile, SideFiles};
use crate::error::Result;

/// What redb's files begin with. It is written last: who has it is whole.
pub(super) const MAGIC: &[u8] = b"redb";

/// Opens what `backend` gives, and makes a database of it if there is none and
/// `options` say so.
pub(super) fn open<B: StorageBackend>(
    backend: impl Fn() -> Result<B>,
    files: &dyn SideFiles,
    name: &Name,
    options: &RedbOptions,
) -> Result<Opened> {
    let file = backend()?;
    let is_new = |file: &B| Ok(options.create && file.len()? == 0);
    let mark = is_new(&file).and_then(|is_new| mark(files, is_new));
    let Some(mark) = mark.map_err(|error| name.io(error))? else {
        return Base::open(file, name.clone(), options);
    };
    if !lock(&*mark).map_err(|error| name.io(error))? {
        return Err(name.error(::redb::DatabaseError::DatabaseAlreadyOpen));
    }
    let is_unfinished = !is_whole(&file).map_err(|error| name.io(error))?;
    let opened = match Base::open(file, name.clone(), options) {
        Err(_) if is_unfinished && options.create => {
            clear(&backend()?).map_err(|error| name.io(error))?;
            Base::open(backend()?, name.clone(), options)
        }
        opened => opened,
    };
    if opened.is_ok() || !is_unfinished {
        let unmarked = files.remove(MARK).and_then(|()| files.sync_names());
        unmarked.map_err(|error| name.io(error))?;
    }
    opened
}

/// Whether redb has ever finished making the file.
pub(super) fn is_whole(file: &impl StorageBackend) -> io::Result<bool> {
    let mut magic = [0; MAGIC.len()];
    if file.len()? < magic.len() as u64 {
        return Ok(false);
    }
    file.read(0, &mut magic)?;
    Ok(magic == MAGIC)
}

/// The mark, made if the database `is_new`.
fn mark(files: &dyn SideFiles, is_new: bool) -> io::Result<Option<SideFile>> {
    if let Some(mark) = files.open(MARK)? {
        return Ok(Some(mark));
    }
    if !is_new {
        return Ok(None);
    }
    let mark = files.create(MARK)?;
    files.sync_names()?;
    Ok(Some(mark))
}

/// Takes the mark, so that nobody else makes the database meanwhile.
fn lock(mark: &dyn StorageBackend) -> io::Result<bool> {
    match mark.try_lock_range(Bound::Unbounded, Bound::Unbounded) {
        Ok(taken) => Ok(taken),
        // Where there are no locks, redb's own is missing too.
        Err(BackendError::Unsupported) => Ok(true),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// Empties a file that was never finished.
fn clear(file: &impl StorageBackend) -> io::Result<()> {
    file.set_len(0)?;
    file.sync_data()
}
