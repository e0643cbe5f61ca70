//! The file itself: opened or made, before redb looks into it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use super::errors::Name;
use super::own_file;
use crate::error::Result;

/// Opens the file at `path` for reading and writing. An absent one is made when
/// `create` is set; an empty one counts as absent.
pub(super) fn open(path: &Path, create: bool, name: &Name) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(create);
    let file = own_file::open(|| options.truncate(false).open(path))
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
pub(super) fn sync_entry(path: &Path) -> io::Result<()> {
    own_file::open(|| File::open(parent(path)))?.sync_all()
}

/// Makes the directory entry of `path` durable: the file system's own business
/// where a directory can't be opened.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the signature it has on Unix")]
pub(super) fn sync_entry(_: &Path) -> io::Result<()> {
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
