//! The folder that holds a file.

use std::fs::File;
use std::io;
use std::path::Path;

use super::own_file;

/// Makes the directory entry of `path` durable.
#[cfg(unix)]
pub(super) fn sync_entry(path: &Path) -> io::Result<()> {
    own_file::open(|| File::open(parent(path)))?.sync_all()
}

/// Directories can't be opened here, so the file system is responsible for the entry of
/// `path`.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the signature it has on Unix")]
pub(super) fn sync_entry(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The directory that holds `path`.
pub(super) fn parent(path: &Path) -> &Path {
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
