//! Opening or creating the file, before redb reads it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::errors::Name;
use super::folder::{parent, sync_entry};
use super::log::{MARK, SideFiles, path_beside};
use super::own_file;
use super::owner;
use super::place;
use crate::error::Result;

/// The absolute path of the file that `path` names, without links.
pub(super) fn resolve(path: &Path, create: bool, name: &Name) -> Result<PathBuf> {
    place::resolve(path).map_err(|error| refusal(path, create, name, error))
}

/// Opens the file at `path` for reading and writing. If it is missing, it is created if
/// `create` is set; an empty file counts as missing.
pub(super) fn open(path: &Path, create: bool, name: &Name) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(create);
    let file = own_file::open(|| options.truncate(false).open(path))
        .map_err(|error| refusal(path, create, name, error))?;
    let metadata = file.metadata().map_err(|error| name.io(error))?;
    if !metadata.is_file() {
        return Err(name.not_a_file());
    }
    if metadata.len() == 0 && !create {
        return Err(name.never_created());
    }
    Ok(file)
}

/// Gives an empty file the right owner and a durable name before anything is written, so
/// that every non-empty file has a directory entry that survives a power cut.
pub(super) fn settle(file: &File, path: &Path, name: &Name) -> Result<()> {
    let io = |error| name.io(error);
    if file.metadata().map_err(io)?.len() == 0 {
        owner::belong_to_folder(file, parent(path)).map_err(io)?;
        sync_entry(path).map_err(|error| name.entry_not_synced(error))?;
    }
    Ok(())
}

/// Removes the empty file at `path`, unless somebody else has begun to create a database in
/// it.
pub(super) fn remove_if_empty(path: &Path, files: &impl SideFiles) {
    let is_empty = fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0);
    let is_being_created = path_beside(path, MARK).exists();
    if is_empty && files.is_in_place().unwrap_or_default() && !is_being_created {
        let _ = fs::remove_file(path);
    }
}

/// The error for a `path` that the operating system didn't open.
fn refusal(path: &Path, create: bool, name: &Name, error: io::Error) -> crate::Error {
    match error.kind() {
        _ if path.is_dir() => name.is_a_directory(error),
        io::ErrorKind::NotFound if create => name.no_parent(parent(path), error),
        io::ErrorKind::NotFound => name.absent(error),
        _ => name.io(error),
    }
}
