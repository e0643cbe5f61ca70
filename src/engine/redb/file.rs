//! The file itself: opened or made, before redb looks into it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use ::redb::DatabaseError;

use super::errors::Name;
use crate::error::Result;

/// Opens the file at `path` for reading and writing. An absent one is made when
/// `create` is set; an empty one counts as absent.
pub(super) fn open(path: &Path, create: bool, name: &Name) -> Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(create)
        .truncate(false)
        .open(path)
        .map_err(|error| refusal(path, create, name, error))?;
    let metadata = file.metadata().map_err(|error| name.io(error))?;
    if !metadata.is_file() {
        return Err(name.not_a_file());
    }
    if metadata.len() == 0 {
        if !create {
            return Err(name.never_created());
        }
        // Before anything is in it: a file with something in it has an entry
        // that survives a power cut, whoever made it and however that ended.
        sync_entry(path).map_err(|error| name.entry_not_synced(error))?;
    }
    Ok(file)
}

/// Whether nothing has the name `path`, not even a link that leads nowhere.
pub(super) fn is_absent(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Opens and locks the draft of a new file, which gets the name `path` when it is
/// finished. It may be what is left of an earlier one, so it is worth nothing yet.
///
/// The lock belongs to the open file, and redb keeps it when it takes its own.
pub(super) fn draft(path: &Path, name: &Name) -> Result<File> {
    let draft = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(draft_path(path))
        .map_err(|error| refusal(path, true, name, error))?;
    match draft.try_lock() {
        Ok(()) => Ok(draft),
        Err(TryLockError::WouldBlock) => Err(name.error(DatabaseError::DatabaseAlreadyOpen)),
        Err(TryLockError::Error(error)) => Err(name.io(error)),
    }
}

/// Gives a finished draft its name, for good.
pub(super) fn publish_draft(path: &Path, name: &Name) -> Result<()> {
    fs::rename(draft_path(path), path).map_err(|error| name.io(error))?;
    sync_entry(path).map_err(|error| name.entry_not_synced(error))
}

/// Removes a draft that is not needed.
pub(super) fn remove_draft(path: &Path) {
    // If it stays, the next one to need a draft begins with that.
    let _ = fs::remove_file(draft_path(path));
}

fn draft_path(path: &Path) -> PathBuf {
    let mut draft = path.as_os_str().to_owned();
    draft.push("-new");
    draft.into()
}

/// Why the operating system would not open `path`.
fn refusal(path: &Path, create: bool, name: &Name, error: io::Error) -> crate::Error {
    match error.kind() {
        _ if path.is_dir() => name.is_a_directory(error),
        io::ErrorKind::NotFound if create => name.no_parent(parent(path), error),
        io::ErrorKind::NotFound => name.absent(error),
        _ => name.io(error),
    }
}

/// Makes the directory entry of `path` durable.
#[cfg(unix)]
fn sync_entry(path: &Path) -> io::Result<()> {
    File::open(parent(path))?.sync_all()
}

/// Makes the directory entry of `path` durable: the file system's own business
/// where a directory can't be opened.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the signature it has on Unix")]
fn sync_entry(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The directory that holds `path`.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::parent;

    #[test]
    fn a_bare_name_lies_in_the_current_directory() {
        assert_eq!(parent(Path::new("users.redb")), Path::new("."));
        assert_eq!(parent(Path::new("data/users.redb")), Path::new("data"));
        assert_eq!(parent(Path::new("/users.redb")), Path::new("/"));
    }
}
