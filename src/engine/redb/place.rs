//! The place of the database: a resolved path, and the identity of the file when it was
//! opened.
//!
//! The names of the log follow from the path, so the path must mean the same from opening
//! to closing: links and the working directory are resolved once. Before anything is done
//! by name, the file at the path is compared with the open one: another program may have
//! replaced, renamed or deleted it.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// Maximum links to follow, as in Linux.
const LINKS_MAX: usize = 40;

/// The identity of a file, independent of its names: on Unix, its device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::redb) struct FileId {
    pub(in crate::engine::redb) device: u64,
    pub(in crate::engine::redb) inode: u64,
}

impl FileId {
    /// The identity of the open `file`.
    pub(in crate::engine::redb) fn of(file: &File) -> io::Result<Self> {
        file.metadata().map(|metadata| Self::from(&metadata))
    }

    /// The identity of the file at `path`, without following links; `None` if there is
    /// none.
    pub(in crate::engine::redb) fn at(path: &Path) -> io::Result<Option<Self>> {
        match fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Some(Self::from(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(unix)]
impl From<&Metadata> for FileId {
    fn from(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;

        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// On other systems an open file can't be replaced or renamed, so all files count as the
/// same.
#[cfg(not(unix))]
impl From<&Metadata> for FileId {
    fn from(_: &Metadata) -> Self {
        Self {
            device: 0,
            inode: 0,
        }
    }
}

/// The absolute path of the file that `path` names, without links. The file itself
/// need not exist, but its parent must.
pub(in crate::engine::redb) fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        match fs::canonicalize(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            resolved => return resolved,
        }
        let Some(name) = path.file_name() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let resolved = fs::canonicalize(parent)?.join(name);
        match fs::read_link(&resolved) {
            // A link to a missing file: the file is created where the link points.
            Ok(target) => path = resolved.with_file_name(target),
            Err(_) => return Ok(resolved),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_lead_to_one_path() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("data")).unwrap();
        let file = root.join("data/users.redb");
        symlink("data/users.redb", root.join("link")).unwrap();
        symlink("link", root.join("link to link")).unwrap();
        symlink("data", root.join("folder")).unwrap();
        let names = [
            "link",
            "link to link",
            "folder/users.redb",
            "data/users.redb",
        ];
        for name in names {
            assert_eq!(resolve(&root.join(name)).unwrap(), file, "{name}");
        }
        fs::write(&file, "").unwrap();
        for name in names {
            assert_eq!(resolve(&root.join(name)).unwrap(), file, "{name}");
        }
        symlink("round", root.join("round")).unwrap();
        assert!(resolve(&root.join("round")).is_err());
        assert!(resolve(&root.join("absent/users.redb")).is_err());
    }
}
